// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.cluster;

import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.Head;
import org.jspecify.annotations.Nullable;

/** Finds a cookie in a request's head (RFC 6265 §5.4; HTTP/2 may split the field, RFC 9113 §8.2.3). */
final class Cookies {
    private Cookies() {}

    static @Nullable String value(Head request, String name) {
        for (int i = 0; i < request.size(); i++) {
            Field field = request.at(i);
            if (field.name().equals("cookie")) {
                String value = value(field.value(), name);
                if (value != null) {
                    return value;
                }
            }
        }
        return null;
    }

    private static @Nullable String value(String cookies, String name) {
        int at = 0;
        while (at < cookies.length()) {
            int end = cookies.indexOf(';', at);
            end = end < 0 ? cookies.length() : end;
            while (at < end && cookies.charAt(at) == ' ') {
                at++;
            }
            int equals = at + name.length();
            if (equals < end && cookies.startsWith(name, at) && cookies.charAt(equals) == '=') {
                return cookies.substring(equals + 1, end);
            }
            at = end + 1;
        }
        return null;
    }
}

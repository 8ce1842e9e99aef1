// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.route;

import io.penstock.gateway.config.read.Authority;

/** Which part of an authority is its host. */
final class Host {
    private Host() {}

    /** The place after the host: before the port, the bracket of an IPv6 address, and a dot at the end. */
    static int end(String authority) {
        int end = Authority.hostEnd(authority);
        if (end < 1) {
            return authority.length();
        }
        char last = authority.charAt(end - 1);
        return last == ']' || (last == '.' && end > 1) ? end - 1 : end;
    }

    /** The place of the host's first char. */
    static int start(String authority) {
        return authority.startsWith("[") ? 1 : 0;
    }

    /** As {@link RouteTable} compares it: without port, in lower case. Returns the same text when there is nothing to change. */
    static String lower(String authority) {
        if (authority.startsWith("[")) {
            return Authority.canonical(authority);
        }
        for (int i = 0; i < authority.length(); i++) {
            char c = authority.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                return ascii(authority);
            }
        }
        return authority;
    }

    private static String ascii(String text) {
        char[] chars = text.toCharArray();
        for (int i = 0; i < chars.length; i++) {
            if (chars[i] >= 'A' && chars[i] <= 'Z') {
                chars[i] = (char) (chars[i] + 32);
            }
        }
        return new String(chars);
    }
}

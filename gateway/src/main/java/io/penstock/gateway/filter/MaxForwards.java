// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.Head;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** How far an OPTIONS or a TRACE may go (RFC 9110 §7.6.2): one hop less than it could, and at none this gateway answers. */
public final class MaxForwards {
    private static final String NAME = "max-forwards";
    private static final byte[] NOTHING = {};
    /** Who asks for more hops than a long counts gets so many. */
    private static final int MOST_DIGITS = 18;

    private static final long MOST = Long.MAX_VALUE;

    private MaxForwards() {}

    /** Whether the request may go no further, and so is answered here; takes a hop off one that may. */
    public static boolean reached(Head request) {
        String method = request.method();
        boolean counts = "OPTIONS".equals(method) || "TRACE".equals(method);
        String hops = counts ? request.value(NAME) : null;
        if (hops == null || !number(hops)) {
            return false;
        }
        long left = hops.length() <= MOST_DIGITS ? Long.parseLong(hops) : MOST;
        if (left > 0) {
            request.set(NAME, Long.toString(left - 1));
        }
        return left == 0;
    }

    private static boolean number(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** The head of the answer. */
    public static Head head(Head request, int bodyLength) {
        Head head = new Head().add(":status", "200");
        if ("TRACE".equals(request.method())) {
            head.add("content-type", "message/http");
        } else {
            head.add("allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
        }
        return head.add("content-length", Integer.toString(bodyLength));
    }

    /** The body of the answer: to TRACE the request as it came, without what nobody should be shown (RFC 9110 §9.3.8). */
    public static byte[] body(Head request) {
        if (!"TRACE".equals(request.method())) {
            return NOTHING;
        }
        StringBuilder text = new StringBuilder("TRACE ").append(request.path()).append(" HTTP/1.1\r\n");
        field(text, "host", request.authority());
        for (int i = 0; i < request.size(); i++) {
            Field field = request.at(i);
            if (!field.pseudo() && !secret(field.name())) {
                field(text, field.name(), field.value());
            }
        }
        return text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void field(StringBuilder text, String name, @Nullable String value) {
        if (value != null) {
            text.append(name).append(": ").append(value).append("\r\n");
        }
    }

    private static boolean secret(String name) {
        return switch (name) {
            case "authorization", "proxy-authorization", "cookie" -> true;
            default -> false;
        };
    }
}

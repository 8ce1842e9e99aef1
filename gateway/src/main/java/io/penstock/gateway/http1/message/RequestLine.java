// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1.message;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.GatewayException;

/**
 * A request line (RFC 9112 §3).
 *
 * @param method the {@code :method}
 * @param path the path and query as they came; of an absolute-form target what follows its authority
 * @param authority that of an absolute-form target, otherwise empty
 * @param scheme that of an absolute-form target, otherwise empty
 * @param http11 false for HTTP/1.0
 */
record RequestLine(Field method, String path, String authority, String scheme, boolean http11) {
    /** {@code " HTTP/1.1"}. */
    private static final int VERSION_BYTES = 9;

    static RequestLine parse(byte[] bytes, int from, int to) {
        int space = from;
        while (space < to && FieldNames.lower(bytes[space]) != 0) {
            space++;
        }
        if (space == from || space == to || bytes[space] != ' ') {
            throw malformed("request line does not begin with a method and a space");
        }
        Field method = SharedFields.method(bytes, from, space);
        int end = to - VERSION_BYTES;
        boolean http11 = version(bytes, end, space + 1);
        int target = space + 1;
        if (end <= target) {
            throw malformed("request line without target");
        }
        for (int i = target; i < end; i++) {
            if ((bytes[i] >= 0 && bytes[i] <= ' ') || bytes[i] == 0x7f || bytes[i] == '#') {
                throw malformed("character in the request target that is not allowed");
            }
        }
        if (method.value().equals("CONNECT")) {
            throw new GatewayException(Cause.METHOD_NOT_SERVED, "CONNECT");
        }
        if (bytes[target] == '/') {
            return new RequestLine(method, HeadReader.text(bytes, target, end), "", "", http11);
        }
        if (bytes[target] == '*' && end == target + 1 && method.value().equals("OPTIONS")) {
            return new RequestLine(method, "*", "", "", http11);
        }
        return absolute(method, HeadReader.text(bytes, target, end), http11);
    }

    /** Whether it is HTTP/1.1 or a later minor version, which is to be served as the highest one that we know (RFC 9110 §2.5). */
    private static boolean version(byte[] bytes, int at, int least) {
        boolean known = at >= least
                && bytes[at] == ' '
                && bytes[at + 1] == 'H'
                && bytes[at + 2] == 'T'
                && bytes[at + 3] == 'T'
                && bytes[at + 4] == 'P'
                && bytes[at + 5] == '/'
                && digit(bytes[at + 6])
                && bytes[at + 7] == '.'
                && digit(bytes[at + 8]);
        if (!known) {
            throw malformed("request line does not end with HTTP/1.1 or HTTP/1.0");
        }
        if (bytes[at + 6] != '1') {
            throw new GatewayException(
                    Cause.VERSION_UNSUPPORTED,
                    "HTTP/" + (char) bytes[at + 6] + "." + (char) bytes[at + 8] + ", expected HTTP/1.1 or HTTP/1.0");
        }
        return bytes[at + 8] != '0';
    }

    private static boolean digit(byte b) {
        return b >= '0' && b <= '9';
    }

    private static RequestLine absolute(Field method, String target, boolean http11) {
        int authority = 0;
        if (target.regionMatches(true, 0, "http://", 0, 7)) {
            authority = 7;
        } else if (target.regionMatches(true, 0, "https://", 0, 8)) {
            authority = 8;
        } else {
            throw malformed("request target is neither a path nor an absolute URI");
        }
        int path = authority;
        while (path < target.length() && target.charAt(path) != '/' && target.charAt(path) != '?') {
            path++;
        }
        if (path == authority) {
            throw malformed("absolute URI without authority");
        }
        String rest = target.substring(path);
        if (rest.isEmpty()) {
            rest = method.value().equals("OPTIONS") ? "*" : "/";
        } else if (rest.charAt(0) == '?') {
            rest = "/" + rest;
        }
        return new RequestLine(
                method, rest, target.substring(authority, path), authority == 7 ? "http" : "https", http11);
    }

    private static GatewayException malformed(String detail) {
        return Side.DOWNSTREAM.malformed(detail);
    }
}

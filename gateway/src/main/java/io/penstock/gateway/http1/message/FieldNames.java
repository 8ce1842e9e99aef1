// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1.message;

import java.nio.charset.StandardCharsets;

/** Characters of names, and one shared string for each frequent name. */
public final class FieldNames {
    private static final int MASK = 255;
    private static final String[] KNOWN = new String[MASK + 1];
    /** The lower-case form of each token character (RFC 9110 §5.6.2); 0 for all other bytes. */
    private static final byte[] LOWER = new byte[256];

    static {
        for (int c = '0'; c <= '9'; c++) {
            LOWER[c] = (byte) c;
        }
        for (int c = 'a'; c <= 'z'; c++) {
            LOWER[c] = (byte) c;
            LOWER[c - 'a' + 'A'] = (byte) c;
        }
        for (char c : "!#$%&'*+-.^_`|~".toCharArray()) {
            LOWER[c] = (byte) c;
        }
        String names =
                "accept accept-charset accept-encoding accept-language accept-ranges access-control-allow-credentials "
                        + "access-control-allow-headers access-control-allow-methods access-control-allow-origin "
                        + "access-control-expose-headers access-control-max-age access-control-request-headers "
                        + "access-control-request-method age allow alt-svc authorization baggage cache-control connection "
                        + "content-disposition content-encoding content-language content-length content-location content-range "
                        + "content-security-policy content-type cookie date dnt etag expect expires forwarded from grpc-accept-encoding "
                        + "grpc-encoding grpc-message grpc-status grpc-timeout host http2-settings if-match if-modified-since "
                        + "if-none-match if-range if-unmodified-since keep-alive last-event-id last-modified link location "
                        + "max-forwards origin pragma priority proxy-authenticate proxy-authorization proxy-connection range referer "
                        + "refresh retry-after sec-ch-ua sec-ch-ua-mobile sec-ch-ua-platform sec-fetch-dest sec-fetch-mode "
                        + "sec-fetch-site sec-fetch-user sec-websocket-accept sec-websocket-extensions sec-websocket-key "
                        + "sec-websocket-protocol sec-websocket-version server set-cookie strict-transport-security te trailer "
                        + "transfer-encoding traceparent tracestate upgrade upgrade-insecure-requests user-agent vary via "
                        + "www-authenticate x-b3-traceid x-content-type-options x-forwarded-for x-forwarded-host x-forwarded-port "
                        + "x-forwarded-proto x-frame-options x-powered-by x-real-ip x-request-id x-requested-with x-xss-protection";
        for (String name : names.split(" ", -1)) {
            int slot = slot(name.hashCode());
            while (KNOWN[slot] != null) {
                slot = (slot + 1) & MASK;
            }
            KNOWN[slot] = name;
        }
    }

    private FieldNames() {}

    private static int slot(int hash) {
        return (hash ^ hash >>> 15) & MASK;
    }

    /** The lower-case form of a token character, 0 for any other byte. */
    static byte lower(byte b) {
        return LOWER[b & 0xff];
    }

    public static boolean token(char c) {
        return c < 256 && LOWER[c] != 0;
    }

    /** The name in lower case; empty when there is none, or a byte of it is no token character. */
    static String name(byte[] bytes, int from, int to) {
        int hash = 0;
        for (int i = from; i < to; i++) {
            byte lower = LOWER[bytes[i] & 0xff];
            if (lower == 0) {
                return "";
            }
            hash = 31 * hash + lower; // String.hashCode of the name in lower case
        }
        for (int slot = slot(hash); KNOWN[slot] != null; slot = (slot + 1) & MASK) {
            if (same(KNOWN[slot], bytes, from, to)) {
                return KNOWN[slot];
            }
        }
        byte[] lower = new byte[to - from];
        for (int i = from; i < to; i++) {
            lower[i - from] = LOWER[bytes[i] & 0xff];
        }
        return new String(lower, StandardCharsets.ISO_8859_1);
    }

    private static boolean same(String name, byte[] bytes, int from, int to) {
        if (name.length() != to - from) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (name.charAt(i - from) != LOWER[bytes[i] & 0xff]) {
                return false;
            }
        }
        return true;
    }
}

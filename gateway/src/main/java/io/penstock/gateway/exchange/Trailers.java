// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange;

/**
 * Which fields may come after a body (RFC 9110 §6.5.1). Whoever merges trailers into the head would let the others change what the head
 * has said: how the message is framed and routed, who sends it, and how its content is read. They are dropped and counted, of requests and
 * of responses, over each protocol: the body is complete by then, and nobody gets to see them.
 */
public final class Trailers {
    private Trailers() {}

    /** Whether a field of this name, in lower case, may come after a body. */
    public static boolean allowed(String name) {
        return switch (name) {
            case "content-length", "transfer-encoding", "host", "te", "trailer", "expect" -> false;
            case "connection", "keep-alive", "proxy-connection", "upgrade", "http2-settings" -> false;
            case "content-type", "content-encoding", "content-range", "range", "max-forwards" -> false;
            case "authorization", "proxy-authorization", "www-authenticate", "proxy-authenticate" -> false;
            case "cookie", "set-cookie", "forwarded", "x-real-ip" -> false;
            default -> !name.startsWith("x-forwarded-");
        };
    }
}

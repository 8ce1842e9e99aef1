// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1.write;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.http1.message.MessageHead;
import io.penstock.gateway.http1.message.Tokens;
import org.jspecify.annotations.Nullable;

/** Writes request heads: pseudo fields become a request line, {@code host} and the fields of an upgrade. */
public final class RequestWriter {
    private RequestWriter() {}

    /**
     * Adds the head to what is sent.
     *
     * @param webSocketKey ours, for a WebSocket whose client did not have to send one
     * @return how long the body is, or {@link MessageHead#CHUNKED}
     */
    public static long write(Output out, Head head, boolean end, @Nullable String webSocketKey) {
        String protocol = head.value(":protocol");
        String method = FieldWriter.word(String.valueOf(head.method()), ":method");
        out.put(protocol != null && method.equals("CONNECT") ? "GET" : method);
        out.put(' ');
        out.put(FieldWriter.word(String.valueOf(head.path()), ":path"));
        out.put(" HTTP/1.1\r\nhost: ");
        String authority = authority(head);
        out.put(authority.isEmpty() ? authority : FieldWriter.word(authority, ":authority"));
        out.lineEnd();
        long length = protocol == null ? length(head, end) : 0;
        boolean trailers = fields(out, head);
        if (protocol != null) {
            upgrade(out, protocol, webSocketKey);
        } else if (trailers) {
            out.put("connection: te\r\n");
        }
        framing(out, length, protocol == null && announcesLength(method));
        out.lineEnd();
        return length;
    }

    private static String authority(Head head) {
        String authority = head.authority();
        if (authority == null) {
            authority = head.value("host");
        }
        return authority == null ? "" : authority;
    }

    /** Methods that are expected to have a body say when they have none (RFC 9110 §8.6). */
    private static boolean announcesLength(String method) {
        return method.equals("POST") || method.equals("PUT") || method.equals("PATCH");
    }

    private static long length(Head head, boolean end) {
        String declared = head.value("content-length");
        if (declared == null) {
            return end ? 0 : MessageHead.CHUNKED;
        }
        long length = Tokens.length(declared);
        if (length < 0 || (end && length > 0)) {
            throw new GatewayException(Cause.MALFORMED_REQUEST, "content-length is not the length of the body");
        }
        return length;
    }

    /** Whether the upstream may send trailers. */
    private static boolean fields(Output out, Head head) {
        boolean trailers = false;
        boolean cookies = false;
        for (int i = 0; i < head.size(); i++) {
            Field field = head.at(i);
            String name = field.name();
            if (field.pseudo() || FieldWriter.connectionSpecific(name)) {
                continue;
            }
            switch (name) {
                case "host", "content-length" -> {} // have their own places
                case "cookie" -> {
                    if (!cookies) {
                        FieldWriter.writeJoined(out, head, i, "; "); // HTTP/2 may split it (RFC 9113 §8.2.3)
                    }
                    cookies = true;
                }
                case "te" -> {
                    trailers = true;
                    FieldWriter.write(out, field);
                }
                default -> FieldWriter.write(out, field);
            }
        }
        return trailers;
    }

    private static void upgrade(Output out, String protocol, @Nullable String webSocketKey) {
        out.put("connection: upgrade\r\nupgrade: ");
        out.put(FieldWriter.word(protocol, ":protocol"));
        out.lineEnd();
        if (webSocketKey != null) {
            out.put("sec-websocket-key: ");
            out.put(webSocketKey);
            out.lineEnd();
        }
    }

    private static void framing(Output out, long length, boolean announce) {
        if (length == MessageHead.CHUNKED) {
            out.put("transfer-encoding: chunked\r\n");
        } else if (length > 0 || announce) {
            out.put("content-length: ");
            out.put(length);
            out.lineEnd();
        }
    }
}

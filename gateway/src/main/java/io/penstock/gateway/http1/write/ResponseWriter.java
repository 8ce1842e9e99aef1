// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1.write;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.http1.message.MessageHead;
import io.penstock.gateway.http1.message.StatusLine;
import io.penstock.gateway.http1.message.Tokens;

/** Writes response heads, and settles how their bodies are framed for this client. */
public final class ResponseWriter {
    private static final int SWITCHING_PROTOCOLS = 101;

    private ResponseWriter() {}

    /** Adds an interim head to what is sent. */
    public static void interim(Output out, Head head) {
        out.put(StatusLine.line(status(head)));
        for (int i = 0; i < head.size(); i++) {
            Field field = head.at(i);
            if (passes(field) && !field.name().equals("trailer")) {
                FieldWriter.write(out, field);
            }
        }
        out.lineEnd();
    }

    /** Adds the head that ends HTTP on this connection. */
    public static void upgrade(Output out, Head head, String protocol) {
        out.put(StatusLine.line(SWITCHING_PROTOCOLS));
        for (int i = 0; i < head.size(); i++) {
            Field field = head.at(i);
            if (passes(field)) {
                FieldWriter.write(out, field);
            }
        }
        out.put("connection: upgrade\r\nupgrade: ");
        out.put(FieldWriter.word(protocol, ":protocol"));
        out.lineEnd();
        out.lineEnd();
    }

    /**
     * How long the body is that the client will see: a length, {@link MessageHead#CHUNKED}, or {@link MessageHead#UNTIL_CLOSE} for a
     * client that does not know chunks.
     */
    public static long bodyLength(Head head, boolean end, boolean toHead, boolean http11) {
        int status = status(head);
        if (toHead || status == 204 || status == 304) {
            return 0;
        }
        String declared = head.value("content-length");
        if (declared != null) {
            long length = Tokens.length(declared);
            if (length < 0 || (end && length > 0)) {
                throw new GatewayException(Cause.UPSTREAM_PROTOCOL, "content-length is not the length of the body");
            }
            return length;
        }
        if (end) {
            return 0;
        }
        return http11 ? MessageHead.CHUNKED : MessageHead.UNTIL_CLOSE;
    }

    /**
     * Adds a final head to what is sent.
     *
     * @param length what {@link #bodyLength} says
     * @param connection {@code close}, {@code keep-alive}, or nothing where that goes without saying
     */
    public static void head(Output out, Head head, long length, boolean toHead, String connection) {
        int status = status(head);
        out.put(StatusLine.line(status));
        boolean lengthTold = length == MessageHead.CHUNKED || length == MessageHead.UNTIL_CLOSE || status == 204;
        for (int i = 0; i < head.size(); i++) {
            Field field = head.at(i);
            if (field.name().equals("content-length")) {
                if (!lengthTold) {
                    out.put("content-length: ");
                    out.put(toHead || status == 304 ? field.value() : Long.toString(length));
                    out.lineEnd();
                    lengthTold = true;
                }
            } else if (passes(field)) {
                FieldWriter.write(out, field);
            }
        }
        if (length == MessageHead.CHUNKED) {
            out.put("transfer-encoding: chunked\r\n");
        } else if (!lengthTold && !toHead && status != 304) {
            out.put("content-length: 0\r\n");
        }
        if (!connection.isEmpty()) {
            out.put("connection: ");
            out.put(connection);
            out.lineEnd();
        }
        out.lineEnd();
    }

    private static boolean passes(Field field) {
        return !field.pseudo() && !FieldWriter.connectionSpecific(field.name());
    }

    private static int status(Head head) {
        int status = head.status();
        if (status < 100 || status > 599) {
            throw new GatewayException(Cause.INTERNAL, "response without a status");
        }
        return status;
    }
}

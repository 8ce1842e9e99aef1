// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1;

import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.http1.message.BodyReader;
import io.penstock.gateway.http1.message.FieldCache;
import io.penstock.gateway.http1.message.HeadReader;
import io.penstock.gateway.http1.message.Http1Limits;
import io.penstock.gateway.http1.message.Input;
import io.penstock.gateway.http1.message.MessageHead;
import io.penstock.gateway.http1.message.Side;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** What the codec makes of bytes, as one line of text: each message after the other, and how it ended. */
final class Requests {
    private static final Http1Limits LIMITS = new Http1Limits(4096, 32, 1024, 64, 256, false);

    private Requests() {}

    /** All requests of a connection. */
    static String of(CutWire wire) {
        return read(wire, Side.DOWNSTREAM, "");
    }

    /** All responses of a connection, to requests of one method. */
    static String responses(CutWire wire, String method) {
        return read(wire, Side.UPSTREAM, method);
    }

    private static String read(CutWire wire, Side side, String method) {
        Input in = new Input(wire);
        HeadReader heads = new HeadReader(side, in, LIMITS, new FieldCache());
        BodyReader body = new BodyReader(side, in, heads, LIMITS);
        StringBuilder text = new StringBuilder();
        try {
            for (int i = 0; i < 10; i++) {
                MessageHead head =
                        side == Side.DOWNSTREAM ? heads.request(false) : heads.response(method.equals("HEAD"));
                text.append(head(head.head()));
                body.begin(head.bodyLength());
                text.append(body(body)).append(head.persistent() ? " | " : " close");
                if (!head.persistent()) {
                    return text.toString();
                }
            }
            return text.toString();
        } catch (GatewayException e) {
            boolean atEnd = e.detail().equals("the peer ended its side within head") && in.available() == 0;
            return text.append(atEnd ? "end" : e.reason().slug() + ": " + e.detail())
                    .toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String head(Head head) {
        StringBuilder text = new StringBuilder("{");
        for (int i = 0; i < head.size(); i++) {
            Field field = head.at(i);
            if (!field.name().equals(":scheme")) {
                text.append(text.length() == 1 ? "" : " ")
                        .append(field.name())
                        .append('=')
                        .append(field.value());
            }
        }
        return text.append('}').toString();
    }

    private static String body(BodyReader body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] buffer = new byte[7];
        for (int read = body.read(buffer, 0, 7); read >= 0; read = body.read(buffer, 0, 7)) {
            bytes.write(buffer, 0, read);
        }
        Head trailers = body.trailers();
        return bytes.toString(StandardCharsets.ISO_8859_1) + (trailers == null ? "" : head(trailers));
    }
}

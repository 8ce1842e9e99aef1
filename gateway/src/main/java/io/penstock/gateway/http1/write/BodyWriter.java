// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1.write;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.http1.message.MessageHead;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Writes one body in the framing that its head announced. Used by one thread at a time. */
public final class BodyWriter {
    private final Output out;
    private long bodyLength;
    private long remaining;
    private boolean trailersWanted;

    public BodyWriter(Output out) {
        this.out = out;
    }

    /**
     * Begins a body: how long it is, {@link MessageHead#CHUNKED} or {@link MessageHead#UNTIL_CLOSE}, which also stands for raw bytes.
     *
     * @param trailers whether the peer wants trailers; those of others are dropped
     */
    public void begin(long length, boolean trailers) {
        bodyLength = length;
        remaining = length;
        trailersWanted = trailers;
    }

    /** Writes a part of the body in its framing. */
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return; // an empty chunk would be the last one
        }
        if (bodyLength == MessageHead.CHUNKED) {
            out.hex(length);
            out.lineEnd();
            out.body(bytes, offset, length);
            out.lineEnd();
            return;
        }
        if (bodyLength >= 0) {
            if (length > remaining) {
                throw new GatewayException(Cause.INTERNAL, "body is longer than its declared length");
            }
            remaining -= length;
        }
        out.body(bytes, offset, length);
    }

    /** Ends the body and flushes. */
    public void end(@Nullable Head trailers) throws IOException {
        if (bodyLength == MessageHead.CHUNKED) {
            out.put('0');
            out.lineEnd();
            if (trailers != null && trailersWanted) {
                for (int i = 0; i < trailers.size(); i++) {
                    Field field = trailers.at(i);
                    if (!field.pseudo()) {
                        FieldWriter.write(out, field);
                    }
                }
            }
            out.lineEnd();
        }
        out.flush();
    }

    /** Whether so many bytes more would be the last of the announced ones. */
    public boolean endsWith(int length) {
        return bodyLength >= 0 && remaining == length;
    }

    /** Whether as many bytes were written as were announced. */
    public boolean complete() {
        return bodyLength < 0 || remaining == 0;
    }
}

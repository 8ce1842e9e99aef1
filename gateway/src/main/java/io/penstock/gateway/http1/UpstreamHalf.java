// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Handles;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.half.Half;
import io.penstock.gateway.http1.message.MessageHead;
import io.penstock.gateway.http1.write.RequestWriter;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One attempt on an {@link UpstreamConnection}: takes the request and brings the response. One thread may send while another receives.
 *
 * <p>{@link #receive} returns each interim head and then the final one; 101 is final, and from then on both directions are raw bytes. What
 * it throws names its cause: UPSTREAM_RESET when the connection ended ({@link #responseBytes} tells whether a byte of a response had come),
 * UPSTREAM_PROTOCOL, UPSTREAM_HEADER_TOO_LARGE, or whatever {@link #abort} was called with. Nothing here watches the clock: the owner of
 * the connection compares {@link #headSinceNanos}, {@link #bodySinceNanos} and {@link #writeSinceNanos} with its timeouts, and aborts.
 */
public final class UpstreamHalf implements Half {
    /** Interim responses before the final one; nobody sends so many in earnest. */
    private static final int MOST_INTERIM = 100;
    /** Of a response that is passed on without a thread. */
    private static final int MOST_ON_LOOP = 16 * 1024;

    private static final VarHandle REQUEST_ENDED = Handles.of(MethodHandles.lookup(), "requestEnded");
    private static final VarHandle FINAL_HEAD = Handles.of(MethodHandles.lookup(), "finalHead");

    private final UpstreamConnection up;
    private final long inBefore;
    private final long outBefore;
    private volatile @Nullable Cause aborted;
    private volatile boolean requestEnded;
    private volatile boolean finalHead;
    private volatile boolean raw;
    private boolean persistent;
    private boolean toHead;
    private boolean upgradeAsked;
    private boolean connectAsked;
    private @Nullable String ownKey;
    private @Nullable String key;
    private int interim;

    UpstreamHalf(UpstreamConnection up) {
        this.up = up;
        this.inBefore = up.in().total();
        this.outBefore = up.out().total();
        up.out().clear();
    }

    // ---- request ----

    @Override
    public void send(Head head, boolean end) {
        String protocol = head.value(":protocol");
        upgradeAsked = protocol != null;
        toHead = "HEAD".equals(head.method());
        connectAsked = "CONNECT".equals(head.method());
        if ("websocket".equals(protocol)) {
            key = head.value("sec-websocket-key");
            ownKey = key == null ? WebSocketKey.make() : null;
        }
        long length = RequestWriter.write(up.out(), head, end, ownKey);
        if (length == MessageHead.CHUNKED && up.http10()) {
            up.out().clear();
            throw new GatewayException(Cause.UPSTREAM_PROTOCOL, "HTTP/1.0 takes no body of unknown length");
        }
        up.writer().begin(length, true);
        if (end && protocol == null) {
            flush();
            REQUEST_ENDED.setRelease(this, true);
        } else if (protocol != null) {
            flush();
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        try {
            up.writer().write(bytes, offset, length);
        } catch (IOException e) {
            throw failed("write", e);
        }
    }

    @Override
    public void flush() {
        try {
            up.out().flush();
        } catch (IOException e) {
            throw failed("write", e);
        }
    }

    @Override
    public void end(@Nullable Head trailers) {
        if (requestEnded) {
            return;
        }
        if (!raw && !up.writer().complete()) {
            abort(Cause.INTERNAL);
            throw new GatewayException(Cause.INTERNAL, "request body is shorter than its declared length");
        }
        try {
            up.writer().end(trailers);
        } catch (IOException e) {
            throw failed("write", e);
        }
        REQUEST_ENDED.setRelease(this, true);
        if (raw) {
            up.wire().finish();
        }
    }

    // ---- on an event loop ----

    /** What is here of the next head. */
    public enum Arrival {
        NOTHING,
        PART,
        /** All of it, or the end of the connection: {@link #receive} will not wait. */
        WHOLE
    }

    /** Takes what has come, without waiting; no more than a small response has. */
    public Arrival arrival() {
        try {
            if (up.heads().whole()) {
                return Arrival.WHOLE; // behind the one before
            }
            boolean ended = up.in().take(MOST_ON_LOOP) < 0;
            if (up.in().available() == 0) {
                return ended ? Arrival.WHOLE : Arrival.NOTHING;
            }
            return up.heads().whole() ? Arrival.WHOLE : Arrival.PART;
        } catch (IOException e) {
            return Arrival.WHOLE; // which finds the same
        }
    }

    /** Writes what an event loop has left of the request; blocks. */
    public void writeRest() {
        try {
            up.out().writeRest();
        } catch (IOException e) {
            throw failed("write", e);
        }
    }

    // ---- response ----

    @Override
    public Head receive() {
        try {
            MessageHead response = up.heads().response(toHead);
            int status = response.head().status();
            if (status == 101) {
                switchProtocol(response);
            } else if (status < 200) {
                if (++interim > MOST_INTERIM) {
                    throw response.malformed("more than " + MOST_INTERIM + " interim responses");
                }
                return response.head();
            } else if (connectAsked && status < 300) {
                // it would be taken for an open tunnel (RFC 8441 §5), and is none
                throw response.malformed("status " + status + " to a handshake, expected 101");
            } else {
                up.body().begin(response.bodyLength());
                persistent = response.persistent();
            }
            up.answeredAs(response.http11());
            FINAL_HEAD.setRelease(this, true);
            return response.head();
        } catch (GatewayException e) {
            throw aborted(e);
        } catch (IOException e) {
            throw failed("read", e);
        }
    }

    private void switchProtocol(MessageHead response) {
        if (!upgradeAsked) {
            throw response.malformed("101 that nobody asked for");
        }
        String asked = ownKey == null ? key : ownKey;
        if (asked != null && !WebSocketKey.accept(asked).equals(response.head().value("sec-websocket-accept"))) {
            throw response.malformed("sec-websocket-accept does not answer the key");
        }
        if (ownKey != null) {
            response.head().remove("sec-websocket-accept");
        }
        up.body().begin(MessageHead.UNTIL_CLOSE);
        up.writer().begin(MessageHead.UNTIL_CLOSE, false);
        raw = true;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
        try {
            return up.body().read(buffer, offset, length);
        } catch (GatewayException e) {
            throw aborted(e);
        } catch (IOException e) {
            throw failed("read", e);
        }
    }

    @Override
    public @Nullable Head trailers() {
        return up.body().trailers();
    }

    @Override
    public int droppedTrailers() {
        return up.body().takeDropped();
    }

    @Override
    public boolean received() {
        return finalHead && up.body().received();
    }

    @Override
    public boolean ready() {
        return finalHead && up.body().ready();
    }

    @Override
    public boolean unanswered() {
        return responseBytes() == 0;
    }

    // ---- ends ----

    @Override
    public void abort(Cause cause) {
        if (aborted == null && !(requestEnded && finalHead && up.body().complete())) {
            aborted = cause;
            up.abort();
        }
    }

    private GatewayException aborted(GatewayException found) {
        Cause cause = aborted;
        return cause == null ? found : new GatewayException(cause, "aborted: " + cause.slug(), found);
    }

    private GatewayException failed(String what, IOException found) {
        Cause cause = aborted;
        return new GatewayException(
                cause == null ? Cause.UPSTREAM_RESET : cause, what + ": " + found.getMessage(), found);
    }

    // ---- for the owner of the connection ----

    /**
     * Whether the connection may carry another exchange: request and response are complete, and both sides want to keep it. Final once
     * the response has ended and {@link #end} has returned.
     */
    public boolean reusable() {
        return requestEnded
                && finalHead
                && !raw
                && aborted == null
                && up.body().complete()
                && persistent
                && up.in().available() == 0;
    }

    /** Bytes of any response that came in this attempt; 0 proves that the upstream answered nothing. */
    public long responseBytes() {
        return up.in().total() - inBefore;
    }

    /** Bytes of the request that the wire was to take, soon or at once; 0 proves that the upstream saw nothing. */
    public long requestBytes() {
        return up.out().total() - outBefore;
    }

    /** {@link System#nanoTime()} when the request (as far as it has come) was flushed, while no final head is here; 0 otherwise. */
    public long headSinceNanos() {
        return requestBytes() > 0 && !finalHead ? up.out().lastWriteNanos() : 0;
    }

    /**
     * {@link System#nanoTime()} when the read of the response's body began that is waiting now, or when the request was flushed if that
     * came later; 0 when none is waiting.
     */
    public long bodySinceNanos() {
        long read = finalHead ? up.in().waitingSinceNanos() : 0;
        long written = up.out().lastWriteNanos();
        return read != 0 && written - read > 0 ? written : read;
    }

    /** {@link System#nanoTime()} when the write began that is under way now; 0 when none is. */
    public long writeSinceNanos() {
        return up.out().writingSinceNanos();
    }
}

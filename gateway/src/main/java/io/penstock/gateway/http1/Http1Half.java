// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.ending.DownstreamEnding;
import io.penstock.gateway.exchange.half.RequestHalf;
import io.penstock.gateway.exchange.half.RunningAttempt;
import io.penstock.gateway.http1.message.MessageHead;
import io.penstock.gateway.http1.write.ResponseWriter;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The downstream's half of an {@link Http1Exchange}: brings the request, takes the response. */
final class Http1Half implements RequestHalf {
    private static final byte[] NOTHING = {};

    private final Http1Exchange owner;
    private final Http1Connection connection;
    private final MessageHead request;
    private final Exchange exchange;
    private final boolean toHead;

    private volatile @Nullable Thread reader;
    private volatile boolean raw;
    private volatile boolean lastBytes;
    private volatile boolean rawEnded;
    private boolean continued;
    private byte @Nullable [] held = NOTHING;
    private int heldLength;
    private int replayed;

    Http1Half(Http1Exchange owner, Http1Connection connection, MessageHead request) {
        this.owner = owner;
        this.connection = connection;
        this.request = request;
        this.exchange = owner.exchange();
        this.toHead = exchange.method().equals("HEAD");
    }

    /** Who waits for the request's body; null when nobody does. */
    @Nullable
    Thread reader() {
        return reader;
    }

    /** Whether both sides have changed to another protocol. */
    boolean raw() {
        return raw;
    }

    /** Whether the last byte of the response is on its way to the client, who may close as soon as it is there. */
    boolean lastBytes() {
        return lastBytes;
    }

    /** Whether nothing more is sent to a client that has changed its protocol. */
    boolean rawEnded() {
        return rawEnded;
    }

    // ---- request ----

    @Override
    public Head receive() {
        return exchange.request();
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
        byte[] kept = held;
        if (kept != null && replayed < heldLength) {
            int now = Math.min(length, heldLength - replayed);
            System.arraycopy(kept, replayed, buffer, offset, now);
            replayed += now;
            return now;
        }
        if (connection.codec().body().complete()) {
            check();
            return -1; // without the lock: whoever watches for the peer's end may hold it until the next request
        }
        ReentrantLock reading = connection.codec().reading();
        reading.lock();
        try {
            reader = Thread.currentThread();
            check(); // after the line before: whoever refuses the exchange looks for a reader after it
            return readBody(buffer, offset, length);
        } catch (IOException e) {
            throw gone("read", e);
        } finally {
            reader = null;
            reading.unlock();
        }
    }

    private int readBody(byte[] buffer, int offset, int length) throws IOException {
        try {
            int read = connection.codec().body().read(buffer, offset, length);
            if (read > 0) {
                exchange.addRequestBytes(read);
                hold(buffer, offset, read);
            }
            return read;
        } catch (GatewayException e) {
            connection.farewell().unreadable(e.reason());
            throw e;
        }
    }

    private void hold(byte[] bytes, int offset, int length) {
        byte[] kept = held;
        if (kept == null || raw) {
            return;
        }
        if (heldLength + length > connection.settings().replayBytes()) {
            held = null;
            return;
        }
        if (heldLength + length > kept.length) {
            kept = Arrays.copyOf(kept, Math.max(heldLength + length, 2 * heldLength));
            held = kept;
        }
        System.arraycopy(bytes, offset, kept, heldLength, length);
        heldLength += length;
        replayed = heldLength;
    }

    @Override
    public boolean rewind() {
        replayed = 0;
        return held != null;
    }

    @Override
    public void release() {
        if (replayed == heldLength) {
            held = null;
        }
    }

    @Override
    public void running(@Nullable RunningAttempt attempt) {
        owner.running(attempt);
    }

    @Override
    public @Nullable Head trailers() {
        exchange.droppedTrailers(true, connection.codec().body().takeDropped());
        return connection.codec().body().trailers();
    }

    @Override
    public boolean received() {
        return connection.codec().body().received();
    }

    @Override
    public boolean ready() {
        return (held != null && replayed < heldLength)
                || connection.codec().body().ready();
    }

    // ---- response ----

    @Override
    public void send(Head head, boolean end) {
        int status = head.status();
        if (status == 101) {
            switchProtocol(head);
        } else if (status < 200) {
            interim(head, status);
        } else {
            if (!owner.begin()) {
                throw over();
            }
            exchange.status(status);
            begin(head, end);
        }
    }

    private void interim(Head head, int status) {
        if (!request.http11() || (status == 100 && !request.expectsContinue())) {
            return;
        }
        connection.codec().sending().lock();
        try {
            if (owner.begun()) {
                throw over();
            }
            continued |= status == 100;
            ResponseWriter.interim(connection.codec().out(), head);
            connection.codec().out().flush();
        } catch (IOException e) {
            throw gone("write", e);
        } finally {
            connection.codec().sending().unlock();
        }
    }

    private void begin(Head head, boolean end) {
        long length = ResponseWriter.bodyLength(head, end, toHead, request.http11());
        if (length == MessageHead.UNTIL_CLOSE || !request.persistent() || bodyWillBeLeft()) {
            connection.farewell().closeAfterThis(DownstreamEnding.CLOSED);
        }
        boolean close = connection.farewell().lastResponse();
        String word = close ? "close" : request.http11() ? "" : "keep-alive";
        connection.settings().date().addTo(head);
        ResponseWriter.head(connection.codec().out(), head, length, toHead, word);
        connection.codec().writer().begin(length, request.trailersAccepted() || head.has("trailer"));
        if (end) {
            end(null);
        }
    }

    /**
     * Whether the connection cannot go on because the client may still send, or not send, a body: it waits for a 100 that will not come, or
     * it would send more than we read for nothing.
     */
    private boolean bodyWillBeLeft() {
        if (connection.codec().body().complete()) {
            return false;
        }
        if (request.expectsContinue() && !continued && exchange.requestBytes() == 0) {
            return true;
        }
        return connection.codec().body().remaining()
                > connection.settings().config().maxDrainBytes();
    }

    private void switchProtocol(Head head) {
        String protocol = exchange.request().value(":protocol");
        if (protocol == null) {
            throw new GatewayException(Cause.UPSTREAM_PROTOCOL, "101 that nobody asked for");
        }
        if (!owner.begin()) {
            throw over();
        }
        exchange.status(101);
        String key = request.webSocketKey();
        if (protocol.equals("websocket") && key != null && !head.has("sec-websocket-accept")) {
            head.add("sec-websocket-accept", WebSocketKey.accept(key));
        }
        raw = true;
        connection.farewell().closeAfterThis(DownstreamEnding.UPGRADED);
        ResponseWriter.upgrade(connection.codec().out(), head, protocol);
        connection.codec().writer().begin(MessageHead.UNTIL_CLOSE, false);
        connection.codec().body().begin(MessageHead.UNTIL_CLOSE);
        flush();
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        exchange.addResponseBytes(length);
        put(bytes, offset, length);
    }

    private void put(byte[] bytes, int offset, int length) {
        if (toHead) {
            return;
        }
        checkSending();
        if (!lastBytes && connection.codec().writer().endsWith(length)) {
            lastBytes = true;
        }
        try {
            connection.codec().writer().write(bytes, offset, length);
        } catch (IOException e) {
            throw gone("write", e);
        }
    }

    /** The gateway's own body. */
    void writeOwn(byte[] body) {
        if (!toHead) {
            exchange.addResponseBytes(body.length);
        }
        put(body, 0, body.length);
    }

    @Override
    public void flush() {
        checkSending();
        try {
            connection.codec().out().flush();
        } catch (IOException e) {
            throw gone("write", e);
        }
    }

    @Override
    public void end(@Nullable Head trailers) {
        if (owner.isOver()) {
            return;
        }
        checkSending();
        if (!connection.codec().writer().complete()) {
            throw new GatewayException(Cause.UPSTREAM_PROTOCOL, "response body is shorter than its declared length");
        }
        if (!lastBytes) {
            lastBytes = true;
        }
        try {
            connection.codec().writer().end(trailers);
        } catch (IOException e) {
            throw gone("write", e);
        }
        if (raw) {
            rawEnded = true;
            connection.wire().finish(); // the client may still send
        } else {
            owner.over();
        }
    }

    /** Writes a refusal: the only writing that may be done by another thread than the own one. */
    void refuse(Head head, byte[] body) {
        connection.codec().sending().lock();
        try {
            exchange.status(head.status());
            if (bodyWillBeLeft() || reader != null) {
                connection.farewell().closeAfterThis(DownstreamEnding.UNREAD_BODY);
            }
            if (!request.persistent()) {
                connection.farewell().closeAfterThis(DownstreamEnding.CLOSED);
            }
            connection.codec().out().clear();
            boolean close = connection.farewell().lastResponse();
            String word = close ? "close" : request.http11() ? "" : "keep-alive";
            connection.settings().date().addTo(head);
            ResponseWriter.head(connection.codec().out(), head, body.length, toHead, word);
            if (!toHead) {
                connection.codec().out().body(body, 0, body.length);
            }
            connection.codec().out().flush();
        } catch (IOException e) {
            throw gone("write", e);
        } finally {
            connection.codec().sending().unlock();
        }
    }

    /** Sends what is here of a response that is not whole. */
    void breakOff() {
        connection.farewell().closeAfterThis(DownstreamEnding.BROKEN_OFF);
        try {
            connection.codec().out().flush();
        } catch (IOException e) {
            connection.abort();
        }
    }

    @Override
    public void abort(Cause cause) {
        if (!owner.isOver() && !rawEnded) {
            owner.refuse(new GatewayException(cause, "aborted: " + cause.slug()));
            connection.abort();
        }
    }

    // ---- checks ----

    private void check() {
        GatewayException reason = owner.reason();
        if (reason != null) {
            throw reason;
        }
    }

    /** A response that has begun is broken off by closing the socket; until then it is simply written. */
    private void checkSending() {
        if (!owner.begun()) {
            check();
        }
    }

    private GatewayException over() {
        GatewayException reason = owner.reason();
        return reason != null ? reason : new GatewayException(Cause.INTERNAL, "a request has one response");
    }

    private GatewayException gone(String what, IOException found) {
        connection.abort();
        return new GatewayException(Cause.DOWNSTREAM_GONE, what + ": " + found.getMessage(), found);
    }
}

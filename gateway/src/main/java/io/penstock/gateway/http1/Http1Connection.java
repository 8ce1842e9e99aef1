// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1;

import io.penstock.gateway.config.listener.Http1Config;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Handles;
import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.exchange.ending.DownstreamEnding;
import io.penstock.gateway.exchange.side.ServedConnection;
import io.penstock.gateway.http1.message.MessageHead;
import io.penstock.gateway.wire.ChannelWire;
import io.penstock.gateway.wire.EventLoop;
import io.penstock.gateway.wire.LoopOdds;
import io.penstock.gateway.wire.Wire;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A connection that somebody opened to us and that speaks HTTP/1.1 or 1.0: one request after the other, pipelined or not, on the
 * connection's own thread or, where that needs none, on an event loop ({@link OnLoop}).
 *
 * <p>Bound: one head, two buffers that shrink between requests, and what the half of the exchange holds for another attempt.
 */
public final class Http1Connection implements ServedConnection {
    private static final VarHandle EXCHANGE = Handles.of(MethodHandles.lookup(), "exchange");

    private final Wire wire;
    private final Http1Settings settings;
    private final Peer peer;
    private final int maxRequests;
    private final Http1Codec codec;
    private final RequestHeads heads;
    private final Idleness idleness = new Idleness();
    private final Farewell farewell = new Farewell();
    private final Leftover leftover;
    private final Http1Upkeep upkeep = new Http1Upkeep(this);
    private final @Nullable EventLoop loop;
    private final LoopOdds odds = new LoopOdds();
    private long requests;
    private volatile @Nullable Http1Exchange exchange;
    private volatile boolean looping;

    /**
     * Prepares a connection; nothing is read or written before {@link #serve}.
     *
     * @param loop on which it waits and is served when that needs no thread; null where it never does
     */
    public Http1Connection(Wire wire, Http1Settings settings, Peer peer, @Nullable EventLoop loop) {
        this.wire = wire;
        this.settings = settings;
        this.peer = peer;
        this.loop = loop;
        Http1Config config = settings.config();
        this.maxRequests = config.maxRequests().orElse(Integer.MAX_VALUE);
        this.codec = Http1Codec.of(wire, config, settings.fields());
        this.heads = new RequestHeads(this, codec, farewell);
        this.leftover = new Leftover(wire, codec, farewell, config.maxDrainBytes());
    }

    // ---- the connection's own thread ----

    @Override
    public void serve() {
        try {
            while (serveNext()) {
                codec.rest();
            }
            if (!idleness.closed() && farewell.lingerSinceNanos() != 0) {
                leftover.drainUntilClosed();
            }
        } catch (IOException e) {
            farewell.failed(e);
        }
    }

    private boolean serveNext() throws IOException {
        return switch (stayOnLoop()) {
            case NOTHING -> awaitRequest() && serveRequest();
            case REQUEST -> serveRequest();
            case EXCHANGE -> goOn();
            case REST -> mayGoOn();
            case END -> false;
        };
    }

    /** Spends time on the event loop, if that is worth it. */
    private OnLoop.Left stayOnLoop() throws IOException {
        ChannelWire channel = wire.channel();
        if (loop == null || channel == null || !loop.isOpen() || !odds.good()) {
            return OnLoop.Left.NOTHING;
        }
        looping = true;
        try {
            return new OnLoop(this, channel, loop, odds).stay();
        } finally {
            looping = false;
        }
    }

    /** Waits for the first byte of a request; false when none will come. */
    private boolean awaitRequest() throws IOException {
        idleness.begin(System.nanoTime());
        boolean here;
        codec.reading().lock();
        try {
            here = codec.in().available() > 0 || codec.in().fill();
        } finally {
            codec.reading().unlock();
        }
        if (!idleness.end()) {
            return false;
        }
        if (!here) {
            farewell.endedBetweenRequests();
        }
        return here;
    }

    private boolean serveRequest() throws IOException {
        Http1Exchange served = begin(null);
        if (served == null) {
            return false;
        }
        try {
            served.run();
        } finally {
            end(served);
        }
        return mayGoOn();
    }

    /** Whether the next request may be served, once what is left of the last one was read. */
    private boolean mayGoOn() throws IOException {
        return leftover.readRequest() && !farewell.last();
    }

    /** An exchange that was begun on the loop needs this thread. */
    private boolean goOn() throws IOException {
        Http1Exchange served = exchange;
        if (served != null) {
            try {
                served.goOn();
            } finally {
                end(served);
            }
        }
        return mayGoOn();
    }

    /**
     * Reads a request's head and makes its exchange; null when it was refused.
     *
     * @param onLoop where it is begun, from a head that is here whole; null on the own thread
     */
    @Nullable
    Http1Exchange begin(@Nullable OnLoop onLoop) throws IOException {
        MessageHead request = heads.read(onLoop == null);
        if (request == null) {
            return null;
        }
        requests++;
        if (maxRequests <= requests) {
            farewell.closeAfterThis(DownstreamEnding.CLOSED);
        }
        codec.body().begin(request.bodyLength());
        codec.in()
                .timeReads(settings.config().minBodyRate().isPresent()
                        && !codec.body().complete());
        GatewayException badPath = settings.paths().get().apply(request.head());
        Http1Exchange served = new Http1Exchange(this, onLoop, request, badPath, settings.handler());
        EXCHANGE.setRelease(this, served);
        return served;
    }

    /** The exchange is over. */
    void end(Http1Exchange served) {
        EXCHANGE.setRelease(this, (Http1Exchange) null);
        if (farewell.last() && served.persistent()) {
            farewell.linger(); // the peer did not ask for the end, and may have sent another request already
        }
    }

    /** Whether the next request may come: nothing is left of the last one, and it was not the last. */
    boolean persists() {
        return !farewell.last() && codec.body().complete();
    }

    /** Whether it is on an event loop, which sees by itself whether the peer is still there. */
    boolean looping() {
        return looping;
    }

    /** Answers a peer that has not finished its first head in time, in the place of {@link #serve}; may block in a write. */
    public void refuseLate() {
        heads.refuseLate();
    }

    // ---- for its parts ----

    Wire wire() {
        return wire;
    }

    Http1Codec codec() {
        return codec;
    }

    Farewell farewell() {
        return farewell;
    }

    Idleness idleness() {
        return idleness;
    }

    Http1Settings settings() {
        return settings;
    }

    RequestHeads heads() {
        return heads;
    }

    // ---- from outside ----

    @Override
    public void upkeep(long now) {
        upkeep.look(now);
    }

    /** Closes an idle connection, now or once it has been idle for a moment: its next request may be on its way. */
    @Override
    public void drain() {
        farewell.drain();
        upkeep.look(System.nanoTime());
    }

    @Override
    public void endExchanges() {
        Http1Exchange current = exchange;
        if (current != null) {
            current.goAway(new GatewayException(Cause.DRAINING, "the drain timeout has passed"));
        }
    }

    @Override
    public void abort() {
        wire.abort();
        Http1Exchange current = exchange;
        if (current != null) {
            current.refuse(new GatewayException(Cause.DOWNSTREAM_GONE, "the connection was closed"));
        }
    }

    /** Closes the socket because of a time that has passed. */
    void timeOut(DownstreamEnding how, String why) {
        farewell.note(how, why);
        abort();
    }

    /** Closes the connection unless a request has begun. */
    void closeIdle(DownstreamEnding how, String why) {
        if (idleness.close()) {
            farewell.note(how, why);
            wire.abort();
        }
    }

    @Nullable
    Http1Exchange exchange() {
        return exchange;
    }

    @Override
    public int openStreams() {
        return exchange == null ? 0 : 1;
    }

    @Override
    public Peer peer() {
        return peer;
    }

    @Override
    public DownstreamEnding ending() {
        return farewell.ending();
    }

    @Override
    public String detail() {
        return farewell.detail();
    }
}

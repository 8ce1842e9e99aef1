// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1;

import io.penstock.gateway.config.listener.Http1Config;
import io.penstock.gateway.config.listener.ListenerConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.ExchangeHandler;
import io.penstock.gateway.exchange.ExchangeObserver;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Handles;
import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.exchange.ending.DownstreamEnding;
import io.penstock.gateway.exchange.side.ServedConnection;
import io.penstock.gateway.exchange.time.HttpDate;
import io.penstock.gateway.filter.PathPolicy;
import io.penstock.gateway.http1.message.BodyReader;
import io.penstock.gateway.http1.message.FieldCache;
import io.penstock.gateway.http1.message.HeadReader;
import io.penstock.gateway.http1.message.Http1Limits;
import io.penstock.gateway.http1.message.Input;
import io.penstock.gateway.http1.message.MessageHead;
import io.penstock.gateway.http1.message.Side;
import io.penstock.gateway.http1.write.BodyWriter;
import io.penstock.gateway.http1.write.Output;
import io.penstock.gateway.wire.ChannelWire;
import io.penstock.gateway.wire.EventLoop;
import io.penstock.gateway.wire.LoopOdds;
import io.penstock.gateway.wire.Wire;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A connection that somebody opened to us and that speaks HTTP/1.1 or 1.0: one request after the other, pipelined or not, on the
 * connection's own thread or, where that needs none, on an event loop ({@link OnLoop}).
 *
 * <p>Bound: one head, two buffers that shrink between requests, and what the half of the exchange holds for another attempt.
 */
public final class Http1Connection implements ServedConnection {
    private static final VarHandle STATE;
    private static final VarHandle IDLE_SINCE;
    private static final VarHandle EXCHANGE;

    static {
        Lookup lookup = MethodHandles.lookup();
        STATE = Handles.of(lookup, "state");
        IDLE_SINCE = Handles.of(lookup, "idleSinceNanos");
        EXCHANGE = Handles.of(lookup, "exchange");
    }

    /** Between requests either the peer begins another one, or the connection is closed: never both. */
    private enum State {
        IDLE,
        BUSY,
        CLOSED
    }

    private final Wire wire;
    private final ListenerConfig listener;
    private final Peer peer;
    private final ExchangeHandler handler;
    private final ExchangeObserver observer;
    private final HttpDate date;
    private final Supplier<PathPolicy> paths;
    private final int replayBytes;
    private final Input in;
    private final Output out;
    private final HeadReader heads;
    private final BodyReader body;
    private final BodyWriter writer;
    private final ReentrantLock reading = new ReentrantLock();
    private final ReentrantLock sending = new ReentrantLock();
    private final Http1Upkeep upkeep = new Http1Upkeep(this);
    private final HeadTime headTime;
    private volatile State state = State.BUSY;
    private final int maxRequests;
    private long requests;
    private volatile long idleSinceNanos;
    private volatile long lingerSinceNanos;
    private volatile @Nullable Http1Exchange exchange;
    private volatile boolean last;
    private volatile boolean draining;
    private volatile DownstreamEnding ending = DownstreamEnding.PEER;
    private volatile String detail = "";
    private final @Nullable EventLoop loop;
    private final LoopOdds odds = new LoopOdds();
    private volatile boolean looping;

    /**
     * Prepares a connection; nothing is read or written before {@link #serve}.
     *
     * @param fields one for all connections of a listener
     * @param date of responses that have none
     * @param paths of the listener, asked for each request: an open connection follows a change
     * @param replayBytes request bytes that each exchange keeps for a second attempt
     * @param loop on which it waits and is served when that needs no thread; null where it never does
     */
    public Http1Connection(
            Wire wire,
            ListenerConfig listener,
            Peer peer,
            ExchangeHandler handler,
            ExchangeObserver observer,
            FieldCache fields,
            HttpDate date,
            Supplier<PathPolicy> paths,
            int replayBytes,
            @Nullable EventLoop loop) {
        this.wire = wire;
        this.listener = listener;
        this.peer = peer;
        this.handler = handler;
        this.observer = observer;
        this.date = date;
        this.paths = paths;
        this.replayBytes = replayBytes;
        this.maxRequests = listener.http1().maxRequests().orElse(Integer.MAX_VALUE);
        Http1Config config = listener.http1();
        Http1Limits limits = new Http1Limits(
                config.maxHeadBytes(),
                config.maxFields(),
                config.maxLineBytes(),
                config.maxChunkLineBytes(),
                config.maxTrailerBytes(),
                config.absoluteForm() == Http1Config.AbsoluteForm.PREFER_TARGET);
        this.in = new Input(wire);
        this.out = new Output(wire);
        this.headTime = new HeadTime(in);
        this.heads = new HeadReader(Side.DOWNSTREAM, in, limits, fields);
        this.body = new BodyReader(Side.DOWNSTREAM, in, heads, limits);
        this.writer = new BodyWriter(out);
        this.loop = loop;
    }

    // ---- the connection's own thread ----

    @Override
    public void serve() {
        try {
            while (serveNext()) {
                rest();
            }
            if (state != State.CLOSED && lingerSinceNanos != 0) {
                drainUntilClosed();
            }
        } catch (IOException e) {
            failed(e);
        }
    }

    /** Between two requests: lets go of buffers that grew. */
    void rest() {
        out.rest();
        if (in.grown() && reading.tryLock()) { // otherwise somebody waits there for the beginning of the next request
            try {
                in.rest();
            } finally {
                reading.unlock();
            }
        }
    }

    private boolean serveNext() throws IOException {
        return switch (stayOnLoop()) {
            case NOTHING -> awaitRequest() && serveRequest();
            case REQUEST -> serveRequest();
            case EXCHANGE -> goOn();
            case REST -> restOfBody() && !last;
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
        idle(System.nanoTime());
        boolean here;
        reading.lock();
        try {
            here = in.available() > 0 || in.fill();
        } finally {
            reading.unlock();
        }
        if (!busy()) {
            return false;
        }
        if (!here) {
            endedBetweenRequests();
        }
        return here;
    }

    /** It waits for a request since then, and may be closed for being idle. */
    void idle(long sinceNanos) {
        IDLE_SINCE.setRelease(this, sinceNanos);
        STATE.setRelease(this, State.IDLE);
    }

    /** A request begins; false when the connection was closed before. */
    boolean busy() {
        return STATE.compareAndSet(this, State.IDLE, State.BUSY);
    }

    void endedBetweenRequests() {
        note(draining ? DownstreamEnding.DRAINED : DownstreamEnding.PEER, "closed between requests");
    }

    void failed(IOException e) {
        note(DownstreamEnding.PEER, "connection failed: " + e.getMessage());
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
        return restOfBody() && !last;
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
        return restOfBody() && !last;
    }

    /**
     * Reads a request's head and makes its exchange; null when it was refused.
     *
     * @param onLoop where it is begun, from a head that is here whole; null on the own thread
     */
    @Nullable
    Http1Exchange begin(@Nullable OnLoop onLoop) throws IOException {
        MessageHead request = head(onLoop == null);
        if (request == null) {
            return null;
        }
        requests++;
        if (maxRequests <= requests) {
            closeAfterThis(DownstreamEnding.CLOSED);
        }
        body.begin(request.bodyLength());
        in.timeReads(listener.http1().minBodyRate().isPresent() && !body.complete());
        GatewayException badPath = paths.get().apply(request.head());
        Http1Exchange served = new Http1Exchange(this, onLoop, request, badPath, handler);
        EXCHANGE.setRelease(this, served);
        return served;
    }

    /** The exchange is over. */
    void end(Http1Exchange served) {
        EXCHANGE.setRelease(this, (Http1Exchange) null);
        if (last && served.persistent()) {
            linger(); // the peer did not ask for the end, and may have sent another request already
        }
    }

    /** Whether the next request may come: nothing is left of the last one, and it was not the last. */
    boolean persists() {
        return !last && body.complete();
    }

    /** Whether the kernel has not taken all that was written on an event loop. */
    boolean unwritten() {
        ChannelWire channel = wire.channel();
        return channel != null && channel.unwritten() > 0;
    }

    /** Whether it is on an event loop, which sees by itself whether the peer is still there. */
    boolean looping() {
        return looping;
    }

    /** Reads a head, which may take its time only if that is measured; null when it was refused. */
    private @Nullable MessageHead head(boolean timed) throws IOException {
        if (timed) {
            headTime.begin();
        }
        MessageHead request = null;
        GatewayException wrong = null;
        try {
            request = heads.request(peer.secure());
        } catch (GatewayException e) {
            wrong = e;
        }
        if (timed && !headTime.end()) {
            headTime.awaitRefused();
            return null;
        }
        if (wrong != null && wrong.reason() == Cause.DOWNSTREAM_GONE) {
            note(DownstreamEnding.PEER, wrong.detail());
        } else if (wrong != null) {
            refuseHead(wrong, DownstreamEnding.MALFORMED);
        }
        return request;
    }

    /** Refuses the head that is being read since then, unless it is here by now. Its own thread waits for it, so another one writes. */
    void refuseLateHead(long since) {
        if (headTime.take(since)) {
            Thread.ofVirtual().name("http1-late " + peer).start(() -> {
                try {
                    refuseLate();
                } finally {
                    headTime.refused();
                }
            });
        }
    }

    /** Answers a peer that has not finished its first head in time, in the place of {@link #serve}; may block in a write. */
    public void refuseLate() {
        GatewayException late = new GatewayException(Cause.REQUEST_TIMEOUT, "head not finished in time");
        refuseHead(late, DownstreamEnding.HEAD_TIMEOUT);
    }

    /** Answers what is no request, so that its sender can read why; without a whole head there is no exchange to open. */
    private void refuseHead(GatewayException reason, DownstreamEnding how) {
        note(how, reason.detail());
        closeAfterThis(how);
        body.begin(0);
        new Http1Exchange(this, null, MessageHead.unreadable(), reason, handler).run();
        linger();
    }

    /** After a response: reads what is left of the request, or gives the connection up. */
    private boolean restOfBody() throws IOException {
        if (body.complete()) {
            return true;
        }
        if (last) {
            linger();
            return false;
        }
        linger(); // as long as a peer may take that has had its answer
        byte[] nothing = new byte[4 * 1024];
        long left = listener.http1().maxDrainBytes();
        reading.lock(); // a thread of the exchange may still be in it
        try {
            while (left >= 0) {
                int read = body.read(nothing, 0, nothing.length);
                if (read < 0) {
                    lingerSinceNanos = 0;
                    return true;
                }
                left -= read;
            }
        } catch (GatewayException e) {
            note(DownstreamEnding.UNREAD_BODY, e.detail());
            return false;
        } finally {
            reading.unlock();
        }
        note(DownstreamEnding.UNREAD_BODY, "the rest of a request body is longer than is read for nothing");
        return false;
    }

    /** Lets the peer read our last words: a socket that is closed with bytes unread resets the connection. */
    private void drainUntilClosed() throws IOException {
        out.flush();
        wire.finish();
        byte[] nothing = new byte[4 * 1024];
        long left = Http1Upkeep.LINGER_BYTES;
        reading.lock();
        try {
            while (left > 0) {
                int read = in.read(nothing, 0, nothing.length);
                if (read < 0) {
                    return;
                }
                left -= read;
            }
        } finally {
            reading.unlock();
        }
    }

    // ---- for the exchange ----

    /** The response that is about to be written is the last one of this connection, and why. */
    void closeAfterThis(DownstreamEnding how) {
        last = true;
        if (how != DownstreamEnding.CLOSED || ending == DownstreamEnding.PEER) {
            note(how, how.slug());
        }
    }

    /** Whether the response that is about to be written must say that it is the last one. */
    boolean lastResponse() {
        if (draining) {
            closeAfterThis(DownstreamEnding.DRAINED);
        }
        return last;
    }

    /** Nobody knows where the next request begins. */
    void unreadable(Cause why) {
        closeAfterThis(why == Cause.DOWNSTREAM_GONE ? DownstreamEnding.PEER : DownstreamEnding.MALFORMED);
    }

    /** From now on the peer has a second to go by itself. */
    void linger() {
        if (lingerSinceNanos == 0) {
            lingerSinceNanos = System.nanoTime() | 1;
        }
    }

    private void note(DownstreamEnding how, String why) {
        if (ending == DownstreamEnding.PEER && detail.isEmpty()) {
            ending = how;
            detail = why;
        }
    }

    Wire wire() {
        return wire;
    }

    HeadReader heads() {
        return heads;
    }

    Input in() {
        return in;
    }

    Output out() {
        return out;
    }

    BodyReader body() {
        return body;
    }

    BodyWriter writer() {
        return writer;
    }

    /** Held by whoever reads from the wire: the own thread, another one of the exchange, or the one that watches for the peer's end. */
    ReentrantLock reading() {
        return reading;
    }

    /** Keeps an interim head of the own thread and the refusal of a helper apart. */
    ReentrantLock sending() {
        return sending;
    }

    Http1Config config() {
        return listener.http1();
    }

    ListenerConfig listener() {
        return listener;
    }

    HttpDate date() {
        return date;
    }

    ExchangeObserver observer() {
        return observer;
    }

    int replayBytes() {
        return replayBytes;
    }

    // ---- from outside ----

    @Override
    public void upkeep(long now) {
        upkeep.look(now);
    }

    /** Closes an idle connection, now or once it has been idle for a moment: its next request may be on its way. */
    @Override
    public void drain() {
        draining = true;
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
        note(how, why);
        abort();
    }

    /** Closes the connection unless a request has begun. */
    void closeIdle(DownstreamEnding how, String why) {
        if (STATE.compareAndSet(this, State.IDLE, State.CLOSED)) {
            note(how, why);
            wire.abort();
        }
    }

    /** Since when it waits for a request; 0 while it does not. */
    long idleSinceNanos() {
        return state == State.IDLE ? idleSinceNanos : 0;
    }

    /** Since when a head is being read; 0 when none is. */
    long headSinceNanos() {
        return headTime.sinceNanos();
    }

    long lingerSinceNanos() {
        return lingerSinceNanos;
    }

    @Nullable
    Http1Exchange exchange() {
        return exchange;
    }

    boolean draining() {
        return draining;
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
        return ending;
    }

    @Override
    public String detail() {
        return detail;
    }
}

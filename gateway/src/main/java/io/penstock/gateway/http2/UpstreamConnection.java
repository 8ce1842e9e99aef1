// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2;

import io.penstock.gateway.config.upstream.UpstreamConfig;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.ending.UpstreamEnding;
import io.penstock.gateway.exchange.half.Half;
import io.penstock.gateway.http2.frame.ErrorCode;
import io.penstock.gateway.http2.frame.FrameReader;
import io.penstock.gateway.http2.frame.Http2Exception;
import io.penstock.gateway.http2.relay.Relay;
import io.penstock.gateway.http2.relay.UpstreamHalf;
import io.penstock.gateway.http2.stream.Http2Connection;
import io.penstock.gateway.http2.stream.Wakes;
import io.penstock.gateway.wire.Wire;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A connection that we opened to an upstream, shared by many exchanges.
 *
 * <p>It takes streams once the peer's SETTINGS have arrived and until it is retired, the peer says GOAWAY or it ends. All methods
 * may come from any thread and never block.
 */
public final class UpstreamConnection implements Http2Connection.Role {
    /** A write of at most 32 KiB that lasts longer than this waits for the peer. */
    private static final long SLOW_WRITE_NANOS = 10_000_000;
    /**
     * The least time between two PINGs under open streams while the peer says nothing else: servers of gRPC end a connection on the third
     * PING that comes within five minutes of the one before, counted anew with each head or DATA that they send
     * (https://github.com/grpc/proposal/blob/master/A8-client-side-keepalive.md).
     */
    private static final long RARE_PING_NANOS = 360_000_000_000L;

    /** Told what concerns the pool. Called without any lock of the connection; must not block. */
    public interface Observer {
        /** The peer's first SETTINGS are here: streams may be opened. */
        void ready(UpstreamConnection connection);

        /** A stream that could not be opened before may fit now. */
        void slotFreed(UpstreamConnection connection);

        /** The connection takes no new streams; those that are open may finish. */
        void retired(UpstreamConnection connection);

        /** The connection is over, and so is every stream of it. */
        void ended(UpstreamConnection connection, UpstreamEnding ending, String detail);
    }

    private final UpstreamConfig config;
    private final boolean once;
    private final int streamLimit;
    private final Observer observer;
    private final Http2Connection connection;
    private final FrameDispatcher dispatcher;
    private final long startedNanos = System.nanoTime();
    private final long maxAgeNanos;
    private final AtomicReference<@Nullable UpstreamEnding> why = new AtomicReference<>();
    private volatile String detail = "";
    private volatile boolean ready;
    private volatile boolean retired;
    private volatile long pingSentNanos;
    /** When the last PING was sent, answered or not. */
    private volatile long lastPingNanos;

    private volatile long closingSinceNanos;

    /**
     * Prepares a connection over an open socket.
     *
     * @param maxAgeNanos after this it takes no new streams; the pool has added the jitter
     */
    public UpstreamConnection(Wire wire, UpstreamConfig config, long maxAgeNanos, Observer observer) {
        this.config = config;
        this.once = config.reuse() == UpstreamConfig.Reuse.NEVER;
        this.streamLimit = once ? Http2Connection.FIRST_ONLY : config.http2().maxConcurrentStreams();
        this.observer = observer;
        this.maxAgeNanos = maxAgeNanos;
        this.connection = new Http2Connection(wire, config.http2(), false, this);
        this.dispatcher = new FrameDispatcher(new FrameReader(wire), connection);
    }

    /** Starts the reader and the writer, which sends the preface. */
    public void start(String name) {
        connection.start("http2-writer " + name);
        Thread.ofVirtual().name("http2-reader " + name).start(this::read);
    }

    private void read() {
        FrameDispatcher.Ended ended;
        try {
            ended = dispatcher.run();
        } finally {
            retired = true;
        }
        if (!ended.byPeer()) {
            note(UpstreamEnding.PEER_PROTOCOL, ended.detail());
            closingSinceNanos = System.nanoTime();
            if (ready) {
                observer.retired(this);
                dispatcher.linger(64 * 1024);
            } // otherwise exchanges wait for this connection, and shall learn at once that it is none
        }
        connection.abort();
        note(UpstreamEnding.PEER_CLOSED, ended.detail());
        UpstreamEnding how = why.get();
        observer.ended(this, how == null ? UpstreamEnding.PEER_CLOSED : how, detail);
    }

    private void note(UpstreamEnding how, String text) {
        if (why.compareAndSet(null, how)) {
            detail = text;
        }
    }

    /**
     * Opens a stream for the exchange and sends what is there of its request.
     *
     * @param onlyOne no other connection can be had, so that this one is right even when it refused the exchange before
     * @return false when no stream is free, the connection is not ready, or it takes no more
     */
    public boolean open(Exchange exchange, boolean onlyOne) {
        if (!(exchange.downstream() instanceof Relay relay) || relay.blocking()) {
            throw new IllegalArgumentException("the exchange is in blocking style");
        }
        return usable() && relay.attach(connection, streamLimit, onlyOne);
    }

    /** Whether the exchange's frames can be relayed by {@link #open}; otherwise its attempts are in blocking style. */
    public static boolean relays(Exchange exchange) {
        return exchange.downstream() instanceof Relay relay && !relay.blocking() && !exchange.decorated();
    }

    /** Whether streams may be opened now. Asks a peer that was silent for long first, and says no meanwhile. */
    private boolean usable() {
        if (!ready || retired || pingSentNanos != 0) {
            return false;
        }
        long now = System.nanoTime();
        if (connection.openStreams() == 0
                && now - connection.lastReadNanos() > config.pingAfter().toNanos()) {
            ping(now);
            return false;
        }
        return true;
    }

    /**
     * Takes a stream for an attempt in blocking style: for an exchange whose downstream is not relayed.
     *
     * <p>The stream is the attempt's from here on and is opened by {@link Half#send}, which the caller must reach, or {@link
     * Half#abort} the half. It takes over the exchange's {@link Exchange#takeAttemptObserver observer} and counts the attempt when the
     * request is sent. Its failures are {@link io.penstock.gateway.exchange.GatewayException}s whose {@link
     * io.penstock.gateway.exchange.Cause#unprocessed} says whether another attempt is safe.
     *
     * @return null when no stream is free, the connection is not ready, or it takes no more
     */
    public @Nullable Half openHalf(Exchange exchange) {
        if (!usable() || !connection.reserve(streamLimit)) {
            return null;
        }
        UpstreamHalf half = new UpstreamHalf(connection, exchange);
        exchange.onEnd(half::giveUpSlot);
        return half;
    }

    private void ping(long now) {
        lastPingNanos = now;
        pingSentNanos = now;
        Wakes wakes = new Wakes();
        connection.sendPing(now, false, wakes);
        wakes.flush();
    }

    // ---- Role ----

    @Override
    public void opened(int streamId, Head head, boolean oversized, boolean end, Wakes wakes) throws Http2Exception {
        throw Http2Exception.connection(ErrorCode.PROTOCOL_ERROR, "the upstream opened a stream");
    }

    @Override
    public void settings(Wakes wakes) {
        if (!ready) {
            ready = true;
            observer.ready(this);
        } else {
            observer.slotFreed(this);
        }
    }

    @Override
    public void pong(long opaque, Wakes wakes) {
        if (opaque == pingSentNanos) {
            dispatcher.forgetMessages();
            pingSentNanos = 0;
            observer.slotFreed(this);
        }
    }

    @Override
    public void goaway(int lastStreamId, int code, Wakes wakes) {
        note(UpstreamEnding.PEER_GOAWAY, "GOAWAY, code " + code);
        retire();
    }

    @Override
    public void streamClosed(Wakes wakes) {
        if (retired) {
            closeIfUnused();
        } else if (once && opened() > 0) {
            retire(UpstreamEnding.NOT_REUSED);
        } else {
            observer.slotFreed(this);
        }
    }

    // ---- from the pool ----

    /** Takes no new streams from here on; closes once the open ones have ended. */
    public void retire(UpstreamEnding how) {
        note(how, how.slug());
        retire();
    }

    private void retire() {
        if (!retired) {
            retired = true;
            observer.retired(this);
        }
        closeIfUnused();
    }

    private void closeIfUnused() {
        Wakes wakes = new Wakes();
        if (connection.closeIfUnused("", wakes)) {
            closingSinceNanos = System.nanoTime();
            wakes.flush();
        }
    }

    /** Ends the connection at once; its streams are lost. */
    public void abort(UpstreamEnding how) {
        note(how, how.slug());
        retired = true;
        connection.abort();
    }

    /** Looks at the clock; called a few times a second. */
    public void upkeep(long now) {
        long ping = pingSentNanos;
        long write = connection.writeStartedNanos();
        long closing = closingSinceNanos;
        if (closing != 0) {
            if (now - closing > config.connectTimeout().toNanos()) {
                connection.abort(); // the peer does not close its side
            }
        } else if (!ready) {
            if (now - startedNanos > config.connectTimeout().toNanos()) {
                abort(UpstreamEnding.CONNECT_TIMEOUT);
            }
        } else if (ping != 0 && now - ping > config.pingTimeout().toNanos()) {
            abort(UpstreamEnding.PING_TIMEOUT);
        } else if (write != 0 && now - write > config.writeTimeout().toNanos()) {
            abort(UpstreamEnding.WRITE_TIMEOUT);
        } else if (connection.openStreams() == 0) {
            checkUnused(now);
        } else {
            checkUsed(now);
        }
    }

    private void checkUnused(long now) {
        if (retired) {
            closeIfUnused();
        } else if (now - startedNanos > maxAgeNanos) {
            retire(UpstreamEnding.MAX_AGE);
        } else if (now - connection.streams().lastStreamNanos()
                > config.idleTimeout().toNanos()) {
            retire(UpstreamEnding.IDLE);
        }
    }

    private void checkUsed(long now) {
        Wakes wakes = new Wakes();
        connection.send().endStuck(config.http2().zeroWindowTimeout().toNanos(), now, wakes);
        connection
                .receive()
                .endSilent(
                        config.firstByteTimeout().toNanos(),
                        config.readTimeout().toNanos(),
                        now,
                        wakes);
        wakes.flush();
        if (!retired && now - startedNanos > maxAgeNanos) {
            retire(UpstreamEnding.MAX_AGE);
        }
        if (pingSentNanos == 0
                && now - connection.lastReadNanos() > config.pingAfter().toNanos()
                && (dispatcher.messageSeen() || now - lastPingNanos > RARE_PING_NANOS)) {
            ping(now); // long silence under open streams: find out whether the peer still lives
        }
    }

    /**
     * Whether it holds streams back for itself now: bytes wait for its window although their streams have window left, or a write takes
     * longer than a peer that reads would let it. Another connection would serve them sooner.
     */
    public boolean strained(long now) {
        long write = connection.writeStartedNanos();
        return (write != 0 && now - write > SLOW_WRITE_NANOS)
                || connection.send().starvedTogether();
    }

    /** Whether it ever took streams. */
    public boolean served() {
        return ready;
    }

    /** Whether it takes no streams because a PING of ours is not answered yet. */
    public boolean checking() {
        return pingSentNanos != 0;
    }

    public boolean retired() {
        return retired;
    }

    public int openStreams() {
        return connection.openStreams();
    }

    /** Streams opened since the beginning. */
    public long opened() {
        return connection.streams().opened();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2;

import io.penstock.gateway.config.UpstreamConfig;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Head;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A connection that we opened to an upstream, shared by many exchanges.
 *
 * <p>It takes streams once the peer's SETTINGS have arrived and until it is retired, the peer says GOAWAY or it ends. All methods
 * may come from any thread and never block.
 */
public final class UpstreamConnection implements Http2Connection.Role {

    /** Told what concerns the pool. Called without any lock of the connection; must not block. */
    public interface Observer {
        /** The peer's first SETTINGS are here: streams may be opened. */
        void ready(UpstreamConnection connection);

        /** A stream that could not be opened before may fit now. */
        void slotFreed(UpstreamConnection connection);

        /** The connection takes no new streams; those that are open may finish. */
        void retired(UpstreamConnection connection);

        /** The connection is over, and so is every stream of it. */
        void ended(UpstreamConnection connection, Ending ending, String detail);
    }

    /** Who ended an upstream connection, and why. */
    public enum Ending {
        PEER_CLOSED(true),
        PEER_GOAWAY(true),
        PEER_PROTOCOL(false),
        IDLE(false),
        MAX_AGE(false),
        PING_TIMEOUT(false),
        CONNECT_TIMEOUT(false),
        WRITE_TIMEOUT(false),
        DRAINED(false);

        private final boolean byPeer;

        Ending(boolean byPeer) {
            this.byPeer = byPeer;
        }

        public boolean byPeer() {
            return byPeer;
        }

        /** The stable name: kebab-case. */
        public String slug() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    private final UpstreamConfig config;
    private final Observer observer;
    private final Http2Connection connection;
    private final FrameDispatcher dispatcher;
    private final long startedNanos = System.nanoTime();
    private final long maxAgeNanos;
    private final AtomicReference<@Nullable Ending> why = new AtomicReference<>();
    private volatile String detail = "";
    private volatile boolean ready;
    private volatile boolean retired;
    private volatile long pingSentNanos;
    private volatile long closingSinceNanos;

    /**
     * Prepares a connection over an open socket.
     *
     * @param maxAgeNanos after this it takes no new streams; the pool has added the jitter
     */
    public UpstreamConnection(Wire wire, UpstreamConfig config, long maxAgeNanos, Observer observer) {
        this.config = config;
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
            note(Ending.PEER_PROTOCOL, ended.detail());
            closingSinceNanos = System.nanoTime();
            if (ready) {
                observer.retired(this);
                dispatcher.linger(64 * 1024);
            } // otherwise exchanges wait for this connection, and shall learn at once that it is none
        }
        connection.abort();
        note(Ending.PEER_CLOSED, ended.detail());
        Ending how = why.get();
        observer.ended(this, how == null ? Ending.PEER_CLOSED : how, detail);
    }

    private void note(Ending how, String text) {
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
        if (!ready || retired || pingSentNanos != 0) {
            return false;
        }
        if (!(exchange.downstream() instanceof Relay relay)) {
            throw new IllegalArgumentException("only HTTP/2 exchanges can be relayed");
        }
        long now = System.nanoTime();
        if (connection.openStreams() == 0
                && now - connection.lastReadNanos() > config.pingAfter().toNanos()) {
            ping(now);
            return false;
        }
        return relay.attach(connection, config.http2().maxConcurrentStreams(), onlyOne);
    }

    private void ping(long now) {
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
            pingSentNanos = 0;
            observer.slotFreed(this);
        }
    }

    @Override
    public void goaway(int lastStreamId, int code, Wakes wakes) {
        note(Ending.PEER_GOAWAY, "GOAWAY, code " + code);
        retire();
    }

    @Override
    public void streamClosed(Wakes wakes) {
        if (retired) {
            closeIfUnused();
        } else {
            observer.slotFreed(this);
        }
    }

    // ---- from the pool ----

    /** Takes no new streams from here on; closes once the open ones have ended. */
    public void retire(Ending how) {
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
    public void abort(Ending how) {
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
                abort(Ending.CONNECT_TIMEOUT);
            }
        } else if (ping != 0 && now - ping > config.pingTimeout().toNanos()) {
            abort(Ending.PING_TIMEOUT);
        } else if (write != 0 && now - write > config.writeTimeout().toNanos()) {
            abort(Ending.WRITE_TIMEOUT);
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
            retire(Ending.MAX_AGE);
        } else if (now - connection.lastStreamNanos() > config.idleTimeout().toNanos()) {
            retire(Ending.IDLE);
        }
    }

    private void checkUsed(long now) {
        Wakes wakes = new Wakes();
        connection.resetStuck(config.http2().zeroWindowTimeout().toNanos(), now, wakes);
        wakes.flush();
        if (!retired && now - startedNanos > maxAgeNanos) {
            retire(Ending.MAX_AGE);
        }
        if (pingSentNanos == 0
                && now - connection.lastReadNanos() > config.pingAfter().toNanos()) {
            ping(now); // long silence under open streams: find out whether the peer still lives
        }
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
        return connection.opened();
    }
}

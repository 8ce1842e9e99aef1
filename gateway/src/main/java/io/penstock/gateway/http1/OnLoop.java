// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.wire.ChannelWire;
import io.penstock.gateway.wire.EventLoop;
import io.penstock.gateway.wire.LoopOdds;
import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The time that an {@link Http1Connection} spends on an event loop: it waits there for requests, and those whose exchange needs no thread
 * are served there, from a head that came whole to a response that came whole. The connection's own thread sleeps meanwhile. Whatever would
 * wait for something else than the upstream's answer brings the connection back to its thread.
 *
 * <p>Bound: what a connection reads ahead, {@value #MOST_BYTES} bytes.
 */
final class OnLoop {
    private static final System.Logger LOG = System.getLogger(OnLoop.class.getName());

    /** Pipelined requests that are served before others get their turn. */
    private static final int MOST_IN_TURN = 16;
    /** Of a head, and of what a client sends before it has its answer. */
    private static final int MOST_BYTES = 16 * 1024;

    /** What the connection's own thread has to do. */
    enum Left {
        /** Wait for a request, without the loop. */
        NOTHING,
        /** Serve the request that has begun. */
        REQUEST,
        /** Go on with the exchange that was opened. */
        EXCHANGE,
        /** Read what is left after an exchange that is over. */
        REST,
        /** End the connection. */
        END
    }

    private interface Step {
        void run() throws IOException;
    }

    private final Http1Connection connection;
    private final Thread thread;
    private final ChannelWire channel;
    private final EventLoop loop;
    private final LoopOdds odds;
    /** Nothing is heard from the client until its answer is on its way. */
    private boolean deaf;
    /** Requests are here that wait for their turn. */
    private boolean turnDue;

    private volatile @Nullable Left left;

    /** A stay of the connection, whose thread calls. */
    OnLoop(Http1Connection connection, ChannelWire channel, EventLoop loop, LoopOdds odds) {
        this.connection = connection;
        this.thread = Thread.currentThread();
        this.channel = channel;
        this.loop = loop;
        this.odds = odds;
    }

    // ---- on the connection's own thread ----

    /** Goes to the loop and blocks until the thread is needed. */
    Left stay() throws IOException {
        if (!connection.codec().reading().tryLock()) {
            return Left.NOTHING; // somebody is reading, to see whether the peer is still there
        }
        try {
            if (connection.codec().in().available() > 0) {
                return Left.NOTHING;
            }
            connection.idleness().begin(System.nanoTime());
            channel.attach(loop, () -> guarded(this::ready));
        } finally {
            connection.codec().reading().unlock();
        }
        Left what = await();
        if (channel.unwritten() > 0) {
            writeRest();
        }
        return what;
    }

    private void writeRest() {
        try {
            connection.codec().out().writeRest();
        } catch (IOException e) {
            Http1Exchange current = connection.exchange();
            if (current != null) {
                current.exchange().fail(Cause.DOWNSTREAM_GONE, "write: " + e.getMessage());
            }
            channel.abort(); // whatever is to be done now finds it closed
        }
    }

    private Left await() {
        boolean interrupted = false;
        Left what = left;
        while (what == null) {
            LockSupport.park(this);
            if (Thread.interrupted()) {
                interrupted = true;
                channel.abort(); // as every channel is closed whose thread is interrupted
            }
            what = left;
        }
        if (interrupted) {
            thread.interrupt();
        }
        return what;
    }

    // ---- on the loop's thread ----

    private void guarded(Step step) {
        if (left != null) {
            return;
        }
        try {
            step.run();
        } catch (IOException e) {
            connection.farewell().failed(e);
            leave(Left.END);
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "defect in a connection of " + connection.peer(), e);
            leave(Left.END);
        }
    }

    private void leave(Left how) {
        try {
            channel.detach();
        } catch (IOException e) {
            // it is closed, as its thread will find
        }
        left = how;
        LockSupport.unpark(thread);
    }

    /** Something can be read, or was not written, or the connection was closed. */
    private void ready() throws IOException {
        Http1Exchange current = connection.exchange();
        if (current != null) {
            peerSpoke(current);
        } else if (channel.unwritten() > 0) {
            leave(connection.idleness().end() || turnDue ? Left.NOTHING : Left.END); // and write it there
        } else if (turnDue) {
            return; // what has come is read after what is here
        } else if (!connection.idleness().end()) {
            leave(Left.END); // it was closed for being idle
        } else {
            begin();
        }
    }

    private void begin() throws IOException {
        boolean ended = connection.codec().in().take(MOST_BYTES) < 0;
        if (connection.codec().in().available() > 0) {
            if (takesMore()) {
                serve();
            }
        } else if (ended) {
            connection.farewell().endedBetweenRequests();
            leave(Left.END);
        } else {
            connection.idleness().begin(System.nanoTime());
        }
    }

    /** Serves what is here. */
    private void serve() throws IOException {
        for (int i = 0; i < MOST_IN_TURN; i++) {
            if (!connection.codec().heads().whole()) {
                odds.lost();
                leave(Left.REQUEST);
                return;
            }
            Http1Exchange served = connection.begin(this);
            if (served == null) {
                leave(Left.END);
                return;
            }
            if (!settled(served, served.openOnLoop())) {
                return;
            }
        }
        turnDue = true; // others first
        loop.execute(() -> guarded(this::serveOn));
    }

    private void serveOn() throws IOException {
        turnDue = false;
        serve();
    }

    /** Whether another request is here that may be served now. */
    private boolean settled(Http1Exchange served, Http1Exchange.Progress progress) {
        return switch (progress) {
            case WAITS -> false;
            case NEEDS_THREAD -> {
                odds.lost();
                served.moveTo(thread);
                leave(Left.EXCHANGE);
                yield false;
            }
            case OVER -> over(served);
        };
    }

    private boolean over(Http1Exchange served) {
        connection.end(served);
        if (!connection.persists() || !channel.isOpen()) {
            leave(Left.REST);
            return false;
        }
        odds.won();
        connection.codec().rest();
        if (connection.codec().in().available() > 0) {
            return takesMore();
        }
        if (deaf) {
            deaf = false;
            channel.listen(true);
        }
        connection.idleness().begin(served.exchange().endedNanos());
        return false;
    }

    /** Whether the client has room for what it was sent: no more is served to one that has not. */
    private boolean takesMore() {
        channel.flush();
        if (channel.unwritten() > 0) {
            leave(Left.NOTHING);
            return false;
        }
        return true;
    }

    /** Goes on with the exchange, if it is still the connection's. */
    void goOn(Http1Exchange exchange) {
        guarded(() -> {
            if (connection.exchange() == exchange && settled(exchange, exchange.progress())) {
                serve();
            }
        });
    }

    /** Something comes from the client, or its end, while it waits for its answer. */
    private void peerSpoke(Http1Exchange current) {
        if (!connection.codec().reading().tryLock()) {
            return; // whoever has it looks for the same
        }
        try {
            if (connection.codec().in().take(MOST_BYTES) < 0
                    || connection.codec().in().available() >= MOST_BYTES) {
                hearNothing(); // of an end, upkeep makes what it means
            }
        } catch (IOException e) {
            hearNothing();
            current.refuse(new GatewayException(Cause.DOWNSTREAM_GONE, "read: " + e.getMessage(), e));
        } finally {
            connection.codec().reading().unlock();
        }
    }

    private void hearNothing() {
        deaf = true;
        channel.listen(false);
    }

    // ---- from any thread ----

    /** The exchange may have something to do. */
    void wake(Http1Exchange exchange) {
        loop.execute(() -> goOn(exchange));
    }
}

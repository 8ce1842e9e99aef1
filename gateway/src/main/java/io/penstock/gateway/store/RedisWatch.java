// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import io.penstock.gateway.store.ConnectionCounts.Ending;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Listens to one Redis server: hears which keys change, notices when the server goes away and when it is back.
 *
 * <p>It holds one connection and pings it every {@link #PING_EVERY}; a server that says nothing for that time and the read timeout
 * is away. While it is away a new connection is tried after pauses of up to {@link #MAX_PAUSE}. Two virtual threads: one reads,
 * one pings.
 */
final class RedisWatch implements AutoCloseable {
    static final Duration PING_EVERY = Duration.ofMillis(500);
    static final Duration MAX_PAUSE = Duration.ofMillis(500);

    private static final Duration MIN_PAUSE = Duration.ofMillis(25);
    private static final Logger LOG = LoggerFactory.getLogger(RedisWatch.class);

    private final RedisNode node;
    private final JedisClientConfig config;
    private final Owner owner;
    private final ConnectionTally tally;
    private final Duration silence;
    /** Pings sent; the number of the last one. */
    private final AtomicLong pings = new AtomicLong();
    /** Wakes the thread that pings before its time. */
    private final Semaphore wake = new Semaphore(0);
    /** The number of the last ping that was sent before a doubt came up: a later one has to be answered. */
    private final AtomicLong doubted = new AtomicLong();

    /** Failed attempts in a row, and whether the first of them was told; the reader's own. */
    private int attempt;

    private boolean toldLost;

    private volatile boolean closed;
    private volatile @Nullable PushConnection current;
    private volatile @Nullable Thread reader;

    /** The store that this watch works for. */
    interface Owner {
        String name();

        /** The prefixes to listen for, not overlapping. */
        List<String> prefixes();

        /** Whether a server that says it is a replica is to be left alone. */
        boolean mastersOnly();

        /** Who is told of changes. */
        Watcher watcher();

        /** The server was lost: where the data is may have changed. */
        void lost();
    }

    RedisWatch(RedisNode node, JedisClientConfig config, Owner owner, ConnectionTally tally) {
        this.node = node;
        this.config = config;
        this.owner = owner;
        this.tally = tally;
        this.silence = PING_EVERY.plusMillis(config.getSocketTimeoutMillis());
    }

    void start() {
        Thread thread = Thread.ofVirtual().name("redis watch " + node.address()).unstarted(this::run);
        reader = thread;
        thread.start();
    }

    /** Pings now: somebody could not get an answer. */
    void check() {
        doubted.set(pings.get());
        wake.release();
    }

    void rearm() {
        disconnect(current);
    }

    @Override
    public void close() {
        closed = true;
        Thread thread = reader;
        if (thread != null) {
            thread.interrupt();
        }
        disconnect(current);
    }

    private void run() {
        while (!closed) {
            PushConnection connection = null;
            try {
                connection = open();
                listen(connection);
            } catch (RuntimeException e) {
                ended(connection, e);
                lost(String.valueOf(e.getMessage()));
            }
        }
        node.away("closed");
    }

    private void lost(String why) {
        node.away(why);
        if (closed) {
            return;
        }
        if (!toldLost) {
            toldLost = true;
            LOG.warn("store {}: redis {} is away: {}", owner.name(), node.address(), why);
            owner.watcher().allChanged();
        }
        owner.lost();
        node.clear();
        pause(attempt++);
    }

    private PushConnection open() {
        PushConnection connection;
        try {
            connection = new PushConnection(node.address(), config);
        } catch (JedisException e) {
            tally.failed.increment();
            throw e;
        }
        tally.opened.increment();
        current = connection;
        return connection;
    }

    private void listen(PushConnection connection) {
        if (owner.mastersOnly() && connection.replica()) {
            throw new JedisException("it is a replica");
        }
        String refusal = connection.arm(owner.prefixes());
        if (refusal != null) {
            LOG.warn(
                    "store {}: redis {} does not tell changes, so they are seen only when an entry is no longer fresh: {}",
                    owner.name(),
                    node.address(),
                    refusal);
        }
        // nothing is missed from here on; what was read before may have changed unheard
        node.up(owner.watcher());
        attempt = 0;
        toldLost = false;
        LOG.info("store {}: redis {} answers", owner.name(), node.address());
        Thread pinger = Thread.ofVirtual().name("redis ping " + node.address()).start(() -> ping(connection));
        try {
            PushConnection.Hearer hearer = hearer();
            while (!closed) {
                connection.read(silence, hearer);
            }
        } finally {
            pinger.interrupt();
        }
    }

    private PushConnection.Hearer hearer() {
        Watcher watcher = owner.watcher();
        return new PushConnection.Hearer() {
            @Override
            public void pong(long number) {
                if (number > doubted.get() && node.problem() != null) {
                    node.up(watcher);
                }
            }

            @Override
            public void changed(String key) {
                watcher.changed(key);
            }

            @Override
            public void allChanged() {
                watcher.allChanged();
            }
        };
    }

    private void ping(PushConnection connection) {
        try {
            while (!closed) {
                connection.ping(pings.incrementAndGet());
                if (wake.tryAcquire(PING_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                    // many may have failed at once: one ping for all, and no more than twenty in a second
                    Thread.sleep(50);
                    wake.drainPermits();
                }
            }
        } catch (InterruptedException e) {
            // the reader ended and says why
            Thread.currentThread().interrupt();
        } catch (JedisException e) {
            disconnect(connection);
        }
    }

    private void ended(@Nullable PushConnection connection, RuntimeException why) {
        if (connection == null) {
            return;
        }
        tally.closed(closed ? Ending.SHUT_DOWN : RedisNode.timedOut(why) ? Ending.TIMED_OUT : Ending.PEER_CLOSED);
        disconnect(connection);
    }

    private static void disconnect(@Nullable PushConnection connection) {
        if (connection == null) {
            return;
        }
        try {
            connection.forceDisconnect();
        } catch (IOException e) {
            LOG.debug("closing a connection failed", e);
        }
    }

    /** Waits before the next attempt: not at all at first, then longer each time, give or take a half. */
    private void pause(int attempt) {
        if (attempt == 0) {
            return;
        }
        long longest = Math.min(MAX_PAUSE.toMillis(), MIN_PAUSE.toMillis() << Math.min(attempt, 10));
        try {
            Thread.sleep(longest / 2 + ThreadLocalRandom.current().nextLong(longest / 2 + 1));
        } catch (InterruptedException e) {
            closed = true;
            Thread.currentThread().interrupt();
        }
    }
}

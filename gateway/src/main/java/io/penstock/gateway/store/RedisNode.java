// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import io.penstock.gateway.config.store.RedisConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.store.ConnectionCounts.Ending;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisRedirectionException;

/**
 * One Redis server that has data: the connections to ask it, and a {@link RedisWatch} that listens to it.
 *
 * <p>A failure marks the server as away, and from then on nobody waits for it: questions fail at once until the watch has heard
 * from it again. Safe for use by any thread.
 */
final class RedisNode implements AutoCloseable {
    private static final byte[] NOTHING = {};

    private final HostAndPort address;
    private final RedisPool pool;
    private final RedisWatch watch;
    private final long timeoutMillis;
    private final ConnectionTally gets;
    private final ConnectionTally watches;
    private final ConnectionTally decisions;
    private final RedisLine line;
    private final boolean mastersOnly;
    /** Open until the first attempt to connect has ended, so that the first questions wait for it. */
    private final CountDownLatch tried = new CountDownLatch(1);

    /** Whether questions fail at once. */
    private volatile boolean away = true;

    private volatile @Nullable String problem = "not connected yet";

    RedisNode(HostAndPort address, RedisConfig config, JedisClientConfig dialing, RedisWatch.Owner owner) {
        this.address = address;
        this.timeoutMillis = dialing.getSocketTimeoutMillis();
        this.gets = new ConnectionTally(address.toString(), "get");
        this.watches = new ConnectionTally(address.toString(), "watch");
        this.decisions = new ConnectionTally(address.toString(), "decide");
        this.line = new RedisLine(
                address.toString(),
                () -> new Connection(new RedisSockets(address, dialing), dialing),
                this::silent,
                decisions);
        this.mastersOnly = owner.mastersOnly();
        this.pool = new RedisPool(address, config, dialing, gets);
        this.watch = new RedisWatch(this, dialing, owner, watches);
    }

    HostAndPort address() {
        return address;
    }

    void start() {
        watch.start();
    }

    /** Why this server is away, or null while it is not. */
    @Nullable
    String problem() {
        return problem;
    }

    List<ConnectionCounts> connections() {
        ConnectionCounts decided = decisions.counts();
        return decided.opened() + decided.failed() == 0
                ? List.of(gets.counts(), watches.counts())
                : List.of(gets.counts(), watches.counts(), decided);
    }

    /** The server answers: questions go to it from now on, and what was read before is asked for again. */
    void up(Watcher watcher) {
        away = false;
        watcher.allChanged();
        problem = null;
        tried.countDown();
    }

    /** The server does not answer: nobody waits for it from now on. */
    void away(String why) {
        problem = why;
        away = true;
        tried.countDown();
    }

    /** Closes the connections that nobody uses now, since others to the same server broke. */
    void clear() {
        pool.clear();
    }

    /** Ends the watch's connection and has it make a new one, for the prefixes as they are now. */
    void rearm() {
        watch.rearm();
    }

    /**
     * Asks for the value of the key.
     *
     * @param asking whether the slot of the key is still on its way to this server
     * @throws JedisRedirectionException when another server has the key
     * @throws GatewayException STORE_UNAVAILABLE, NO_LOCAL_PORT, or MALFORMED_TARGET when the key has no string
     */
    @Nullable
    String get(byte[] key, boolean asking) {
        byte[] value = over(asking, connection -> {
            connection.sendCommand(Command.GET, key);
            byte[] found = connection.getBinaryBulkReply();
            return found == null ? NOTHING : found;
        });
        return value == NOTHING ? null : new String(value, StandardCharsets.ISO_8859_1);
    }

    /** The same for questions about this server alone. */
    <T> T over(Function<Connection, T> questions) {
        return over(false, questions);
    }

    /**
     * Has somebody ask over a connection, once more when it ended before: an idle one that the server had closed long ago.
     *
     * @param questions leaves no answer unread, even when it fails
     * @throws JedisRedirectionException as it throws it
     * @throws GatewayException STORE_UNAVAILABLE, NO_LOCAL_PORT, or MALFORMED_TARGET when a key has no string
     */
    <T> T over(boolean asking, Function<Connection, T> questions) {
        awaitThere(TimeUnit.MILLISECONDS.toNanos(timeoutMillis));
        try {
            return attempt(asking, questions);
        } catch (JedisConnectionException e) {
            if (timedOut(e)) {
                throw suspect(e);
            }
        }
        // the others are as old
        pool.clear();
        try {
            return attempt(asking, questions);
        } catch (JedisConnectionException e) {
            throw suspect(e);
        }
    }

    /**
     * Has something decided; blocks until then.
     *
     * @return what the server says; a JedisDataException when that is an error
     * @throws JedisConnectionException the connection ended before: it is not known whether the server has done it
     * @throws GatewayException STORE_UNAVAILABLE
     */
    Object decide(RedisQuestion question, long deadline) {
        awaitThere(deadline - System.nanoTime());
        return line.ask(question, deadline - System.nanoTime());
    }

    /** Has something done of which nobody needs to hear. */
    void tell(RedisQuestion question) {
        if (!away) {
            line.tell(question);
        }
    }

    /** It refused to decide: it is still starting, or it is no master any more, and others should find that out, too. */
    void refused(String why, JedisDataException refusal) {
        if (why.startsWith("LOADING")) {
            suspect(refusal);
        } else if (why.startsWith("READONLY") && mastersOnly && !away) {
            away(why);
            watch.rearm();
        }
    }

    private void silent(JedisException e) {
        if (!RedisSockets.noLocalPort(e)) { // which says nothing of the server
            suspect(e);
        }
    }

    private <T> T attempt(boolean asking, Function<Connection, T> questions) {
        Connection connection = taken();
        try {
            if (asking) {
                connection.sendCommand(Command.ASKING);
                connection.getStatusCodeReply();
            }
            T answer = questions.apply(connection);
            pool.giveBack(connection);
            return answer;
        } catch (JedisConnectionException e) {
            pool.discard(connection, timedOut(e) ? Ending.TIMED_OUT : Ending.PEER_CLOSED);
            throw e;
        } catch (JedisDataException e) {
            pool.giveBack(connection);
            throw refused(e);
        }
    }

    private Connection taken() {
        try {
            return pool.take();
        } catch (JedisConnectionException e) {
            if (RedisSockets.noLocalPort(e)) { // which says nothing of the server
                throw new GatewayException(Cause.NO_LOCAL_PORT, "connect to redis " + address + ": EADDRNOTAVAIL", e);
            }
            throw e;
        } catch (JedisDataException e) {
            // log-in or database refused
            throw suspect(e);
        } catch (JedisException e) {
            throw unavailable(String.valueOf(e.getMessage()), e);
        }
    }

    private RuntimeException refused(JedisDataException e) {
        if (e instanceof JedisRedirectionException) {
            return e;
        }
        String text = String.valueOf(e.getMessage());
        if (text.startsWith("WRONGTYPE")) {
            return new GatewayException(Cause.MALFORMED_TARGET, "the store has no string under this key");
        }
        return text.startsWith("LOADING") ? suspect(e) : unavailable(text, e);
    }

    /** Marks the server as away until the watch has heard from it. */
    private GatewayException suspect(JedisException e) {
        String why = String.valueOf(e.getMessage());
        away(why);
        watch.check();
        return unavailable(why, e);
    }

    private GatewayException unavailable(String why, @Nullable Throwable cause) {
        return new GatewayException(Cause.STORE_UNAVAILABLE, "redis " + address + ": " + why, cause);
    }

    private void awaitThere(long nanos) {
        try {
            if (tried.getCount() > 0 && !tried.await(nanos, TimeUnit.NANOSECONDS)) {
                throw unavailable("not connected within " + nanos / 1_000_000 + " ms", null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("interrupted", e);
        }
        if (away) {
            throw unavailable(String.valueOf(problem), null);
        }
    }

    static boolean timedOut(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SocketTimeoutException) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        watch.close();
        line.close();
        pool.close();
        away("closed");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.store.ConnectionCounts.Ending;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Asks one server, over one connection, what has to be decided within milliseconds: what waits is sent together, and its answers are read in
 * order. So nobody waits for a connection, and who gives up costs none: a late answer is read and dropped.
 *
 * <p>The waiting line is bounded, and nobody joins it while the server owes an answer for longer than the newcomer would wait: who cannot be
 * served in time is told at once. One virtual thread, from the first question on.
 */
final class RedisLine implements AutoCloseable {
    static final int MOST_WAITING = 4096;
    static final int MOST_AT_ONCE = 256;

    private final String peer;
    private final Supplier<Connection> dial;
    private final Consumer<JedisException> suspect;
    private final ConnectionTally tally;
    private final ArrayBlockingQueue<RedisQuestion> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final AtomicBoolean begun = new AtomicBoolean();
    private final Thread thread;
    private volatile boolean closed;
    /** Since when the server owes the next answer, or the connection is being made; 0 while neither. */
    private volatile long owedSince;

    private @Nullable Connection current;

    /**
     * Connects to nobody yet.
     *
     * @param suspect told of a server that cannot be reached or says nothing
     */
    RedisLine(String peer, Supplier<Connection> dial, Consumer<JedisException> suspect, ConnectionTally tally) {
        this.peer = peer;
        this.dial = dial;
        this.suspect = suspect;
        this.tally = tally;
        this.thread = Thread.ofVirtual().name("redis decisions " + peer).unstarted(this::run);
    }

    /**
     * Blocks until the server has answered, for so long at most.
     *
     * @return what it said; a JedisDataException when that is an error
     * @throws JedisConnectionException the connection ended before: whether the server has done it is not known
     * @throws GatewayException STORE_UNAVAILABLE, when there is no answer in time or no room
     */
    Object ask(RedisQuestion question, long nanos) {
        long owed = owedSince;
        if (closed || nanos <= 0 || (owed != 0 && System.nanoTime() - owed > nanos)) {
            throw unavailable("owes answers for too long", null);
        }
        if (!waiting.offer(question)) {
            throw unavailable(MOST_WAITING + " questions wait already", null);
        }
        if (begun.compareAndSet(false, true)) {
            thread.start();
        }
        return answer(question, nanos);
    }

    /** Asks without waiting for the answer; drops the question when there is no room. */
    void tell(RedisQuestion question) {
        if (!closed && waiting.offer(question) && begun.compareAndSet(false, true)) {
            thread.start();
        }
    }

    private Object answer(RedisQuestion question, long nanos) {
        try {
            return question.answer.get(nanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            question.answer.cancel(false);
            throw unavailable("no answer within " + nanos / 1_000_000 + " ms", e);
        } catch (InterruptedException e) {
            question.answer.cancel(false);
            Thread.currentThread().interrupt();
            throw unavailable("interrupted", e);
        } catch (ExecutionException e) {
            throw new JedisConnectionException(String.valueOf(e.getCause()), e);
        }
    }

    private GatewayException unavailable(String why, @Nullable Throwable cause) {
        return new GatewayException(Cause.STORE_UNAVAILABLE, "redis " + peer + ": " + why, cause);
    }

    private void run() {
        List<RedisQuestion> together = new ArrayList<>();
        try {
            while (!closed) {
                together.add(waiting.take());
                waiting.drainTo(together, MOST_AT_ONCE - 1);
                together.removeIf(RedisQuestion::over); // so that nothing is taken for those who have gone on without
                if (!together.isEmpty()) {
                    exchange(together);
                    together.clear();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        } finally {
            closed = true;
            disconnect(Ending.SHUT_DOWN);
            waiting.drainTo(together);
            fail(together, new JedisConnectionException("closed"));
        }
    }

    private void exchange(List<RedisQuestion> together) {
        owedSince = nonZeroNow();
        try {
            Connection connection = connected();
            together.forEach(question -> question.send(connection));
            for (RedisQuestion question : together) {
                question.read(connection);
                owedSince = nonZeroNow();
            }
        } catch (JedisException e) {
            boolean made = current != null;
            boolean silent = RedisNode.timedOut(e);
            disconnect(silent ? Ending.TIMED_OUT : Ending.PEER_CLOSED);
            if (!made || silent) {
                suspect.accept(e); // one that has closed may have done so long ago: dialing tells
            }
            fail(together, e);
        } finally {
            owedSince = 0;
        }
    }

    private static long nonZeroNow() {
        long now = System.nanoTime();
        return now == 0 ? 1 : now;
    }

    private static void fail(List<RedisQuestion> questions, JedisException why) {
        questions.forEach(question -> question.answer.completeExceptionally(why));
    }

    private Connection connected() {
        Connection open = current;
        if (open == null) {
            try {
                open = dial.get();
            } catch (JedisException e) {
                tally.failed.increment();
                throw e;
            }
            tally.opened.increment();
            current = open;
        }
        tally.taken.increment();
        return open;
    }

    private void disconnect(Ending why) {
        Connection open = current;
        if (open != null) {
            current = null;
            tally.closed(why);
            try {
                open.close();
            } catch (JedisException e) {
                // it is gone
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.hedge;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.half.RequestHalf;
import io.penstock.gateway.exchange.half.RunningAttempt;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One exchange as one {@link Leg}, and a second beside it when the first has no response head in time, counted from its beginning, and
 * again from the end of the request's body when that comes later. The first leg with a response head
 * that is not withheld has the downstream from there on; the other is ended. A leg that fails beside another leaves the race to it.
 *
 * <p>Each leg runs on threads of its own. The exchange's own thread watches the clock and waits: the downstream's half is used by one leg at
 * a time, and by nobody once {@link #run} has returned.
 *
 * <p>Its lock guards its fields; it is held for a few instructions, never during a call. {@link #interim} is held while an interim head is
 * written, and for a moment by who decides the race.
 */
public final class Race implements RunningAttempt {

    /** Who makes the attempts of the legs. */
    public interface Starter {
        /**
         * Makes the first attempt.
         *
         * @throws GatewayException there is none
         */
        void first(Leg leg);

        /** Makes an attempt elsewhere beside it; false when there is to be none. */
        boolean second(Leg leg);

        /** This leg has the response. */
        void won(Leg leg);

        /** This leg is ended because another has the response. */
        void lost(Leg leg);
    }

    private final Exchange whole;
    private final RequestHalf down;
    private final SharedRequest request;
    private final Starter starter;
    private final long afterNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ReentrantLock interim = new ReentrantLock();
    private final Leg first;
    private @Nullable Leg second;
    private @Nullable Leg winner;
    private int running = 1;
    private boolean starting;
    private boolean hurt;
    private boolean settled;
    private @Nullable Cause ended;
    private @Nullable GatewayException failure;

    /**
     * Prepares the race; on the exchange's own thread.
     *
     * @param mostBytes of a request's body that are kept for a second leg
     * @param afterNanos how long the first leg is alone
     */
    public Race(Exchange whole, Starter starter, int mostBytes, long afterNanos) {
        this.whole = whole;
        this.down = whole.half();
        this.request = new SharedRequest(down, mostBytes, this::settled);
        this.starter = starter;
        this.afterNanos = afterNanos;
        this.first = new Leg(this);
    }

    /**
     * Blocks until the response was passed on or every leg has failed.
     *
     * @throws GatewayException why the exchange fails
     */
    public void run() {
        down.running(this);
        try {
            starter.first(first);
            if (nothingCame() && (request.whole() || (bodyCame() && nothingCame() && request.whole()))) {
                hedge();
            }
            awaitEnd();
        } finally {
            down.running(null);
            end();
        }
    }

    /** Waits for the time of a second leg; false when none is needed, or the first has failed before: then it tries again by itself. */
    private boolean nothingCame() {
        lock.lock();
        try {
            long left = afterNanos;
            while (left > 0 && undecided()) {
                left = changed.awaitNanos(left);
            }
            return undecided();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for what an attempt still reads of the body; false when no second leg is needed meanwhile. */
    private boolean bodyCame() {
        lock.lock();
        try {
            while (!settled && undecided()) {
                changed.await();
            }
            return undecided();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void settled() {
        lock.lock();
        try {
            settled = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private boolean undecided() {
        return winner == null && ended == null && !hurt && running == 1;
    }

    private void hedge() {
        Leg next = new Leg(this);
        lock.lock();
        try {
            if (!undecided()) {
                return;
            }
            second = next;
            running = 2;
            starting = true;
        } finally {
            lock.unlock();
        }
        boolean made = false;
        try {
            made = starter.second(next);
        } finally {
            if (!made) {
                over(next, null);
            }
            started();
        }
    }

    private void started() {
        lock.lock();
        try {
            starting = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void awaitEnd() {
        lock.lock();
        try {
            while (winner == null ? ended == null && running > 0 : !winner.done()) {
                changed.awaitUninterruptibly();
            }
            if (ended != null) {
                throw new GatewayException(ended, "ended while an attempt was under way");
            }
            if (failure != null && (winner == null || winner.failed())) {
                throw failure;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Nobody uses the downstream's half from here on. */
    private void end() {
        request.close();
        interim.lock(); // an interim head may be on its way
        try {
            lock.lock();
            try {
                if (ended == null) {
                    ended = Cause.DOWNSTREAM_GONE;
                }
            } finally {
                lock.unlock();
            }
        } finally {
            interim.unlock();
        }
    }

    /** The exchange is over: so are its legs. */
    @Override
    public void abort(Cause cause) {
        Leg beside;
        lock.lock();
        try {
            if (ended != null) {
                return;
            }
            ended = cause;
            beside = second;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        first.stop(cause, "the exchange has ended");
        if (beside != null) {
            beside.stop(cause, "the exchange has ended");
        }
    }

    // ---- for the legs ----

    Exchange whole() {
        return whole;
    }

    RequestHalf down() {
        return down;
    }

    SharedRequest request() {
        return request;
    }

    /** Held while an interim head is passed on. */
    ReentrantLock interim() {
        return interim;
    }

    /** Whether an interim head of this leg may go on: nobody else's response can be under way. */
    boolean mayInform(Leg leg) {
        lock.lock();
        try {
            return leg == first && winner == null && ended == null;
        } finally {
            lock.unlock();
        }
    }

    /** This leg has a final response head: true when it is the first. */
    boolean win(Leg leg) {
        Leg other;
        interim.lock();
        try {
            lock.lock();
            try {
                if (winner != null || ended != null || leg.done()) {
                    return false;
                }
                winner = leg;
                other = leg == first ? second : first;
                if (other != null && other.done()) {
                    other = null;
                }
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        } finally {
            interim.unlock();
        }
        starter.won(leg);
        if (other != null) {
            starter.lost(other);
            other.stop(Cause.DOWNSTREAM_GONE, "another attempt has answered");
        }
        return true;
    }

    /** Whether another leg is under way beside this one. */
    boolean accompanied() {
        lock.lock();
        try {
            return running > 1;
        } finally {
            lock.unlock();
        }
    }

    /** This leg's attempt has failed: true when it leaves the rest to another leg, false when it is the last one and may try again. */
    boolean leave(Leg leg) {
        lock.lock();
        try {
            hurt = true;
            changed.signalAll();
            while (starting && leg == first) {
                changed.awaitUninterruptibly(); // not for long: the second leg may turn out not to begin
            }
            if (running < 2) {
                return false;
            }
            if (leg.finish(null)) {
                running--;
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Whether this leg has left. */
    boolean left(Leg leg) {
        lock.lock();
        try {
            return leg.done();
        } finally {
            lock.unlock();
        }
    }

    /** This leg has come to its end, or never began. */
    void over(Leg leg, @Nullable GatewayException why) {
        lock.lock();
        try {
            boolean first = leg.finish(why);
            if (first) {
                running--;
            }
            if (why != null && (failure == null || first) && (winner == null || winner == leg)) {
                failure = why;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}

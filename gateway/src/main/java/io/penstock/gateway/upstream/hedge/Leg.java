// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.hedge;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.half.RequestHalf;
import io.penstock.gateway.exchange.half.RunningAttempt;
import io.penstock.gateway.exchange.side.Downstream;
import org.jspecify.annotations.Nullable;

/**
 * One side of a {@link Race}: a downstream of its own for whoever makes the attempt, with an exchange of its own. Brings the request from
 * its beginning; what it sends reaches the downstream once it has won.
 */
public final class Leg implements Downstream, RequestHalf {
    private static final System.Logger LOG = System.getLogger(Leg.class.getName());

    private final Race race;
    private final Exchange exchange;
    private volatile int place;
    private volatile boolean won;
    private boolean responded;

    /** Under the monitor, as are the next two. */
    private @Nullable RunningAttempt attempt;

    private @Nullable Cause stopped;

    /** Under the lock of the race, as is the next. */
    private boolean done;

    private boolean failed;

    Leg(Race race) {
        this.race = race;
        this.exchange = race.whole().branch(this);
    }

    /** What the attempts of this leg are made of. */
    public Exchange exchange() {
        return exchange;
    }

    /** Whether another leg is under way beside this one, so that a response that may be withheld need not be passed on. */
    public boolean accompanied() {
        return race.accompanied();
    }

    /**
     * Says that an attempt of this leg has failed.
     *
     * @return true when the leg ends with it and another goes on; false when it is the last, and the attempt may be followed by another
     */
    public boolean leave() {
        return race.leave(this);
    }

    // ---- for the race ----

    boolean done() {
        return done;
    }

    boolean failed() {
        return failed;
    }

    /** Under the lock of the race: false when it was over before. */
    boolean finish(@Nullable GatewayException why) {
        failed |= why != null;
        boolean first = !done;
        done = true;
        return first;
    }

    /** Ends what the leg is doing. */
    void stop(Cause cause, String detail) {
        exchange.fail(cause, detail);
        RunningAttempt under;
        synchronized (this) {
            if (stopped != null) {
                return;
            }
            stopped = cause;
            under = attempt;
        }
        if (under != null) {
            under.abort(cause);
        }
    }

    // ---- Downstream ----

    @Override
    public boolean bodiless() {
        return race.whole().downstream().bodiless();
    }

    @Override
    public void offload(Runnable step) {
        Thread.ofVirtual().name("leg").start(() -> run(step));
    }

    private void run(Runnable step) {
        try {
            step.run();
            if (responded || race.left(this)) {
                over(null);
            }
        } catch (GatewayException e) {
            over(e);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "defect in an exchange of route " + exchange.route(), e);
            over(new GatewayException(Cause.INTERNAL, "defect: " + e, e));
        }
    }

    private void over(@Nullable GatewayException why) {
        if (why != null) {
            exchange.fail(why.reason(), why.detail());
        }
        race.over(this, why);
        exchange.end();
    }

    @Override
    public void refuse(GatewayException reason) {
        stop(reason.reason(), reason.detail());
        if (!won) {
            over(reason);
        }
    }

    @Override
    public void failAttempt(GatewayException reason) {
        RunningAttempt under;
        synchronized (this) {
            under = attempt;
        }
        if (under != null) {
            under.abort(reason.reason());
        } else {
            refuse(reason);
        }
    }

    @Override
    public void answer(Head head, byte[] body) {
        throw new IllegalStateException("a leg has no answer of its own");
    }

    @Override
    public RequestHalf half() {
        return this;
    }

    // ---- request ----

    @Override
    public void running(@Nullable RunningAttempt now) {
        Cause already;
        synchronized (this) {
            attempt = now;
            already = stopped;
        }
        if (now != null && already != null) {
            now.abort(already);
        }
    }

    @Override
    public Head receive() {
        return exchange.request();
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread reads at a time
    public int read(byte[] buffer, int offset, int length) {
        int count = race.request().read(place, buffer, offset, length);
        if (count > 0) {
            place += count;
        }
        return count;
    }

    @Override
    public @Nullable Head trailers() {
        return race.request().trailers();
    }

    @Override
    public boolean received() {
        return race.request().received();
    }

    @Override
    public boolean ready() {
        return race.request().ready(place);
    }

    @Override
    public boolean rewind() {
        place = 0;
        return race.request().held();
    }

    @Override
    public void release() {}

    // ---- response ----

    @Override
    public void send(Head head, boolean end) {
        if (head.status() < 200) {
            inform(head);
            return;
        }
        if (!race.win(this)) {
            throw late();
        }
        won = true;
        Exchange whole = race.whole();
        whole.answeredBy(exchange);
        whole.responded(head);
        whole.status(head.status());
        race.down().release();
        race.down().send(head, end);
        responded |= end;
    }

    private void inform(Head head) {
        race.interim().lock();
        try {
            if (race.mayInform(this)) {
                race.whole().responded(head);
                race.down().send(head, false);
                race.down().flush();
            }
        } finally {
            race.interim().unlock();
        }
    }

    private static GatewayException late() {
        return new GatewayException(Cause.DOWNSTREAM_GONE, "another attempt has answered");
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        race.down().write(bytes, offset, length);
    }

    @Override
    public void flush() {
        if (won) {
            race.down().flush();
        }
    }

    @Override
    public void end(@Nullable Head trailers) {
        race.down().end(trailers);
        responded = true;
    }

    @Override
    public void abort(Cause cause) {
        if (won) {
            race.down().abort(cause);
        }
    }
}

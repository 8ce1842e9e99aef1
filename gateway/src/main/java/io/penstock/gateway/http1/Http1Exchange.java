// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.ExchangeHandler;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Handles;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.ending.Refusal;
import io.penstock.gateway.exchange.half.RequestHalf;
import io.penstock.gateway.exchange.half.RunningAttempt;
import io.penstock.gateway.exchange.side.Downstream;
import io.penstock.gateway.http1.message.MessageHead;
import io.penstock.gateway.wire.ChannelWire;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One request on a downstream connection: runs on the connection's own thread, from the head to the last byte, or on an event loop as
 * long as it needs no thread.
 *
 * <p>Whoever begins the response owns it: the own thread with a response, an answer or a refusal, or, when that thread is waiting for
 * something that cannot be interrupted, a helper thread with the refusal. {@link #stage} decides between them.
 */
final class Http1Exchange implements Downstream {
    private static final System.Logger LOG = System.getLogger(Http1Exchange.class.getName());

    /** Of an answer of the gateway's own that is given without a thread. */
    private static final int MOST_ON_LOOP = 16 * 1024;

    private static final VarHandle STAGE;
    private static final VarHandle REFUSED;
    private static final VarHandle STEP;
    private static final VarHandle RUNNING;
    private static final VarHandle OWN;
    private static final VarHandle ON_LOOP;

    static {
        Lookup lookup = MethodHandles.lookup();
        STAGE = Handles.of(lookup, "stage");
        REFUSED = Handles.of(lookup, "refused");
        STEP = Handles.of(lookup, "step");
        RUNNING = Handles.of(lookup, "running");
        OWN = Handles.of(lookup, "own");
        ON_LOOP = Handles.of(lookup, "onLoop");
    }

    /** How far the response is. */
    private enum Stage {
        /** Nothing of a final response was written. */
        NONE,
        /** A refusal is being written. */
        REFUSING,
        /** The final head was written, or is about to be. */
        BEGUN,
        /** Nothing follows. */
        OVER
    }

    private final Http1Connection connection;
    private final ExchangeHandler handler;
    private final Exchange exchange;
    private final Http1Half half;
    private final boolean persistent;
    private final @Nullable GatewayException wrong;
    private volatile Stage stage;
    private volatile @Nullable GatewayException refused;
    private volatile @Nullable Runnable step;
    private volatile @Nullable RunningAttempt running;
    /** On which it runs: the connection's, or that of an event loop. */
    private volatile Thread own;
    /** Where it runs while it needs no thread of its own. */
    private volatile @Nullable OnLoop onLoop;

    /**
     * Begins an exchange on the calling thread.
     *
     * @param onLoop where that is, when it is no thread of the connection's own
     * @param wrong why the request is refused without being opened; null when it is opened
     */
    @SuppressWarnings("NullAway.Init") // the handles set what is volatile: nobody else has it yet
    Http1Exchange(
            Http1Connection connection,
            @Nullable OnLoop onLoop,
            MessageHead request,
            @Nullable GatewayException wrong,
            ExchangeHandler handler) {
        STAGE.setRelease(this, Stage.NONE);
        OWN.setRelease(this, Thread.currentThread());
        ON_LOOP.setRelease(this, onLoop);
        this.connection = connection;
        this.wrong = wrong;
        this.persistent = request.persistent();
        this.handler = handler;
        this.exchange = new Exchange(
                request.head(), connection.peer(), this, connection.settings().observer());
        this.exchange.protocol(request.http11() ? "1.1" : "1.0");
        this.half = new Http1Half(this, connection, request);
    }

    Exchange exchange() {
        return exchange;
    }

    /** Whether the last byte of the response is on its way to the client, who may close as soon as it is there. */
    boolean lastBytes() {
        return half.lastBytes();
    }

    /** Whether both sides have changed to another protocol. */
    boolean raw() {
        return half.raw();
    }

    /** The client has ended its side, which most do only when they want nothing any more. */
    void clientEnded() {
        if (!raw() && !lastBytes() && !connection.settings().config().halfClose()) {
            refuse(new GatewayException(Cause.DOWNSTREAM_GONE, "the client has closed its connection"));
        }
    }

    /** Whether one of two sides that have changed to another protocol has ended, and the other may still send. Any thread may ask. */
    boolean halfEnded() {
        return half.rawEnded() || connection.codec().body().complete();
    }

    /** Ends the exchange for this reason, with a word to both sides where what they have changed to has one. */
    void goAway(GatewayException reason) {
        RunningAttempt attempt = running;
        if (attempt != null && raw()) {
            exchange.fail(reason.reason(), reason.detail());
            if (attempt.goAway()) {
                return;
            }
        }
        refuse(reason);
    }

    /** Whether the client wants to keep its connection. */
    boolean persistent() {
        return persistent;
    }

    /** Serves the exchange on the calling thread until its response is over. */
    void run() {
        open();
        goOn();
    }

    private void open() {
        if (wrong == null) {
            guarded(() -> handler.open(exchange));
        } else {
            refuse(wrong); // a head that could not be read, or must not: there is nothing to open
        }
    }

    /** Serves an exchange that was opened on the calling thread until its response is over. */
    void goOn() {
        while (stage != Stage.OVER) {
            Runnable next = step == null ? null : (Runnable) STEP.getAndSet(this, (Runnable) null);
            if (next != null) {
                guarded(next);
            } else if (stage == Stage.BEGUN && half.rawEnded()) {
                over();
            } else if (stage == Stage.BEGUN) {
                breakOff();
            } else if (stage == Stage.NONE && refused != null) {
                writeRefusal();
            } else {
                LockSupport.park(this); // a pool has it, or a helper thread writes the refusal
            }
        }
        exchange.end();
    }

    // ---- on an event loop ----

    /** How far an exchange on an event loop has come. */
    enum Progress {
        /** It waits for its upstream, or for somebody who will say so. */
        WAITS,
        /** Its next step may wait for something else, and so needs a thread. */
        NEEDS_THREAD,
        OVER
    }

    /** Opens the exchange on the loop's thread. */
    Progress openOnLoop() {
        open();
        return progress();
    }

    /** Does what can be done at once; on the loop's thread, between two steps. */
    Progress progress() {
        while (stage != Stage.OVER) {
            if (step != null) {
                return Progress.NEEDS_THREAD;
            } else if (stage == Stage.BEGUN) {
                breakOff();
            } else if (stage == Stage.NONE && refused != null && running == null) {
                writeRefusal();
            } else {
                return Progress.WAITS;
            }
        }
        if (unwritten()) {
            // it ends with the last byte that the kernel takes, or that goes out at the end of the turn
            return Progress.NEEDS_THREAD;
        }
        exchange.end();
        return Progress.OVER;
    }

    /** Whether the kernel has not taken all that was written on an event loop. */
    private boolean unwritten() {
        ChannelWire channel = connection.wire().channel();
        return channel != null && channel.unwritten() > 0;
    }

    @Override
    public void resume(Runnable what) {
        OnLoop loop = onLoop;
        if (loop == null) {
            offload(what);
            return;
        }
        guarded(what);
        loop.goOn(this);
    }

    /** From now on this thread runs it. */
    void moveTo(Thread thread) {
        own = thread;
        onLoop = null;
    }

    private void wake() {
        OnLoop loop = onLoop;
        if (loop != null) {
            loop.wake(this);
        } else {
            LockSupport.unpark(own);
        }
    }

    private void guarded(Runnable what) {
        try {
            what.run();
        } catch (GatewayException e) {
            refuse(e);
        } catch (RuntimeException | Error e) { // what is not refused would never end, and keep all that it holds
            LOG.log(System.Logger.Level.ERROR, "defect in an exchange of route " + exchange.route(), e);
            refuse(new GatewayException(Cause.INTERNAL, "defect: " + e, e));
        }
    }

    // ---- Downstream ----

    @Override
    public boolean bodiless() {
        return connection.codec().body().complete() && exchange.requestBytes() == 0;
    }

    @Override
    public void offload(Runnable what) {
        // goOn() takes it, and never from within another step: one that opens the exchange again ends first
        step = what;
        if (onLoop != null || Thread.currentThread() != own) {
            wake(); // on a loop it may be another exchange's step that is under way
        }
    }

    @Override
    public void refuse(GatewayException reason) {
        if (stage == Stage.OVER || !REFUSED.compareAndSet(this, (GatewayException) null, reason)) {
            return;
        }
        exchange.fail(reason.reason(), reason.detail());
        RunningAttempt attempt = running;
        if (attempt != null) {
            attempt.abort(reason.reason());
        }
        if (Thread.currentThread() == own) {
            if (onLoop != null) {
                wake(); // as in offload
            }
            return; // goOn() goes on from here
        }
        if (stage == Stage.BEGUN) {
            connection.abort(); // it can only be broken off, and the own thread may be blocked in it
        } else if (attempt == null || half.reader() == own) {
            Thread.startVirtualThread(this::writeRefusal);
        }
        wake();
    }

    @Override
    public void failAttempt(GatewayException reason) {
        RunningAttempt attempt = running;
        if (stage != Stage.NONE) {
            return;
        }
        if (attempt == null) {
            refuse(reason);
        } else {
            attempt.abort(reason.reason()); // wakes the own thread, which asks for another
        }
    }

    @Override
    public void answer(Head head, byte[] body) {
        if (Thread.currentThread() != own || (onLoop != null && body.length > MOST_ON_LOOP)) {
            offload(() -> answer(head, body));
            return;
        }
        half.send(head, body.length == 0);
        if (body.length > 0) {
            half.writeOwn(body);
            half.end(null);
        }
    }

    @Override
    public RequestHalf half() {
        return half;
    }

    // ---- for the half ----

    /** Takes the response; false when somebody else has it. */
    boolean begin() {
        return STAGE.compareAndSet(this, Stage.NONE, Stage.BEGUN);
    }

    boolean begun() {
        return stage != Stage.NONE;
    }

    void over() {
        STAGE.setRelease(this, Stage.OVER);
    }

    boolean isOver() {
        return stage == Stage.OVER;
    }

    /** Why nothing more can be received or sent, or null. */
    @Nullable
    GatewayException reason() {
        GatewayException reason = refused;
        if (reason != null) {
            return new GatewayException(reason.reason(), "the exchange has ended: " + reason.detail());
        }
        return isOver() ? new GatewayException(Cause.DOWNSTREAM_GONE, "the exchange has ended") : null;
    }

    void running(@Nullable RunningAttempt attempt) {
        if (attempt == null) {
            RUNNING.setRelease(this, (RunningAttempt) null);
            return;
        }
        running = attempt;
        GatewayException reason = refused; // after it: whoever refuses looks for an attempt that runs
        if (reason != null) {
            attempt.abort(reason.reason());
        }
    }

    // ---- the end ----

    /** On the own thread or on a helper's; does nothing when the response has an owner. */
    private void writeRefusal() {
        GatewayException reason = refused;
        if (reason == null || !STAGE.compareAndSet(this, Stage.NONE, Stage.REFUSING)) {
            return;
        }
        try {
            Cause cause = reason.reason();
            if (cause == Cause.DOWNSTREAM_GONE) {
                connection.abort();
            } else {
                Head head = Refusal.plainHead(exchange, cause);
                exchange.refused(head);
                half.refuse(head, Refusal.body(cause));
            }
        } catch (GatewayException e) {
            connection.abort(); // it went while we wrote
        } finally {
            over();
            if (half.reader() != null) {
                connection.farewell().linger(); // it waits for bytes that nobody wants any more
            }
            wake();
        }
    }

    /** A response that has begun and will not come to its end: what is here of it goes out, and then the connection ends. */
    private void breakOff() {
        if (refused == null) {
            refuse(new GatewayException(Cause.INTERNAL, "the response was left unfinished"));
        }
        half.breakOff();
        over();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.load;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.penstock.harness.call.Channels;
import io.penstock.harness.call.Fields;
import io.penstock.harness.call.Kind;
import io.penstock.harness.wire.Field;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Makes the load of one plan and measures it.
 *
 * <p>In the open loop the latency of a call runs from the instant at which the plan intended it to begin, not from when
 * this process came round to it: a stall of the gateway, which delays the calls behind it too, is seen by each of them
 * (no coordinated omission). In the closed loop a call is intended when its caller is free, so a stall is seen once by
 * each caller only; use the open loop to judge latency.
 */
public final class LoadRun {

    private final LoadPlan plan;
    private final MethodDescriptor<byte[], byte[]> method;
    private final byte[] message;
    private final List<Metadata> heads;
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final AtomicLong begun = new AtomicLong();
    private final Semaphore inFlight;
    private final int maxInFlight;
    private final long startNanos = System.nanoTime();
    private final Ledger ledger;

    public LoadRun(LoadPlan plan) {
        this.plan = plan;
        this.method = plan.kind().method().orElseThrow(() -> new IllegalArgumentException("load is for gRPC kinds"));
        this.message = new byte[plan.size()];
        this.heads = heads(plan);
        this.ledger = new Ledger(startNanos + plan.warmup().toNanos());
        this.maxInFlight = switch (plan.loop()) {
            case LoadPlan.Loop.Open open -> open.maxInFlight();
            case LoadPlan.Loop.Closed closed -> closed.concurrency();
        };
        this.inFlight = new Semaphore(maxInFlight);
    }

    private static List<Metadata> heads(LoadPlan plan) {
        var heads = new ArrayList<Metadata>();
        for (var jobid : plan.jobids().isEmpty() ? List.of("") : plan.jobids()) {
            var fields = new ArrayList<>(plan.fields());
            if (!jobid.isEmpty()) {
                fields.add(new Field("jobid", jobid));
            }
            if (plan.kind() == Kind.SERVER_STREAM) {
                fields.add(new Field("echo-count", Integer.toString(plan.count())));
            }
            heads.add(Fields.toMetadata(fields));
        }
        return heads;
    }

    /** Runs the load to its end, which is at most the warm-up, the duration and one timeout away. */
    public LoadReport run() throws InterruptedException {
        for (int i = 0; i < plan.connections(); i++) {
            channels.add(Channels.open(plan.to()));
        }
        try {
            switch (plan.loop()) {
                case LoadPlan.Loop.Open open -> openLoop(open);
                case LoadPlan.Loop.Closed closed -> closedLoop(closed);
            }
            awaitLast();
            return ledger.report(plan);
        } finally {
            channels.forEach(ManagedChannel::shutdownNow);
        }
    }

    private long runNanos() {
        return plan.warmup().plus(plan.duration()).toNanos();
    }

    private void openLoop(LoadPlan.Loop.Open open) throws InterruptedException {
        var seeded = new SplittableRandom(open.seed());
        double meanNanos = 1e9 / open.perSecond();
        long giveUpNanos = runNanos() + plan.timeout().toNanos();
        double at = 0;
        int ofBurst = 0;
        while (at < runNanos()) {
            long intended = startNanos + (long) at;
            sleepUntil(intended);
            long patience = startNanos + giveUpNanos - System.nanoTime();
            if (inFlight.tryAcquire(Math.max(0, patience), TimeUnit.NANOSECONDS)) {
                int together = maxInFlight - inFlight.availablePermits();
                ledger.begun(intended, System.nanoTime(), together, together > open.places());
                begin(intended, this::endOpen);
            } else {
                ledger.unsent(intended, System.nanoTime());
            }
            if (++ofBurst < open.burst()) {
                continue;
            }
            ofBurst = 0;
            at += open.burst() * (open.poisson() ? -Math.log(1 - seeded.nextDouble()) * meanNanos : meanNanos);
        }
    }

    private static void sleepUntil(long nanos) throws InterruptedException {
        for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
            LockSupport.parkNanos(left);
            if (Thread.interrupted()) {
                throw new InterruptedException("load was interrupted");
            }
        }
    }

    private void endOpen(LoadCall call, Status status) {
        ledger.ended(call, System.nanoTime(), status);
        inFlight.release();
    }

    private void closedLoop(LoadPlan.Loop.Closed closed) throws InterruptedException {
        inFlight.acquire(closed.concurrency());
        for (int i = 0; i < closed.concurrency(); i++) {
            begin(System.nanoTime(), this::endClosed);
        }
        sleepUntil(startNanos + runNanos());
    }

    private void endClosed(LoadCall call, Status status) {
        long now = System.nanoTime();
        ledger.ended(call, now, status);
        if (now - startNanos >= runNanos()) {
            inFlight.release();
        } else if (status.getCode() == Status.Code.UNAVAILABLE) {
            // Refused at once, perhaps on this very stack: a thread of its own keeps that from becoming a hot loop.
            Thread.ofVirtual().start(this::beginAfterRefusal);
        } else {
            begin(now, this::endClosed);
        }
    }

    private void beginAfterRefusal() {
        LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        begin(System.nanoTime(), this::endClosed);
    }

    private void begin(long intendedNanos, LoadCall.End end) {
        long number = begun.getAndIncrement();
        var channel = channels.get((int) (number % channels.size()));
        var head = new Metadata();
        head.merge(heads.get((int) (number % heads.size())));
        var options = CallOptions.DEFAULT.withDeadlineAfter(plan.timeout().toNanos(), TimeUnit.NANOSECONDS);
        new LoadCall(channel.newCall(method, options), plan, message, intendedNanos, end).start(head);
    }

    private void awaitLast() throws InterruptedException {
        // Deadlines end every call; the second more is for their events.
        var unused = inFlight.tryAcquire(maxInFlight, plan.timeout().toMillis() + 1000, TimeUnit.MILLISECONDS);
    }

    /** What became of the calls of each second since the warm-up, by their intended begin. */
    public List<LoadSecond> seconds() {
        return ledger.seconds();
    }

    /** Calls that ended since the warm-up, for progress. */
    public long ended() {
        return ledger.count();
    }

    /** Calls that ended with an error since the warm-up, for progress. */
    public long errors() {
        return ledger.errors();
    }
}

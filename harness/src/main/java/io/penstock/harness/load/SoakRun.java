// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.load;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.penstock.harness.backend.EchoService;
import io.penstock.harness.call.Channels;
import io.penstock.harness.call.Fields;
import io.penstock.harness.wire.Field;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;

/**
 * Keeps many bidirectional streams open, sends messages of mixed sizes on them, checks every echo and cancels some.
 *
 * <p>One virtual thread owns each stream. A message first takes its size from a budget that all streams share, in
 * turn, and gives it back when its echo was checked, so memory is bounded however many streams there are.
 */
public final class SoakRun {

    private static final int KIB = 1024;
    private static final int MAX_MESSAGES_OF_A_STREAM = 20;
    private static final Duration AFTER_A_PROBLEM = Duration.ofMillis(100);

    private final SoakPlan plan;
    private final MethodDescriptor<Slice, Slice.Print> method =
            EchoService.BIDI.toBuilder(new Slice.Writer(), new Slice.Reader()).build();
    private final byte[] block;
    private final Semaphore budgetKib;
    private final SoakCounts counts = new SoakCounts();
    private final List<ManagedChannel> channels = new ArrayList<>();
    private volatile long endNanos;

    public SoakRun(SoakPlan plan) {
        this.plan = plan;
        this.block = new byte[plan.maxBytes() + (1 << 20)];
        new SplittableRandom(plan.seed()).nextBytes(block);
        this.budgetKib = new Semaphore(plan.inFlightBytes() / KIB, true);
    }

    /** Runs the soak; ends by itself, at the latest two stall times after the plan's duration. */
    public SoakReport run() throws InterruptedException {
        long started = System.nanoTime();
        endNanos = started + plan.duration().toNanos();
        for (int i = 0; i < plan.connections(); i++) {
            channels.add(Channels.open(plan.to()));
        }
        try {
            var threads = new ArrayList<Thread>();
            for (int i = 0; i < plan.streams(); i++) {
                int number = i;
                threads.add(Thread.ofVirtual().name("soak-" + i).start(() -> live(number)));
            }
            for (var thread : threads) {
                thread.join();
            }
            return counts.report((System.nanoTime() - started) / 1e9);
        } finally {
            channels.forEach(ManagedChannel::shutdownNow);
        }
    }

    /** One line on how it goes. */
    public String progress() {
        return counts.progress();
    }

    private boolean over() {
        return System.nanoTime() - endNanos >= 0 || counts.hopeless();
    }

    private void live(int number) {
        var random = new SplittableRandom(plan.seed() + number);
        try {
            while (!over()) {
                if (!oneStream(number, random)) {
                    Thread.sleep(AFTER_A_PROBLEM);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean oneStream(int number, SplittableRandom random) throws InterruptedException {
        var channel = channels.get(number % channels.size());
        var stream = new SoakStream(channel.newCall(method, CallOptions.DEFAULT));
        stream.open(head(number));
        counts.opened();
        try {
            int messages = random.nextInt(1, MAX_MESSAGES_OF_A_STREAM + 1);
            for (int i = 0; i < messages && !over(); i++) {
                var end = oneMessage(stream, random);
                if (end != Outcome.ECHOED) {
                    return end == Outcome.CANCELLED;
                }
            }
            return finish(stream);
        } finally {
            counts.closed();
        }
    }

    private Metadata head(int number) {
        if (plan.jobids().isEmpty()) {
            return new Metadata();
        }
        var jobid = plan.jobids().get(number % plan.jobids().size());
        return Fields.toMetadata(List.of(new Field("jobid", jobid)));
    }

    private enum Outcome {
        ECHOED,
        CANCELLED,
        FAILED
    }

    private Outcome oneMessage(SoakStream stream, SplittableRandom random) throws InterruptedException {
        // Sizes are even on a logarithmic scale, so that small and large ones meet on a connection.
        double ratio = (double) plan.maxBytes() / plan.minBytes();
        int size = (int) Math.min(plan.maxBytes(), plan.minBytes() * Math.pow(ratio, random.nextDouble()));
        int cost = (size + KIB - 1) / KIB;
        budgetKib.acquire(cost);
        try {
            if (over()) {
                return Outcome.ECHOED;
            }
            var slice = new Slice(block, random.nextInt(block.length - size), size);
            stream.send(slice);
            if (random.nextInt(100) < plan.cancelPercent()) {
                return cancel(stream, random);
            }
            stream.want();
            return check(stream, slice);
        } finally {
            budgetKib.release(cost);
        }
    }

    private Outcome cancel(SoakStream stream, SplittableRandom random) throws InterruptedException {
        if (random.nextBoolean()) {
            // The echo is not asked for, so the windows on the way fill up before the cancel.
            Thread.sleep(Duration.ofMillis(random.nextInt(1, 50)));
        }
        stream.cancel();
        if (stream.awaitEnd(plan.stall()) == null) {
            counts.stalled("a cancelled stream did not end");
            return Outcome.FAILED;
        }
        counts.cancelled();
        return Outcome.CANCELLED;
    }

    private Outcome check(SoakStream stream, Slice sent) throws InterruptedException {
        switch (stream.await(plan.stall())) {
            case null -> {
                counts.stalled("no echo of " + sent.length() + " bytes within " + plan.stall());
                stream.cancel();
                stream.awaitEnd(plan.stall());
                return Outcome.FAILED;
            }
            case SoakStream.Event.Echo echo -> {
                if (!echo.print().equals(sent.print())) {
                    counts.corrupt("sent " + sent.print() + ", received " + echo.print());
                    stream.cancel();
                    return Outcome.FAILED;
                }
                counts.echoed(sent.length());
                return Outcome.ECHOED;
            }
            case SoakStream.Event.End end -> {
                counts.unexpected(end.status());
                return Outcome.FAILED;
            }
        }
    }

    private boolean finish(SoakStream stream) throws InterruptedException {
        stream.halfClose();
        stream.want();
        switch (stream.await(plan.stall())) {
            case null -> {
                counts.stalled("a stream did not end after its half-close within " + plan.stall());
                stream.cancel();
                return false;
            }
            case SoakStream.Event.Echo echo -> {
                counts.corrupt("an echo that nothing was sent for: " + echo.print());
                stream.cancel();
                return false;
            }
            case SoakStream.Event.End end -> {
                if (!end.status().isOk()) {
                    counts.unexpected(end.status());
                    return false;
                }
                counts.finished();
                return true;
            }
        }
    }
}

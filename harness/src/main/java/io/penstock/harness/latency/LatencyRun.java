// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.latency;

import io.penstock.harness.wire.Message;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.Histogram;

/**
 * Cancels calls through a gateway and notes when its upstream hears of it; then changes the target of a key in Redis by a plain
 * {@code SET} and notes when a call gets there.
 *
 * <p>One call at a time. Whatever effect does not come within the plan's patience fails the run.
 */
public final class LatencyRun {

    private final LatencyPlan plan;
    private final AtomicInteger done = new AtomicInteger();

    public LatencyRun(LatencyPlan plan) {
        this.plan = plan;
    }

    /** How far it is, in a few words. */
    public String progress() {
        return done.get() + " of " + 2 * plan.rounds() + " rounds";
    }

    /**
     * Runs to the end; the key is deleted afterwards.
     *
     * @throws IOException when an effect did not come in time, or a call was refused
     */
    public LatencyReport run() throws IOException, InterruptedException {
        try (var first = new NotingUpstream("first");
                var second = new NotingUpstream("second");
                var redis = new RedisLine(plan.redis(), plan.patience())) {
            redis.set(plan.key(), first.address());
            try (var caller = new StepCaller(plan.gateway(), plan.key(), plan.patience())) {
                awaitName(caller, "first");
                var cancels = cancels(caller, first);
                var changes = histogram();
                long old = 0;
                for (int i = 0; i < plan.rounds(); i++, done.incrementAndGet()) {
                    old += change(caller, redis, i % 2 == 0 ? second : first, i % 2 == 0 ? "second" : "first", changes);
                }
                return new LatencyReport(cancels, changes, old);
            } finally {
                redis.delete(plan.key());
            }
        }
    }

    private Histogram cancels(StepCaller caller, NotingUpstream upstream) throws IOException, InterruptedException {
        var histogram = histogram();
        for (int i = 0; i < plan.rounds(); i++, done.incrementAndGet()) {
            var head = served(caller.open(NotingUpstream.HOLD, false));
            long from = System.nanoTime();
            caller.cancel(head.stream());
            record(histogram, from, upstream.awaitReset(plan.patience()));
        }
        return histogram;
    }

    /** The number of calls that the old target still answered. */
    private long change(StepCaller caller, RedisLine redis, NotingUpstream to, String name, Histogram histogram)
            throws IOException {
        redis.set(plan.key(), to.address());
        long from = System.nanoTime();
        long old = awaitName(caller, name);
        record(histogram, from, System.nanoTime());
        return old;
    }

    private long awaitName(StepCaller caller, String name) throws IOException {
        long deadline = System.nanoTime() + plan.patience().toNanos();
        long others = 0;
        while (!served(caller.open("/penstock.Latency/Name", true))
                .value(NotingUpstream.NAME_FIELD)
                .equals(name)) {
            others++;
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("no call went to the new target within "
                        + plan.patience().toMillis() + " ms");
            }
        }
        return others;
    }

    private static Message.Head served(Message.Head head) throws IOException {
        if (!head.value(":status").equals("200")
                || (head.endStream() && !head.value("grpc-status").equals("0"))) {
            throw new IOException("the gateway refused a call: " + head.fields());
        }
        return head;
    }

    private static Histogram histogram() {
        return new Histogram(Duration.ofMinutes(1).toNanos() / 1000, 3);
    }

    private static void record(Histogram histogram, long from, long to) {
        histogram.recordValue(Math.max(0, to - from) / 1000);
    }
}

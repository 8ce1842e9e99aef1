// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.latency;

import io.penstock.harness.wire.Message;
import java.io.IOException;

/**
 * Cancels calls through a gateway and notes when its upstream hears of it; then changes the target of a key in Redis by a plain
 * {@code SET} and notes when a call gets there; then sends bodies byte by byte, if the plan has a path for them.
 *
 * <p>One call at a time. Whatever effect does not come within the plan's patience fails the run.
 */
public final class LatencyRun {

    private final LatencyPlan plan;
    private final Times times = new Times();

    public LatencyRun(LatencyPlan plan) {
        this.plan = plan;
    }

    /** How far it is, in a few words. */
    public String progress() {
        return times.recorded() + " of " + effects() * plan.rounds() + " rounds";
    }

    private int effects() {
        return plan.bodies().isPresent() ? Effect.values().length : 2;
    }

    /**
     * Runs to the end; the keys are deleted afterwards.
     *
     * @throws IOException when an effect did not come in time, or a call was refused
     */
    public LatencyReport run() throws IOException, InterruptedException {
        try (var redis = new RedisLine(plan.redis(), plan.patience())) {
            long old = calls(redis);
            if (plan.bodies().isPresent()) {
                bodies(redis, plan.bodies().get());
            }
            return new LatencyReport(times.histograms(), old);
        }
    }

    /** The number of calls that an old target still answered. */
    private long calls(RedisLine redis) throws IOException, InterruptedException {
        try (var first = new NotingUpstream("first");
                var second = new NotingUpstream("second")) {
            redis.set(plan.key(), first.address());
            try (var caller = new StepCaller(plan.gateway(), plan.key(), plan.patience())) {
                awaitName(caller, "first");
                cancels(caller, first);
                long old = 0;
                for (int i = 0; i < plan.rounds(); i++) {
                    old += change(caller, redis, i % 2 == 0 ? second : first, i % 2 == 0 ? "second" : "first");
                }
                return old;
            } finally {
                redis.delete(plan.key());
            }
        }
    }

    private void cancels(StepCaller caller, NotingUpstream upstream) throws IOException, InterruptedException {
        for (int i = 0; i < plan.rounds(); i++) {
            var head = served(caller.open(NotingUpstream.HOLD, false));
            long from = System.nanoTime();
            caller.cancel(head.stream());
            times.record(Effect.CANCEL, from, upstream.awaitReset(plan.patience()));
        }
    }

    /** The number of calls that the old target still answered. */
    private long change(StepCaller caller, RedisLine redis, NotingUpstream to, String name) throws IOException {
        redis.set(plan.key(), to.address());
        long from = System.nanoTime();
        long old = awaitName(caller, name);
        times.record(Effect.SET, from, System.nanoTime());
        return old;
    }

    private void bodies(RedisLine redis, String path) throws IOException, InterruptedException {
        // Nobody has asked for a key of this name before, so that the gateway knows nothing of it that could be old.
        var key = plan.key() + "-" + Long.toHexString(System.nanoTime());
        try (var upstream = new ByteUpstream()) {
            redis.set(key, upstream.address());
            var bodies = new BodyRun(plan, upstream, times);
            try (var caller = new Http1ByteCaller(plan.gateway(), path, key, plan.patience())) {
                bodies.measure(caller, Effect.UPLOAD, Effect.DOWNLOAD);
            }
            try (var caller = new Http2ByteCaller(plan.gateway(), path, key, plan.patience())) {
                bodies.measure(caller, Effect.HTTP2_UPLOAD, Effect.HTTP2_DOWNLOAD);
            }
        } finally {
            redis.delete(key);
        }
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
}

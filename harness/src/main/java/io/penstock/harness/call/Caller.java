// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.call;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.penstock.harness.backend.Backends;
import io.penstock.harness.wire.Field;
import io.penstock.harness.wire.PlainGet;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Makes calls to one address in cleartext HTTP/2, all gRPC calls on one connection; a GET has one of its own.
 *
 * <p>Connects at the first call. Not shared between threads.
 */
public final class Caller implements AutoCloseable {

    private final ManagedChannel channel;

    public Caller(InetSocketAddress to) {
        this.channel = Channels.open(to);
    }

    /** Makes the call and waits for its end, at most for the plan's timeout. */
    public CallResult make(CallPlan plan) throws InterruptedException {
        var method = plan.kind().method();
        if (method.isEmpty()) {
            return get(plan);
        }
        var metadata = Fields.toMetadata(plan.sent());
        var options = CallOptions.DEFAULT.withDeadlineAfter(plan.timeout().toNanos(), TimeUnit.NANOSECONDS);
        var call = new OneCall(channel.newCall(method.get(), options), plan);
        long started = System.nanoTime();
        call.start(metadata);
        call.awaitEnd();
        return call.result(Duration.ofNanos(System.nanoTime() - started));
    }

    private static CallResult get(CallPlan plan) {
        long started = System.nanoTime();
        try {
            var answer = PlainGet.send(plan.to(), plan.path(), plan.sent(), plan.timeout());
            boolean succeeded = answer.status() / 100 == 2;
            return new CallResult(
                    plan,
                    succeeded,
                    Integer.toString(answer.status()),
                    succeeded ? "" : answer.bodyStart().strip(),
                    Duration.ofNanos(System.nanoTime() - started),
                    answer.value(Backends.BACKEND_FIELD),
                    1,
                    answer.bodyBytes(),
                    answer.fields());
        } catch (IOException e) {
            var took = Duration.ofNanos(System.nanoTime() - started);
            return new CallResult(
                    plan, false, "FAILED", String.valueOf(e.getMessage()), took, "", 0, 0, List.<Field>of());
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}

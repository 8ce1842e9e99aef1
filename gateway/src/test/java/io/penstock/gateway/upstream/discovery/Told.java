// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A source and the lists that it told, one after the other. */
final class Told implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final EndpointSource source;
    private final LinkedBlockingQueue<List<DiscoveredEndpoint>> lists = new LinkedBlockingQueue<>();

    Told(EndpointQuestion question) {
        this(new EndpointSource("jobs", question));
    }

    Told(EndpointSource source) {
        this.source = source;
        source.start(lists::add);
    }

    EndpointSource source() {
        return source;
    }

    /** Takes the next list; waits for it. */
    List<DiscoveredEndpoint> next() throws InterruptedException {
        List<DiscoveredEndpoint> list = lists.poll(SOON.toNanos(), TimeUnit.NANOSECONDS);
        assertThat(list).as("a list; problem: " + source.problem()).isNotNull();
        return java.util.Objects.requireNonNull(list);
    }

    /** The addresses of the next list. */
    List<String> addresses() throws InterruptedException {
        return next().stream().map(DiscoveredEndpoint::address).toList();
    }

    boolean nothingNew() {
        return lists.isEmpty();
    }

    void awaitProblem() {
        await("a problem", () -> source.problem() != null);
    }

    static void await(String what, BooleanSupplier met) {
        long deadline = System.nanoTime() + SOON.toNanos();
        while (!met.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            LockSupport.parkNanos(2_000_000);
        }
    }

    @Override
    public void close() {
        source.close();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.changes;

import io.penstock.harness.http.HttpConnection;
import io.penstock.harness.http.HttpPlan;
import io.penstock.harness.http.HttpReport;
import io.penstock.harness.http.HttpRun;
import io.penstock.harness.http.HttpTarget;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Writes one route after the other, and asks every node for each from the moment of the write until it serves it; beside that, load. Time
 * without and with changes comes in turns of a quarter, so that a slow spell of the machine meets both.
 */
public final class ChangesRun {
    private static final int TURNS = 4;
    private static final long ASK_EVERY_NANOS = Duration.ofMillis(1).toNanos();
    private static final int LOAD_CONNECTIONS = 32;
    /** That all documents may take to reach every node, beyond the patience with one. */
    private static final Duration PREPARATION = Duration.ofSeconds(30);

    private final ChangesPlan plan;
    private final List<Histogram> seen = new ArrayList<>();
    private final Histogram quiet = new Histogram(3);
    private final Histogram changing = new Histogram(3);
    private final AtomicLong errors = new AtomicLong();
    private final AtomicLong changes = new AtomicLong();
    private final AtomicReference<@Nullable String> firstError = new AtomicReference<>();

    public ChangesRun(ChangesPlan plan) {
        this.plan = plan;
        plan.nodes().forEach(node -> seen.add(new ConcurrentHistogram(3)));
    }

    /** How far it is, in a few words. */
    public String progress() {
        return changes.get() + " changes, " + errors.get() + " errors";
    }

    /**
     * Runs to the end: twice the plan's duration, after the documents are there.
     *
     * @throws IOException the documents cannot be prepared
     */
    public ChangesReport run() throws IOException, InterruptedException {
        try (ConfigWriter writer = new ConfigWriter(plan.admin(), plan.patience())) {
            writer.all(plan.routes());
            await(0, 0, System.nanoTime() + PREPARATION.toNanos(), false);
            for (int turn = 0; turn < TURNS; turn++) {
                load(quiet, () -> {});
                load(changing, () -> change(writer));
            }
        }
        return new ChangesReport(
                changes.get(),
                seen,
                quiet,
                changing,
                errors.get(),
                String.valueOf(firstError.get() == null ? "" : firstError.get()));
    }

    /** Load for one turn, with something else beside it. */
    private void load(Histogram into, Runnable beside) throws InterruptedException {
        Duration turn = plan.duration().dividedBy(TURNS);
        HttpRun run = new HttpRun(new HttpPlan(
                new HttpTarget(plan.nodes().getFirst(), plan.loadPath()),
                OptionalDouble.of(plan.loadPerSecond()),
                LOAD_CONNECTIONS,
                "GET",
                List.of(),
                0,
                turn,
                Duration.ZERO,
                plan.patience()));
        Thread other = Thread.ofVirtual().start(beside);
        HttpReport report = run.run();
        other.join();
        into.add(report.latency());
        if (report.errors() > 0) {
            errors.addAndGet(report.errors());
            firstError.compareAndSet(null, "load: " + report.firstError());
        }
    }

    /** The changes of one turn. */
    private void change(ConfigWriter writer) {
        long start = System.nanoTime();
        long count = Math.round(plan.perSecond() * plan.duration().toNanos() / 1e9 / TURNS);
        try {
            for (long i = 0; i < count; i++) {
                long due = start + (long) (i * 1e9 / plan.perSecond());
                LockSupport.parkNanos(due - System.nanoTime());
                long version = changes.incrementAndGet();
                int number = (int) (version * 7919 % plan.routes()); // a prime: all over the table
                long begin = System.nanoTime();
                Thread written = Thread.ofVirtual().start(() -> write(writer, number, version));
                await(number, version, begin, true);
                written.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(ConfigWriter writer, int number, long version) {
        try {
            writer.one(number, version);
        } catch (IOException e) {
            failed("write: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns when every node serves it. */
    private void await(int number, long version, long begin, boolean record) throws InterruptedException {
        List<Thread> asking = new ArrayList<>();
        for (int i = 0; i < plan.nodes().size(); i++) {
            InetSocketAddress node = plan.nodes().get(i);
            Histogram into = record ? seen.get(i) : new Histogram(3);
            asking.add(Thread.ofVirtual().start(() -> ask(node, number, "v" + version, begin, into)));
        }
        for (Thread one : asking) {
            one.join();
        }
    }

    private void ask(InetSocketAddress node, int number, String expected, long begin, Histogram into) {
        var request = new HttpTarget(node, "/changes/r" + number).get();
        try (HttpConnection connection = HttpConnection.open(node, plan.patience())) {
            while (System.nanoTime() - begin < plan.patience().toNanos()) {
                if (connection.exchange(request, plan.patience()).backend().equals(expected)) {
                    into.recordValue((System.nanoTime() - begin) / 1000);
                    return;
                }
                LockSupport.parkNanos(ASK_EVERY_NANOS);
            }
            failed(node + " does not serve " + expected + " of r" + number + " within " + plan.patience());
        } catch (IOException e) {
            failed(node + ": " + e);
        }
    }

    private void failed(String what) {
        errors.incrementAndGet();
        firstError.compareAndSet(null, what);
    }
}

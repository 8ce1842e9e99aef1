// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.http;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes the load of one plan over HTTP/1.1 and measures it.
 *
 * <p>One virtual thread for each connection. In the open loop request number n is to begin at n times the gap, and
 * whichever connection is free takes the next number: when all are held up, the numbers whose time has come wait, and
 * their latency counts from the time they were to begin (no coordinated omission). Those still waiting when the run is
 * over and a timeout has passed are counted as {@code unsent}.
 *
 * <p>A connection that the other side has closed is opened anew for the next request; a request is never sent twice.
 */
public final class HttpRun {

    private final HttpPlan plan;
    private final List<InetAddress> from;
    private final Consumer<HttpOutcome> observer;
    private final HttpRequest request;
    private final AtomicLong numbers = new AtomicLong();
    private final LongAdder opened = new LongAdder();
    private final long startNanos;
    private final long endNanos;
    private final HttpTally tally;

    /** A run of its own. */
    public HttpRun(HttpPlan plan) {
        this(plan, outcome -> {});
    }

    /** A run that also tells each outcome, those of the warm-up too, on the thread of its connection. */
    public HttpRun(HttpPlan plan, Consumer<HttpOutcome> observer) {
        this(plan, List.of(), observer);
    }

    /** A run whose connections come from these addresses of the machine in turn; from none, it chooses. */
    public HttpRun(HttpPlan plan, List<InetAddress> from, Consumer<HttpOutcome> observer) {
        this.plan = plan;
        this.from = List.copyOf(from);
        this.observer = observer;
        this.request = plan.target().request(plan.method(), plan.fields(), plan.bodyBytes());
        this.startNanos = System.nanoTime();
        this.endNanos = startNanos + plan.warmup().plus(plan.duration()).toNanos();
        this.tally = new HttpTally(measuredFromNanos());
    }

    /** Runs the load to its end, which is at most the warm-up, the duration and two timeouts away. */
    public HttpReport run() throws InterruptedException {
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < plan.connections(); i++) {
            var address = from.isEmpty() ? null : from.get(i % from.size());
            threads.add(Thread.ofVirtual().name("http-load-" + i).start(() -> connection(address)));
        }
        try {
            for (var thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            threads.forEach(Thread::interrupt);
            throw e;
        }
        return tally.report(plan, opened.sum());
    }

    /** When the warm-up ends, by {@link System#nanoTime}. The run's time begins when it is made. */
    public long measuredFromNanos() {
        return startNanos + plan.warmup().toNanos();
    }

    /** Requests that ended since the warm-up. */
    public long ended() {
        return tally.requests();
    }

    /** Those of them that did not succeed. */
    public long errors() {
        return tally.errors();
    }

    private void connection(@Nullable InetAddress address) {
        var slot = new Slot(address);
        try {
            if (plan.perSecond().isPresent()) {
                open(slot, 1e9 / plan.perSecond().getAsDouble());
            } else {
                closed(slot);
            }
        } finally {
            slot.drop();
        }
    }

    private void open(Slot slot, double gapNanos) {
        long giveUpNanos = endNanos + plan.timeout().toNanos();
        while (!Thread.currentThread().isInterrupted()) {
            long intended = startNanos + (long) (numbers.getAndIncrement() * gapNanos);
            if (intended - endNanos >= 0) {
                return;
            }
            sleepUntil(intended);
            if (System.nanoTime() - giveUpNanos < 0) {
                end(slot.send(intended));
            } else {
                end(failed(intended, "unsent", "no connection was free to send it"));
            }
        }
    }

    private void closed(Slot slot) {
        for (long now = System.nanoTime(); now - endNanos < 0; now = System.nanoTime()) {
            var outcome = slot.send(now);
            end(outcome);
            if (outcome.problem().equals("connect")) {
                // Nothing listens there: not as often as the processor can ask.
                LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
            }
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
        }
    }

    private void end(HttpOutcome outcome) {
        tally.add(outcome);
        observer.accept(outcome);
    }

    private static void sleepUntil(long nanos) {
        for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
            LockSupport.parkNanos(left);
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
        }
    }

    private static HttpOutcome failed(long intended, String problem, @Nullable String detail) {
        return new HttpOutcome(intended, System.nanoTime(), 0, 0, "", problem, detail == null ? problem : detail);
    }

    /** The connection of one thread, opened when it is needed. */
    private final class Slot {

        private final @Nullable InetAddress address;
        private @Nullable HttpConnection connection;

        Slot(@Nullable InetAddress address) {
            this.address = address;
        }

        HttpOutcome send(long intended) {
            HttpConnection to;
            try {
                to = connected();
            } catch (IOException e) {
                return failed(intended, "connect", e.getMessage());
            }
            try {
                var answer = to.exchange(request, plan.timeout());
                if (!answer.reusable()) {
                    drop();
                }
                return new HttpOutcome(
                        intended, System.nanoTime(), answer.status(), answer.bodyBytes(), answer.backend(), "", "");
            } catch (SocketTimeoutException e) {
                drop();
                return failed(intended, "timeout", e.getMessage());
            } catch (IOException e) {
                drop();
                return failed(intended, problem(e), e.getMessage());
            }
        }

        private HttpConnection connected() throws IOException {
            var open = connection;
            if (open == null) {
                open = HttpConnection.open(address, plan.target().address(), plan.timeout());
                opened.increment();
                connection = open;
            }
            return open;
        }

        private static String problem(IOException e) {
            boolean gone = e instanceof EOFException || e instanceof SocketException;
            return gone ? "closed" : "answer";
        }

        void drop() {
            var open = connection;
            connection = null;
            if (open != null) {
                try {
                    open.close();
                } catch (IOException e) {
                    // It is gone either way.
                    return;
                }
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.drill;

import io.penstock.harness.http.HttpConnection;
import io.penstock.harness.http.HttpPlan;
import io.penstock.harness.http.HttpReport;
import io.penstock.harness.http.HttpRun;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;

/**
 * Sends a flood from many addresses of 127.0.0.0/8, which all belong to this machine, while others go on calling; each connection comes from an
 * address of its own. The callers have those from 127.0.2.1 on, the flood those from 127.66.0.1 on.
 */
public final class FloodRun {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(50);
    private static final int CALLERS = 0x7f_00_02_01;
    private static final int FLOOD = 0x7f_42_00_01;
    private static final String FIELD = "x-api-key: ";

    private final FloodPlan plan;
    private volatile String phase = "waiting";

    public FloodRun(FloodPlan plan) {
        this.plan = plan;
    }

    /** What it does now. */
    public String phase() {
        return phase;
    }

    /**
     * Runs all of it.
     *
     * @throws IOException when callers with a place are not served within half a minute, or this machine has not those addresses
     */
    public FloodReport run() throws IOException, InterruptedException {
        awaitGateway();
        phase = "before";
        HttpReport before = callers(plan.warmup(), plan.before()).run();
        phase = "flood";
        List<InetAddress> all = addresses(FLOOD, plan.addresses());
        int half = all.size() / 2;
        var strangers = flood(all.subList(0, half), List.of());
        var guessers = flood(all.subList(half, all.size()), List.of(FIELD + "nobody's"));
        var during = callers(Duration.ZERO, plan.flood());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<HttpReport> first = strangers::run;
            Callable<HttpReport> second = guessers::run;
            var one = threads.submit(first);
            var two = threads.submit(second);
            HttpReport seen = during.run();
            return new FloodReport(before, seen, one.get(), two.get());
        } catch (ExecutionException e) {
            throw new IOException("the flood broke off: " + e.getCause(), e);
        }
    }

    private HttpRun callers(Duration warmup, Duration duration) {
        return new HttpRun(
                new HttpPlan(
                        plan.target(),
                        OptionalDouble.of(plan.perSecond()),
                        plan.callers(),
                        "GET",
                        List.of(FIELD + plan.key()),
                        0,
                        duration,
                        warmup,
                        plan.timeout()),
                addresses(CALLERS, plan.callers()),
                outcome -> {});
    }

    private HttpRun flood(List<InetAddress> from, List<String> fields) {
        return new HttpRun(
                new HttpPlan(
                        plan.target(),
                        OptionalDouble.of(plan.floodPerSecond() * from.size() / plan.addresses()),
                        from.size(),
                        "GET",
                        fields,
                        0,
                        plan.flood(),
                        Duration.ZERO,
                        plan.timeout()),
                from,
                outcome -> {});
    }

    /** So many, without those that end with 0 or 255. */
    static List<InetAddress> addresses(int first, int count) {
        var all = new ArrayList<InetAddress>();
        for (int bits = first; all.size() < count; bits++) {
            int last = bits & 0xff;
            if (last != 0 && last != 255) {
                all.add(address(bits));
            }
        }
        return all;
    }

    private static InetAddress address(int bits) {
        try {
            return InetAddress.getByAddress(
                    new byte[] {(byte) (bits >> 24), (byte) (bits >> 16), (byte) (bits >> 8), (byte) bits});
        } catch (IOException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    private void awaitGateway() throws IOException, InterruptedException {
        long giveUpNanos = System.nanoTime() + PATIENCE.toNanos();
        var address = addresses(CALLERS, 1).getFirst();
        var request = plan.target().request("GET", List.of(FIELD + plan.key()), 0);
        while (true) {
            String problem;
            try (var connection = HttpConnection.open(address, plan.target().address(), plan.timeout())) {
                var answer = connection.exchange(request, plan.timeout());
                if (answer.status() == 200) {
                    return;
                }
                problem = "status " + answer.status();
            } catch (IOException e) {
                problem = String.valueOf(e.getMessage());
            }
            if (System.nanoTime() - giveUpNanos > 0) {
                throw new IOException("callers with a place are not served: " + problem);
            }
            Thread.sleep(BETWEEN_TRIES);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.drill;

import io.penstock.harness.http.HttpConnection;
import io.penstock.harness.http.HttpPlan;
import io.penstock.harness.http.HttpRun;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Puts a gateway through an avalanche: starts the backends, waits until it serves, and runs the phases under load. */
public final class AvalancheRun implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(50);

    private final AvalanchePlan plan;
    private final List<ControlledBackend> backends = new ArrayList<>();
    private final AtomicReference<@Nullable Timeline> timeline = new AtomicReference<>();
    private volatile String phase = "waiting";

    private AvalancheRun(AvalanchePlan plan) {
        this.plan = plan;
    }

    /** Starts the backends of the plan, named a, b, c and so on; all or none. */
    public static AvalancheRun start(AvalanchePlan plan) throws IOException {
        var run = new AvalancheRun(plan);
        try {
            for (int port : plan.ports()) {
                int number = run.backends.size();
                var name = Character.toString('a' + number);
                run.backends.add(ControlledBackend.start(name, port, () -> run.arrived(number)));
            }
            return run;
        } catch (IOException e) {
            run.close();
            throw e;
        }
    }

    /** The backends, in order. */
    public List<ControlledBackend> backends() {
        return List.copyOf(backends);
    }

    /** The name of the phase that runs. */
    public String phase() {
        return phase;
    }

    private void arrived(int backend) {
        var now = timeline.get();
        if (now != null) {
            now.arrived(backend, System.nanoTime());
        }
    }

    /**
     * Runs all phases.
     *
     * @throws IOException when no backend answers through the gateway within half a minute
     */
    public AvalancheReport run() throws IOException, InterruptedException {
        awaitGateway();
        var whole = plan.phases().stream().map(Phase::duration).reduce(Duration.ZERO, Duration::plus);
        var load = new HttpRun(
                new HttpPlan(
                        plan.target(),
                        OptionalDouble.of(plan.perSecond()),
                        plan.connections(),
                        "GET",
                        List.of(),
                        0,
                        whole,
                        plan.warmup(),
                        plan.timeout()),
                outcome -> {
                    var now = timeline.get();
                    if (now != null) {
                        now.ended(outcome);
                    }
                });
        var times = new Timeline(plan.phases(), plan.slice(), backends.size(), load.measuredFromNanos());
        timeline.set(times);
        var failure = new AtomicReference<@Nullable IOException>();
        var director = Thread.ofVirtual().start(() -> direct(load.measuredFromNanos(), failure));
        load.run();
        director.join();
        var failed = failure.get();
        if (failed != null) {
            throw failed;
        }
        return new AvalancheReport(
                plan, backends.stream().map(ControlledBackend::name).toList(), times.phaseSums(), times.slices());
    }

    private void direct(long beginNanos, AtomicReference<@Nullable IOException> failure) {
        long at = beginNanos;
        try {
            for (var next : plan.phases()) {
                Thread.sleep(Duration.ofNanos(Math.max(0, at - System.nanoTime())));
                phase = next.name();
                for (int i = 0; i < backends.size(); i++) {
                    backends.get(i).behave(next.behaviours().get(i));
                }
                at += next.duration().toNanos();
            }
        } catch (IOException e) {
            failure.set(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitGateway() throws IOException, InterruptedException {
        long giveUpNanos = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            String problem;
            try (var connection = HttpConnection.open(plan.target().address(), plan.timeout())) {
                var answer = connection.exchange(plan.target().get(), plan.timeout());
                if (answer.status() == 200 && !answer.backend().isEmpty()) {
                    return;
                }
                problem = "status " + answer.status();
            } catch (IOException e) {
                problem = String.valueOf(e.getMessage());
            }
            if (System.nanoTime() - giveUpNanos > 0) {
                throw new IOException("no backend answered through the gateway: " + problem);
            }
            Thread.sleep(BETWEEN_TRIES);
        }
    }

    @Override
    public void close() throws IOException {
        for (var backend : backends) {
            backend.close();
        }
    }
}

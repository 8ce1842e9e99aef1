// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.lab.report;

import io.penstock.harness.lab.Counter;
import io.penstock.harness.lab.Moment;
import io.penstock.harness.lab.Sample;
import io.penstock.harness.lab.StageRun;
import io.penstock.harness.lab.report.Chart.Line;
import io.penstock.harness.lab.report.Chart.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** The charts of one stage: sockets, what the kernel counted, calls by outcome and in flight, latency, processor time. */
final class StageCharts {
    private final StageRun run;
    private final long begin;
    private final double seconds;

    private StageCharts(StageRun run) {
        this.run = run;
        this.begin = run.moments().getFirst().atMillis();
        this.seconds = Math.max(run.moments().size(), (run.samples().getLast().atMillis() - begin) / 1000.0);
    }

    static List<String> of(StageRun run) {
        var charts = new StageCharts(run);
        return List.of(
                charts.timeWait(),
                charts.sockets(),
                charts.opened(),
                charts.counters(),
                charts.calls(),
                charts.inFlight(),
                charts.latency(),
                charts.processors());
    }

    private String timeWait() {
        return Chart.of(
                "sockets in TIME_WAIT",
                seconds,
                List.of(
                        gauge("to Redis", "c1", sample -> (double) sample.waiting(Sample.REDIS)),
                        gauge("to the backend", "c2", sample -> (double) sample.waiting(Sample.BACKEND)),
                        gauge("all", "c3", sample -> (double) sample.waiting())),
                10);
    }

    private String sockets() {
        return Chart.of(
                "other sockets",
                seconds,
                List.of(
                        gauge("open to Redis", "c1", sample -> (double) sample.open(Sample.REDIS)),
                        gauge("to the backend", "c2", sample -> (double) sample.open(Sample.BACKEND)),
                        gauge("opening or closing", "c4", sample -> (double) sample.between())),
                10);
    }

    private String opened() {
        return Chart.of(
                "connections/s",
                seconds,
                List.of(
                        rate("opened", "c2", sample -> sample.counter(Counter.ACTIVE_OPENS), 1),
                        rate("accepted", "c3", sample -> sample.counter(Counter.PASSIVE_OPENS), 1)),
                10);
    }

    private String counters() {
        return Chart.of(
                "kernel/s",
                seconds,
                List.of(
                        counter(Counter.TIME_WAITED, "c3"),
                        counter(Counter.RECYCLED, "c2"),
                        counter(Counter.OVERFLOWED, "c4"),
                        counter(Counter.LISTEN_OVERFLOWS, "c1")),
                10);
    }

    private Line counter(Counter counter, String style) {
        return rate(counter.kernelName(), style, sample -> sample.counter(counter), 1);
    }

    private String inFlight() {
        return Chart.of(
                "calls in flight, at most",
                seconds,
                List.of(series("calls", "c2", moment -> (double) moment.inFlight())),
                10);
    }

    /** In hundredths: of one processor for the gateway, of all for what was idle. */
    private String processors() {
        var lines = new ArrayList<Line>();
        lines.add(rate("gateway, of one", "c2", Sample::cpuMicros, 10_000));
        if (run.samples().getLast().machineMicros() > 0) {
            lines.add(new Line("idle, of all", "c3", between((before, now) -> {
                long all = now.machineMicros() - before.machineMicros();
                return all <= 0 ? 0 : 100.0 * (now.idleMicros() - before.idleMicros()) / all;
            })));
        }
        return Chart.of("processor time, %", seconds, lines, 100);
    }

    /** How much a counter grew in each second. */
    private Line rate(String name, String style, ToLongFunction<Sample> counter, double unit) {
        return new Line(name, style, between((before, now) -> {
            double span = Math.max(1, now.atMillis() - before.atMillis()) / 1000.0;
            return Math.max(0, counter.applyAsLong(now) - counter.applyAsLong(before)) / span / unit;
        }));
    }

    private List<Point> between(ToDoubleBiFunction<Sample, Sample> value) {
        var points = new ArrayList<Point>();
        for (int i = 1; i < run.samples().size(); i++) {
            var before = run.samples().get(i - 1);
            var now = run.samples().get(i);
            points.add(new Point(at(now.atMillis()), value.applyAsDouble(before, now)));
        }
        return points;
    }

    private String calls() {
        var lines = new ArrayList<Line>();
        lines.add(series("ok", "c3", moment -> (double) moment.ok()));
        var styles = Stream.of("c4", "c1", "c2").iterator();
        run.causes().entrySet().stream()
                .sorted((a, b) -> Long.compare(b.getValue(), a.getValue()))
                .limit(2)
                .forEach(cause -> lines.add(series(cause.getKey(), styles.next(), moment ->
                        (double) moment.failed().getOrDefault(cause.getKey(), 0L))));
        return Chart.of("calls/s", seconds, lines, run.stage().rate());
    }

    private String latency() {
        return Chart.of(
                "latency, ms",
                seconds,
                List.of(series("p50", "c2", Moment::p50Millis), series("p99", "c1", Moment::p99Millis)),
                1);
    }

    private Line gauge(String name, String style, ToDoubleFunction<Sample> value) {
        return new Line(
                name,
                style,
                run.samples().stream()
                        .map(sample -> new Point(at(sample.atMillis()), value.applyAsDouble(sample)))
                        .toList());
    }

    private Line series(String name, String style, ToDoubleFunction<Moment> value) {
        return new Line(
                name,
                style,
                run.moments().stream()
                        .map(moment -> new Point(at(moment.atMillis()) + 0.5, value.applyAsDouble(moment)))
                        .toList());
    }

    private double at(long millis) {
        return Math.max(0, (millis - begin) / 1000.0);
    }
}

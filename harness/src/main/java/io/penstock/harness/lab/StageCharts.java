// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.lab;

import io.penstock.harness.lab.Chart.Line;
import io.penstock.harness.lab.Chart.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** The charts of one stage: sockets, connections opened, calls by outcome, latency. */
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
        return List.of(charts.sockets(), charts.opened(), charts.calls(), charts.latency());
    }

    private String sockets() {
        return Chart.of(
                "sockets, by state",
                seconds,
                List.of(
                        gauge("TIME_WAIT Redis", "c1", sample -> (double) sample.waitRedis()),
                        gauge("backend", "c2", sample -> (double) sample.waitBackend()),
                        gauge("open", "c3", sample -> (double) (sample.openRedis() + sample.openBackend()))),
                10);
    }

    private String opened() {
        var points = new ArrayList<Point>();
        for (int i = 1; i < run.samples().size(); i++) {
            var before = run.samples().get(i - 1);
            var now = run.samples().get(i);
            double span = Math.max(1, now.atMillis() - before.atMillis()) / 1000.0;
            points.add(new Point(at(now.atMillis()), (now.activeOpens() - before.activeOpens()) / span));
        }
        return Chart.of("connections opened/s", seconds, List.of(new Line("opened", "c2", points)), 10);
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

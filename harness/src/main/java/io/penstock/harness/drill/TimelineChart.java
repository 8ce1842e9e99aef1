// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.drill;

import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Draws a drill as one SVG: what callers got, how long it took, and what reached each backend, over time.
 *
 * <p>Needs no script and no other file. Latency has a logarithmic axis, from 0.1 ms to 100 s.
 */
public final class TimelineChart {

    private static final int WIDTH = 960;
    private static final int LEFT = 70;
    private static final int RIGHT = 20;
    private static final int PANEL = 170;
    private static final int GAP = 50;
    private static final int TOP = 60;
    private static final List<String> BACKEND_COLOURS = List.of("#1f77b4", "#9467bd", "#8c564b", "#17becf");
    private static final String OK = "#2ca02c";
    private static final String FALLBACK = "#ffbf00";
    private static final String FAILED = "#d62728";

    private final AvalancheReport report;
    private final Formatter svg = new Formatter(Locale.ROOT);
    private final double sliceMillis;
    private final double wholeMillis;

    private TimelineChart(AvalancheReport report) {
        this.report = report;
        this.sliceMillis = report.plan().slice().toMillis();
        this.wholeMillis = report.slices().size() * sliceMillis;
    }

    /** The chart as the text of an SVG file. */
    public static String of(AvalancheReport report) {
        return new TimelineChart(report).draw();
    }

    private String draw() {
        int height = TOP + 3 * PANEL + 2 * GAP + 40;
        svg.format(
                "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' viewBox='0 0 %d %d' "
                        + "font-family='sans-serif' font-size='12'>%n<rect width='%d' height='%d' fill='white'/>%n",
                WIDTH, height, WIDTH, height, WIDTH, height);
        phases(height);
        answers(TOP);
        latencies(TOP + PANEL + GAP);
        arrivals(TOP + 2 * (PANEL + GAP));
        seconds(TOP + 3 * PANEL + 2 * GAP);
        return svg.format("</svg>%n").toString();
    }

    private void phases(int height) {
        boolean shaded = false;
        for (int i = 0; i < report.phases().size(); i++) {
            double from = x((double) report.phases().get(i).millis());
            double to = i + 1 < report.phases().size()
                    ? x((double) report.phases().get(i + 1).millis())
                    : x(wholeMillis);
            if (shaded) {
                svg.format(
                        "<rect x='%.1f' y='%d' width='%.1f' height='%d' fill='#f2f2f2'/>%n",
                        from, TOP - 20, to - from, height - TOP - 10);
            }
            label((from + to) / 2, TOP - 6, "middle", report.phases().get(i).phase(), "#333");
            shaded = !shaded;
        }
    }

    private void answers(int top) {
        double most = 1;
        for (var slice : report.slices()) {
            most = Math.max(most, (double) slice.requests());
        }
        title(top, "requests per second");
        axis(top, most * perSecond());
        double scale = PANEL / most;
        for (var slice : report.slices()) {
            double y = top + PANEL;
            y = bar(slice, y, slice.ok() * scale, OK);
            y = bar(slice, y, slice.fallback() * scale, FALLBACK);
            bar(slice, y, slice.failed() * scale, FAILED);
        }
        legend(top, List.of("ok", "fallback", "failed"), List.of(OK, FALLBACK, FAILED));
    }

    private double bar(Slice slice, double bottom, double height, String colour) {
        if (height > 0) {
            svg.format(
                    "<rect x='%.1f' y='%.1f' width='%.2f' height='%.1f' fill='%s'/>%n",
                    x((double) slice.millis()), bottom - height, x(sliceMillis) - x(0) + 0.1, height, colour);
        }
        return bottom - height;
    }

    private void latencies(int top) {
        title(top, "latency, ms");
        for (int power = -1; power <= 5; power++) {
            double y = logarithmic(top, Math.pow(10, power));
            grid(y, power < 0 ? "0.1" : whole(Math.pow(10, power)));
        }
        line("#ff7f0e", slice -> logarithmic(top, slice.p99Millis()));
        line("#1f77b4", slice -> logarithmic(top, slice.p50Millis()));
        legend(top, List.of("p50", "p99"), List.of("#1f77b4", "#ff7f0e"));
    }

    private static double logarithmic(int top, double millis) {
        return top + PANEL * (1 - (Math.log10(Math.clamp(millis, 0.1, 100_000)) + 1) / 6);
    }

    private void arrivals(int top) {
        double most = 1;
        for (var slice : report.slices()) {
            for (long arrived : slice.arrivals()) {
                most = Math.max(most, (double) arrived);
            }
        }
        title(top, "arrivals per second at each backend");
        axis(top, most * perSecond());
        double scale = PANEL / most;
        for (int i = 0; i < report.backends().size(); i++) {
            int backend = i;
            line(colour(i), slice -> top + PANEL - slice.arrivals().get(backend) * scale);
        }
        var colours = report.backends().stream()
                .map(name -> colour(report.backends().indexOf(name)))
                .toList();
        legend(top, report.backends(), colours);
    }

    private static String colour(int backend) {
        return BACKEND_COLOURS.get(backend % BACKEND_COLOURS.size());
    }

    private void line(String colour, ToDoubleFunction<Slice> y) {
        svg.format("<polyline fill='none' stroke='%s' stroke-width='1.5' points='", colour);
        for (var slice : report.slices()) {
            svg.format("%.1f,%.1f ", x(slice.millis() + sliceMillis / 2), y.applyAsDouble(slice));
        }
        svg.format("'/>%n");
    }

    private void axis(int top, double most) {
        for (int quarter = 0; quarter <= 4; quarter++) {
            grid(top + PANEL * (1 - quarter / 4.0), whole(most * quarter / 4));
        }
    }

    private void grid(double y, String name) {
        svg.format(
                "<line x1='%d' x2='%d' y1='%.1f' y2='%.1f' stroke='#ccc' stroke-width='0.5'/>%n",
                LEFT, WIDTH - RIGHT, y, y);
        label(LEFT - 6, y + 4, "end", name, "#333");
    }

    private void seconds(int y) {
        int step = wholeMillis <= 30_000 ? 2 : wholeMillis <= 120_000 ? 10 : 60;
        for (int second = 0; second * 1000.0 <= wholeMillis; second += step) {
            label(x(second * 1000.0), y + 18, "middle", second + " s", "#333");
        }
    }

    private void title(int top, String name) {
        label(LEFT, top - (top == TOP ? 26 : 8), "start", name, "#000");
    }

    private void legend(int top, List<String> names, List<String> colours) {
        double at = WIDTH - RIGHT - 80.0 * names.size();
        double y = top - (top == TOP ? 26 : 8);
        for (int i = 0; i < names.size(); i++) {
            svg.format("<rect x='%.1f' y='%.1f' width='10' height='10' fill='%s'/>%n", at, y - 9, colours.get(i));
            label(at + 14, y, "start", names.get(i), "#333");
            at += 80;
        }
    }

    private void label(double x, double y, String anchor, String name, String colour) {
        svg.format(
                "<text x='%.1f' y='%.1f' text-anchor='%s' fill='%s'>%s</text>%n",
                x, y, anchor, colour, name.replace("&", "&amp;").replace("<", "&lt;"));
    }

    private double x(double millis) {
        return LEFT + millis / wholeMillis * (WIDTH - LEFT - RIGHT);
    }

    private double perSecond() {
        return 1000 / sliceMillis;
    }

    private static String whole(double number) {
        return Long.toString(Math.round(number));
    }
}

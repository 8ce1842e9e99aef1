// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.lab.report;

import java.util.ArrayList;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;

/** One chart over time as SVG, which takes its colours from the page's style, dark or light. */
final class Chart {
    private static final int WIDTH = 440;
    private static final int HEIGHT = 190;
    private static final int LEFT = 48;
    private static final int RIGHT = 16;
    private static final int TOP = 44;
    private static final int BOTTOM = 22;

    /** A point in seconds. */
    record Point(double at, double value) {}

    /** A line of the chart; its class in the page's style gives its colour. */
    record Line(String name, String style, List<Point> points) {
        Line {
            points = List.copyOf(points);
        }
    }

    private final String title;
    private final double seconds;
    private final List<Line> lines;
    private final double most;
    private final Formatter svg = new Formatter(Locale.ROOT);

    private Chart(String title, double seconds, List<Line> lines, double atLeast) {
        this.title = title;
        this.seconds = Math.max(1, seconds);
        this.lines = lines;
        this.most = nice(lines.stream()
                .flatMap(line -> line.points().stream())
                .mapToDouble(Point::value)
                .reduce(atLeast, Math::max));
    }

    /**
     * Draws it.
     *
     * @param atLeast what the axis reaches in any case
     */
    static String of(String title, double seconds, List<Line> lines, double atLeast) {
        return new Chart(title, seconds, new ArrayList<>(lines), atLeast).draw();
    }

    /** The next of 1, 2, 5, 10, 20, 50, ... */
    static double nice(double value) {
        double power = Math.pow(10, Math.floor(Math.log10(Math.max(1, value))));
        for (double step : new double[] {1, 2, 5}) {
            if (value <= step * power) {
                return step * power;
            }
        }
        return 10 * power;
    }

    /** Whole seconds between two marks, so that there are seven at most. */
    static int step(double seconds) {
        for (int step : new int[] {1, 2, 5, 10, 15, 30, 60}) {
            if (seconds / step <= 6) {
                return step;
            }
        }
        return 120;
    }

    private String draw() {
        svg.format("<svg viewBox='0 0 %d %d' role='img' aria-label='%s'>", WIDTH, HEIGHT, Html.text(title));
        label(LEFT, 12, "start", "t", title);
        for (int half = 0; half <= 2; half++) {
            double y = y(most * half / 2);
            svg.format("<line class='grid' x1='%d' x2='%d' y1='%.1f' y2='%.1f'/>", LEFT, WIDTH - RIGHT, y, y);
            label(LEFT - 5, y + 4, "end", "a", brief(most * half / 2));
        }
        int step = step(seconds);
        for (int at = 0; at <= seconds; at += step) {
            svg.format(
                    "<line class='grid' x1='%.1f' x2='%.1f' y1='%d' y2='%d'/>",
                    x(at), x(at), HEIGHT - BOTTOM, HEIGHT - BOTTOM + 4);
            label(x(at), HEIGHT - 6, "middle", "a", at + " s");
        }
        double legend = LEFT;
        for (var line : lines) {
            svg.format("<rect class='%s fill' x='%.1f' y='21' width='8' height='8'/>", line.style(), legend);
            label(legend + 12, 29, "start", "a", line.name());
            legend += 26 + 6.1 * line.name().length();
        }
        lines.forEach(this::line);
        return svg.format("</svg>").toString();
    }

    private void line(Line line) {
        svg.format("<polyline class='%s' points='", line.style());
        for (var point : line.points()) {
            svg.format("%.1f,%.1f ", x(point.at()), y(point.value()));
        }
        svg.format("'/>");
    }

    private void label(double x, double y, String anchor, String style, String words) {
        svg.format(
                "<text class='%s' x='%.1f' y='%.1f' text-anchor='%s'>%s</text>", style, x, y, anchor, Html.text(words));
    }

    private double x(double at) {
        return LEFT + Math.clamp(at / seconds, 0, 1) * (WIDTH - LEFT - RIGHT);
    }

    private double y(double value) {
        return HEIGHT - BOTTOM - Math.clamp(value / most, 0, 1) * (HEIGHT - TOP - BOTTOM);
    }

    private static String brief(double value) {
        return value >= 1000
                ? String.format(Locale.ROOT, value % 1000 == 0 ? "%.0fk" : "%.1fk", value / 1000)
                : String.format(Locale.ROOT, value % 1 == 0 ? "%.0f" : "%.1f", value);
    }
}

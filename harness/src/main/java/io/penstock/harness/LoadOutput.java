// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness;

import com.fasterxml.jackson.core.JsonGenerator;
import io.penstock.harness.load.LoadPlan;
import io.penstock.harness.load.LoadReport;
import io.penstock.harness.load.LoadSecond;
import io.penstock.harness.terminal.Output;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A load report as a table or as JSON. */
final class LoadOutput {

    private LoadOutput() {}

    static void print(PrintWriter out, LoadReport report) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of(
                "load", loop(report.plan().loop()) + ", " + report.plan().connections() + " connections"));
        rows.add(List.of(
                "calls", report.requests() + " " + report.plan().kind() + " in " + one(report.seconds()) + " s"));
        rows.add(List.of(
                "rate",
                one(report.reachedPerSecond()) + " calls/s"
                        + asked(report.plan().loop())));
        rows.add(List.of("errors", report.errors() + problem(report)));
        rows.add(List.of("unsent", Long.toString(report.unsent())));
        report.sortedStatus().forEach((status, n) -> rows.add(List.of("  " + status, Long.toString(n))));
        report.sortedBackends().forEach((backend, n) -> rows.add(List.of("  backend " + backend, Long.toString(n))));
        rows.add(List.of("latency", "ms"));
        rows.add(List.of("  p50", three(report.millisAt(50))));
        rows.add(List.of("  p90", three(report.millisAt(90))));
        rows.add(List.of("  p99", three(report.millisAt(99))));
        rows.add(List.of("  p99.9", three(report.millisAt(99.9))));
        rows.add(List.of("  max", three(report.millisAt(100))));
        Output.table(out, rows);
        out.println(honesty(report.plan().loop()));
        out.flush();
    }

    private static String loop(LoadPlan.Loop loop) {
        return switch (loop) {
            case LoadPlan.Loop.Open open ->
                "open loop, " + one(open.perSecond()) + " calls/s, "
                        + (open.poisson() ? "exponential gaps (seed " + open.seed() + ")" : "equal gaps");
            case LoadPlan.Loop.Closed closed -> "closed loop, " + closed.concurrency() + " callers";
        };
    }

    private static String asked(LoadPlan.Loop loop) {
        return loop instanceof LoadPlan.Loop.Open open ? " reached, " + one(open.perSecond()) + " asked" : "";
    }

    private static String problem(LoadReport report) {
        return report.firstError().isEmpty() ? "" : ", the first: " + report.firstError();
    }

    private static String honesty(LoadPlan.Loop loop) {
        return switch (loop) {
            case LoadPlan.Loop.Open open -> "latency counts from each call's intended begin: no coordinated omission";
            case LoadPlan.Loop.Closed closed ->
                "a slow answer delays its caller's next call: use --rate to judge latency";
        };
    }

    private static String one(double number) {
        return String.format(Locale.ROOT, "%.1f", number);
    }

    private static String three(double number) {
        return String.format(Locale.ROOT, "%.3f", number);
    }

    static void write(JsonGenerator json, LoadReport report) throws IOException {
        switch (report.plan().loop()) {
            case LoadPlan.Loop.Open open -> {
                json.writeStringField("loop", "open");
                json.writeNumberField("rate_asked", open.perSecond());
                json.writeBooleanField("poisson", open.poisson());
            }
            case LoadPlan.Loop.Closed closed -> {
                json.writeStringField("loop", "closed");
                json.writeNumberField("concurrency", closed.concurrency());
            }
        }
        json.writeStringField("kind", report.plan().kind().toString());
        json.writeNumberField("connections", report.plan().connections());
        json.writeNumberField("size", report.plan().size());
        json.writeNumberField("seconds", report.seconds());
        json.writeNumberField("requests", report.requests());
        json.writeNumberField("rate_reached", report.reachedPerSecond());
        json.writeNumberField("errors", report.errors());
        json.writeNumberField("unsent", report.unsent());
        json.writeStringField("first_error", report.firstError());
        counts(json, "status", report.sortedStatus());
        counts(json, "backend", report.sortedBackends());
        latency(json, report);
    }

    /** Writes one line of JSON for each second. */
    static void series(Path file, List<LoadSecond> seconds) throws IOException {
        try (var out = new PrintWriter(Files.newBufferedWriter(file))) {
            for (var second : seconds) {
                Output.json(out, j -> {
                    j.writeNumberField("second", second.second());
                    j.writeNumberField("at_ms", second.atMillis());
                    j.writeNumberField("ok", second.ok());
                    j.writeNumberField("unsent", second.unsent());
                    j.writeNumberField("p50_ms", second.p50Millis());
                    j.writeNumberField("p99_ms", second.p99Millis());
                    j.writeNumberField("max_ms", second.maxMillis());
                    j.writeNumberField("in_flight", second.inFlight());
                    j.writeNumberField("crowded", second.crowded());
                    j.writeNumberField("late_ms", second.lateMillis());
                    counts(j, "failed", second.failed());
                });
            }
        }
    }

    private static void counts(JsonGenerator json, String name, Map<String, Long> counts) throws IOException {
        json.writeObjectFieldStart(name);
        for (var entry : counts.entrySet()) {
            json.writeNumberField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
    }

    private static void latency(JsonGenerator json, LoadReport report) throws IOException {
        json.writeObjectFieldStart("latency_ms");
        json.writeStringField("from", report.plan().loop() instanceof LoadPlan.Loop.Open ? "intended begin" : "begin");
        json.writeNumberField("p50", report.millisAt(50));
        json.writeNumberField("p90", report.millisAt(90));
        json.writeNumberField("p99", report.millisAt(99));
        json.writeNumberField("p99.9", report.millisAt(99.9));
        json.writeNumberField("max", report.millisAt(100));
        json.writeEndObject();
    }
}

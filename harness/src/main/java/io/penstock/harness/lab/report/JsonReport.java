// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.lab.report;

import com.fasterxml.jackson.core.JsonGenerator;
import io.penstock.harness.lab.Counter;
import io.penstock.harness.lab.Finding;
import io.penstock.harness.lab.LabRun;
import io.penstock.harness.lab.Outcome;
import io.penstock.harness.lab.Sample;
import io.penstock.harness.lab.StageRun;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The report for programs: the same figures, claims and series as the page has. */
public final class JsonReport {
    private final JsonGenerator json;

    private JsonReport(JsonGenerator json) {
        this.json = json;
    }

    /** Writes the members of one object. */
    public static void write(JsonGenerator json, LabRun lab, List<Finding> findings, boolean series)
            throws IOException {
        var report = new JsonReport(json);
        json.writeStringField("command", lab.command());
        json.writeStringField("date", lab.date());
        json.writeStringField("kernel", lab.kernel());
        json.writeBooleanField("short", lab.shortForm());
        json.writeStringField("left_out", lab.left());
        json.writeStringField("outcome", Outcome.of(findings).name().toLowerCase(Locale.ROOT));
        json.writeBooleanField("holds", findings.stream().allMatch(Finding::holds));
        json.writeArrayFieldStart("claims");
        for (var finding : findings) {
            report.claim(finding);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("stages");
        for (var run : lab.runs()) {
            report.stage(run, series);
        }
        json.writeEndArray();
    }

    private void claim(Finding finding) throws IOException {
        json.writeStartObject();
        json.writeStringField("subject", finding.subject());
        json.writeStringField("stage", finding.stage());
        json.writeStringField("claim", finding.claim());
        json.writeStringField("predicted", finding.predicted());
        json.writeStringField("measured", finding.measured());
        json.writeStringField("outcome", finding.outcome().name().toLowerCase(Locale.ROOT));
        json.writeBooleanField("holds", finding.holds());
        json.writeStringField("why", finding.why());
        json.writeEndObject();
    }

    private void stage(StageRun run, boolean series) throws IOException {
        var stage = run.stage();
        json.writeStartObject();
        json.writeStringField("subject", stage.subject());
        json.writeStringField("stage", stage.id());
        json.writeStringField("title", stage.title());
        json.writeNumberField("ports", stage.ports());
        json.writeNumberField("rate", stage.rate());
        json.writeNumberField("burst", stage.burst());
        json.writeNumberField("seconds", stage.length().toSeconds());
        json.writeNumberField("ceiling_per_second", stage.ceiling());
        json.writeNumberField("predicted_seconds_to_ceiling", stage.secondsToCeiling());
        json.writeNumberField("ok", run.ok());
        json.writeNumberField("failed", run.failed());
        json.writeNumberField("unsent", run.unsent());
        json.writeNumberField("no_local_port", run.noPort());
        counts("failed_by_cause", run.causes());
        json.writeNumberField("opened_per_second", run.openedPerSecond());
        json.writeNumberField("p50_ms", run.medianP50());
        json.writeNumberField("p99_ms", run.medianP99());
        json.writeNumberField("cpu_us_per_call", run.cpuMicrosPerCall());
        json.writeNumberField("time_wait_timer_s", stage.timerSeconds());
        json.writeNumberField("time_wait_most", run.most(Sample::waiting));
        json.writeNumberField("in_flight_most", run.inFlight());
        json.writeNumberField("crowded", run.crowded());
        json.writeNumberField("late_ms", run.lateMillis());
        json.writeNumberField("idle", run.idle());
        for (var counter : Counter.values()) {
            json.writeNumberField(counter.kernelName(), run.grown(counter));
        }
        if (series) {
            samples(run);
            seconds(run);
        }
        json.writeEndObject();
    }

    private void samples(StageRun run) throws IOException {
        json.writeArrayFieldStart("samples");
        for (var sample : run.samples()) {
            json.writeStartObject();
            json.writeNumberField("at_ms", sample.atMillis());
            json.writeObjectFieldStart("sockets");
            for (var destination : new TreeMap<>(sample.sockets()).entrySet()) {
                counts(destination.getKey(), destination.getValue());
            }
            json.writeEndObject();
            for (var counter : Counter.values()) {
                json.writeNumberField(counter.kernelName(), sample.counter(counter));
            }
            json.writeNumberField("cpu_us", sample.cpuMicros());
            json.writeNumberField("machine_us", sample.machineMicros());
            json.writeNumberField("idle_us", sample.idleMicros());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void seconds(StageRun run) throws IOException {
        json.writeArrayFieldStart("seconds_of_load");
        for (var moment : run.moments()) {
            json.writeStartObject();
            json.writeNumberField("at_ms", moment.atMillis());
            json.writeNumberField("ok", moment.ok());
            json.writeNumberField("unsent", moment.unsent());
            counts("failed", moment.failed());
            json.writeNumberField("p50_ms", moment.p50Millis());
            json.writeNumberField("p99_ms", moment.p99Millis());
            json.writeNumberField("in_flight", moment.inFlight());
            json.writeNumberField("crowded", moment.crowded());
            json.writeNumberField("late_ms", moment.lateMillis());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void counts(String name, Map<String, Long> counts) throws IOException {
        json.writeObjectFieldStart(name);
        for (var count : new TreeMap<>(counts).entrySet()) {
            json.writeNumberField(count.getKey(), count.getValue());
        }
        json.writeEndObject();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.lab;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;

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
        json.writeBooleanField("holds", finding.holds());
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
        json.writeObjectFieldStart("failed_by_cause");
        for (var cause : run.causes().entrySet()) {
            json.writeNumberField(cause.getKey(), cause.getValue());
        }
        json.writeEndObject();
        json.writeNumberField("opened_per_second", run.openedPerSecond());
        json.writeNumberField("p50_ms", run.medianP50());
        json.writeNumberField("p99_ms", run.medianP99());
        json.writeNumberField("cpu_us_per_call", run.cpuMicrosPerCall());
        json.writeNumberField("time_wait_timer_s", stage.timerSeconds());
        json.writeNumberField("time_wait_most", run.most(Sample::waiting));
        json.writeNumberField("ActiveOpens", run.grown(Sample::activeOpens));
        json.writeNumberField("PassiveOpens", run.grown(Sample::passiveOpens));
        json.writeNumberField("ListenOverflows", run.grown(Sample::listenOverflows));
        json.writeNumberField("TW", run.grown(Sample::timeWaited));
        json.writeNumberField("TWRecycled", run.grown(Sample::recycled));
        json.writeNumberField("TCPTimeWaitOverflow", run.grown(Sample::overflowed));
        if (series) {
            samples(run);
        }
        json.writeEndObject();
    }

    private void samples(StageRun run) throws IOException {
        json.writeArrayFieldStart("samples");
        for (var sample : run.samples()) {
            json.writeStartObject();
            json.writeNumberField("at_ms", sample.atMillis());
            json.writeNumberField("time_wait_redis", sample.waitRedis());
            json.writeNumberField("time_wait_backend", sample.waitBackend());
            json.writeNumberField("open_redis", sample.openRedis());
            json.writeNumberField("open_backend", sample.openBackend());
            json.writeNumberField("other", sample.others());
            json.writeNumberField("ActiveOpens", sample.activeOpens());
            json.writeNumberField("TCPTimeWaitOverflow", sample.overflowed());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("seconds_of_load");
        for (var moment : run.moments()) {
            json.writeStartObject();
            json.writeNumberField("at_ms", moment.atMillis());
            json.writeNumberField("ok", moment.ok());
            json.writeNumberField("failed", moment.failures());
            json.writeNumberField("p50_ms", moment.p50Millis());
            json.writeNumberField("p99_ms", moment.p99Millis());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}

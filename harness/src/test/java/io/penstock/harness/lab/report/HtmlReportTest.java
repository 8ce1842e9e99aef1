// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.lab.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import io.penstock.harness.lab.Counter;
import io.penstock.harness.lab.Finding;
import io.penstock.harness.lab.LabRun;
import io.penstock.harness.lab.Moment;
import io.penstock.harness.lab.Outcome;
import io.penstock.harness.lab.Sample;
import io.penstock.harness.lab.Stage;
import io.penstock.harness.lab.StageRun;
import io.penstock.harness.terminal.Reading;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HtmlReportTest {
    private static final List<Finding> FINDINGS = List.of(
            new Finding("penstock", "1", "a <claim>", "1", "2", Outcome.HOLDS, ""),
            new Finding("penstock", "1", "another", "1", "3", Outcome.UNJUDGED, "the machine was too busy"));

    private static LabRun lab() {
        var stage = new Stage("penstock", "1", "no <reuse>", 2000, 500, 80, Duration.ofSeconds(8), 0, 59);
        var samples = List.of(sample(0, 0), sample(1000, 400));
        var moment = new Moment(10, 400, 0, Map.of("no-local-port", 100L), 20, 25, 21, 0, 1);
        return new LabRun(
                "6.18",
                "2026-11-30",
                "scripts/lab",
                true,
                false,
                "",
                List.of(new StageRun(stage, samples, List.of(moment))));
    }

    private static Sample sample(long at, long waiting) {
        return new Sample(
                at,
                Map.of("redis", Map.of("TIME_WAIT", waiting), "client", Map.of("SYN_RECV", 3L)),
                Map.of(Counter.ACTIVE_OPENS, waiting),
                at * 100,
                at * 2000,
                at * 1500);
    }

    @Test
    void drawsAPageThatIsWholeByItself() {
        var page = HtmlReport.of(lab(), FINDINGS);

        assertThat(page)
                .contains("no &lt;reuse&gt;", "narrower port range", "prefers-color-scheme: dark", "no-local-port")
                .contains(
                        "a &lt;claim&gt;", ">unjudged<", "the machine was too busy", "TWRecycled", "processor time, %")
                .doesNotContain("<script", "http://", "https://", "src=", "NaN", "no <reuse>");
        assertThat(page.split("<svg", -1)).hasSize(9);
    }

    @Test
    void writesEachSecondWithAllThatWasSampled() throws Exception {
        var text = new StringWriter();
        try (var json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            JsonReport.write(json, lab(), FINDINGS, true);
            json.writeEndObject();
        }

        var report = Objects.requireNonNull((Map<?, ?>) Reading.json(text.toString()));

        assertThat(report.get("outcome")).isEqualTo("unjudged");
        assertThat(text.toString())
                .contains(
                        "\"sockets\":{\"client\":{\"SYN_RECV\":3},\"redis\":{\"TIME_WAIT\":400}}",
                        "\"idle_us\":1500000")
                .contains(
                        "\"PassiveOpens\":0,\"ListenOverflows\":0,\"TW\":0",
                        "\"failed\":{\"no-local-port\":100}",
                        "\"in_flight\":21");
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "28232, 50000", "500, 500", "501, 1000"})
    void endsItsAxisAtARoundNumber(double value, double end) {
        assertThat(Chart.nice(value)).isEqualTo(end);
    }

    @ParameterizedTest
    @CsvSource({"3, 1", "6, 1", "8, 2", "75, 15", "600, 120"})
    void marksWholeSeconds(double seconds, int step) {
        assertThat(Chart.step(seconds)).isEqualTo(step);
    }
}

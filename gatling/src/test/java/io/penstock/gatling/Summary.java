// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.gatling.report.Outcome;
import java.io.PrintStream;
import java.util.List;
import java.util.stream.Collectors;

/** Prints how simulations ended: at most 80 columns for people, or a line of JSON each. */
final class Summary {

    private static final int COLUMNS = 80;

    private final PrintStream out;
    private final boolean json;

    Summary(PrintStream out, boolean json) {
        this.out = out;
        this.json = json;
    }

    void starts(Scene scene) {
        if (!json) {
            out.println("== " + scene.name() + ": " + scene.about());
        }
    }

    void ended(Outcome outcome) throws JsonProcessingException {
        if (json) {
            out.println(new ObjectMapper().writeValueAsString(Json.of(outcome)));
            return;
        }
        line("%-28s %9s %9s %9s %9s %9s".formatted("requests", "total", "ok", "ko", "p50 ms", "p99 ms"));
        for (var r : outcome.requests()) {
            line("%-28s %9d %9d %9d %9d %9d"
                    .formatted(r.name(), r.total(), r.ok(), r.ko(), r.p50Millis(), r.p99Millis()));
        }
        outcome.tables().forEach(this::line);
        line("%-28s %9s %9s".formatted("route", "callers", "gateway"));
        for (var count : outcome.counts()) {
            line("%-28s %9d %9d %s"
                    .formatted(
                            count.route().isEmpty() ? "(none)" : count.route(),
                            count.gatling(),
                            count.gateway(),
                            count.agrees() ? "agree" : "DISAGREE"));
        }
        outcome.findings().forEach(finding -> line((finding.holds() ? "ok    " : "FAIL  ") + finding.says()));
        outcome.assertions().forEach(assertion -> line("gatling: " + assertion));
        out.println("report: " + outcome.page());
        out.println(outcome.name() + ": " + verdict(outcome) + " in " + outcome.seconds() + " s");
        out.println();
    }

    private static String verdict(Outcome outcome) {
        var gatling = "Gatling's assertions " + (outcome.gatling() ? "hold" : "FAIL");
        return (outcome.passed() ? "PASSED, " : "FAILED, ") + gatling + ", counts "
                + (outcome.agrees() ? "agree" : "DISAGREE");
    }

    private void line(String text) {
        out.println(text.length() <= COLUMNS ? text.stripTrailing() : text.substring(0, COLUMNS - 3) + "...");
    }

    void all(List<Outcome> outcomes, int wanted) {
        if (json || wanted == 1) {
            return;
        }
        var failed = outcomes.stream().filter(outcome -> !outcome.passed()).map(Outcome::name);
        var names = failed.collect(Collectors.joining(", "));
        out.println(
                outcomes.size() + " of " + wanted + " simulations ran; failed: " + (names.isEmpty() ? "none" : names));
    }
}

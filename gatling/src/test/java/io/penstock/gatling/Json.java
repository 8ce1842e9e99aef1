// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling;

import io.penstock.gatling.report.Finding;
import io.penstock.gatling.report.Outcome;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An outcome as JSON's objects and arrays, with names as the harness writes them. */
final class Json {

    private Json() {}

    static Map<String, Object> of(Outcome outcome) {
        var all = new LinkedHashMap<String, Object>();
        all.put("simulation", outcome.name());
        all.put("passed", outcome.passed());
        all.put("gatling", outcome.gatling());
        all.put("agree", outcome.agrees());
        all.put("report", outcome.page().toString());
        all.put("seconds", outcome.seconds());
        all.put("requests", requests(outcome));
        all.put("counts", counts(outcome));
        all.put(
                "failed",
                outcome.findings().stream()
                        .filter(finding -> !finding.holds())
                        .map(Finding::says)
                        .toList());
        all.put("notes", outcome.tables());
        return all;
    }

    private static List<Map<String, Object>> requests(Outcome outcome) {
        return outcome.requests().stream()
                .map(r -> Map.<String, Object>of(
                        "name", r.name(),
                        "total", r.total(),
                        "ok", r.ok(),
                        "ko", r.ko(),
                        "p50_ms", r.p50Millis(),
                        "p99_ms", r.p99Millis()))
                .toList();
    }

    private static List<Map<String, Object>> counts(Outcome outcome) {
        return outcome.counts().stream()
                .map(c -> Map.<String, Object>of("route", c.route(), "callers", c.gatling(), "gateway", c.gateway()))
                .toList();
    }
}

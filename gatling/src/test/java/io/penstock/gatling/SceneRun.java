// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling;

import io.gatling.app.Gatling$;
import io.penstock.gatling.beside.Beside.Work;
import io.penstock.gatling.report.GatlingReport;
import io.penstock.gatling.report.Outcome;
import io.penstock.gatling.report.Requests;
import io.penstock.gatling.report.Section;
import io.penstock.gatling.watch.Ledger;
import io.penstock.gatling.watch.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Plays one simulation: Gatling, then what it and the gateway have counted. */
final class SceneRun {

    private static final String ENDED = "gateway_exchange_ended_total";

    private final Options options;
    private final Scene scene;
    private final GatlingLog log;

    SceneRun(Options options, Scene scene, GatlingLog log) {
        this.options = options;
        this.scene = scene;
        this.log = log;
    }

    Outcome run(Venue venue) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        var stage = venue.stage();
        stage.write(System.getProperties());
        var beside = scene.beside().start(stage);
        var folder = options.path("reports").resolve(scene.name());
        var before = log.position();
        int code = gatling(folder);
        var done = beside.finish();
        var report = GatlingReport.in(newest(folder));
        var outcome = outcome(venue, code, log.assertionsSince(before), report, done, begun);
        report.add(Section.of(outcome.counts(), outcome.tables(), outcome.findings()));
        return outcome;
    }

    /**
     * Gatling's own main method would end the JVM; this is what it calls. A second run in a JVM starts in a fraction of a
     * second, where the first takes some ten.
     */
    private int gatling(Path folder) {
        return Gatling$.MODULE$.fromArgs(new String[] {
            "--simulation", scene.simulation().getName(),
            "--results-folder", folder.toString(),
            "--run-description", scene.about() + (options.brief() ? " (short)" : "")
        });
    }

    private static Path newest(Path folder) throws IOException {
        try (var runs = Files.list(folder)) {
            return runs.filter(run -> Files.exists(run.resolve("index.html")))
                    .max((a, b) -> a.getFileName().compareTo(b.getFileName()))
                    .orElseThrow(() -> new IOException("Gatling left no report in " + folder));
        }
    }

    private Outcome outcome(
            Venue venue, int code, List<String> assertions, GatlingReport report, Work beside, long begun)
            throws IOException, InterruptedException {
        var requests = report.requests();
        Samples metrics = venue.gateway().settled();
        Ledger ledger = venue.gateway().ledger();
        var judgement = scene.judge().of(new Scene.Evidence(venue.stage(), requests, metrics, ledger));
        var tables = new ArrayList<>(judgement.table());
        tables.addAll(beside.table());
        var findings = new ArrayList<>(judgement.findings());
        findings.addAll(beside.findings());
        return new Outcome(
                scene.name(),
                code == 0,
                assertions,
                requests,
                counts(requests, metrics, beside),
                tables,
                findings,
                report.page(),
                (System.nanoTime() - begun) / 1_000_000_000);
    }

    /** One for each route that either side knows; requests without a route are to the gateway those of an empty one. */
    private List<Outcome.Count> counts(List<Requests> requests, Samples metrics, Work beside) {
        var routes = new TreeSet<>(metrics.values(ENDED, "route"));
        routes.addAll(beside.exchanges().keySet());
        requests.stream()
                .map(Requests::family)
                .filter(f -> !scene.others().contains(f))
                .forEach(routes::add);
        var counts = new ArrayList<Outcome.Count>();
        for (var route : routes) {
            long callers = beside.exchanges().getOrDefault(route, 0L)
                    + requests.stream()
                            .filter(r -> r.family().equals(route))
                            .mapToLong(Requests::total)
                            .sum();
            counts.add(new Outcome.Count(route, callers, metrics.sum(ENDED, "route", route)));
        }
        return counts;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling;

import io.gatling.app.Gatling$;
import io.penstock.gatling.beside.Beside.Work;
import io.penstock.gatling.report.GatlingReport;
import io.penstock.gatling.report.Outcome;
import io.penstock.gatling.report.Requests;
import io.penstock.gatling.report.Section;
import io.penstock.gatling.simulation.Stage;
import io.penstock.gatling.watch.GatewayProcess;
import io.penstock.gatling.watch.Ledger;
import io.penstock.gatling.watch.Samples;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Runs one simulation: a gateway of its own, Gatling, then what both have counted. */
final class SceneRun {

    private static final int PORTS = 3;
    private static final String ENDED = "gateway_exchange_ended_total";

    private final Options options;
    private final Scene scene;
    private final GatlingLog log;

    SceneRun(Options options, Scene scene, GatlingLog log) {
        this.options = options;
        this.scene = scene;
        this.log = log;
    }

    Outcome run() throws IOException, InterruptedException {
        long begun = System.nanoTime();
        var ports = freePorts();
        var work = Files.createDirectories(options.path("work").resolve(scene.name()));
        var stage = new Stage(
                ports.get(0), ports.get(1), Integer.parseInt(options.setting("control")), options.brief(), work);
        stage.write(System.getProperties());
        try (var gateway = gateway(ports, work)) {
            var beside = scene.beside().start(stage);
            var folder = options.path("reports").resolve(scene.name());
            var before = log.position();
            int code = gatling(folder);
            var done = beside.finish();
            var report = GatlingReport.in(newest(folder));
            var outcome = outcome(stage, code, log.assertionsSince(before), report, done, gateway, begun);
            report.add(Section.of(outcome.counts(), outcome.tables(), outcome.findings()));
            return outcome;
        }
    }

    /** Free at this moment. All are held until each is known, so that they differ. */
    private static List<Integer> freePorts() throws IOException {
        var sockets = new ArrayList<ServerSocket>();
        try {
            for (int i = 0; i < PORTS; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (var socket : sockets) {
                socket.close();
            }
        }
    }

    private GatewayProcess gateway(List<Integer> ports, Path work) throws IOException, InterruptedException {
        var command = new ArrayList<>(options.gateway());
        command.add(options.path("configs").resolve(scene.name() + ".yaml").toString());
        var environment = Map.of(
                "PORT", ports.get(0).toString(),
                "OTHER_PORT", ports.get(1).toString(),
                "ADMIN_PORT", ports.get(2).toString());
        return GatewayProcess.start(command, environment, ports.get(2), work.resolve("gateway.log"));
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
            Stage stage,
            int code,
            List<String> assertions,
            GatlingReport report,
            Work beside,
            GatewayProcess gateway,
            long begun)
            throws IOException, InterruptedException {
        var requests = report.requests();
        Samples metrics = gateway.settled();
        Ledger ledger = gateway.ledger();
        var judgement = scene.judge().of(new Scene.Evidence(stage, requests, metrics, ledger));
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

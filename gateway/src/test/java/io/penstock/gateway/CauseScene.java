// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.CauseCaller.Seen;
import io.penstock.gateway.CauseCaller.Way;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.filter.Filter;
import io.penstock.gateway.filter.Finding;
import io.penstock.gateway.filter.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A gateway before a hostile upstream ({@code /hostile}) and a good one ({@code /well}), with look-ups in a file ({@code /jobs}) and in a
 * Redis that is away ({@code /lost}); its log and metrics; and one caller after the other.
 */
final class CauseScene implements AutoCloseable {
    private static final Map<String, String> DEFAULTS = Map.of(
            "listener",
            "",
            "route",
            "",
            "cluster",
            "",
            "upstream",
            "",
            "filter",
            "",
            "endpoints",
            "endpoints: [\"${HOSTILE}\"]");

    private final Way way;
    private final HostileOrigin origin;
    private final HostileOrigin well = HostileOrigin.reformed();
    private final Path log;
    private final RunningGateway gateway;
    private final List<CauseCaller> callers = new ArrayList<>();
    private CauseCaller caller;
    private boolean occupied;

    /** A defect of a filter, when a request asks for it. */
    private static final class Breaking implements Filter {
        @Override
        public Verdict request(Exchange exchange) {
            if (exchange.request().has("x-break")) {
                throw new IllegalStateException("asked for");
            }
            return Verdict.GO_ON;
        }

        @Override
        public Finding explain(Exchange copy) {
            return Finding.goesOn("looks");
        }

        @Override
        public void response(Exchange exchange, Head response) {}
    }

    CauseScene(CauseRow row, Way way, Path folder) throws IOException {
        this.way = way;
        this.origin = row.origin().get();
        this.log = folder.resolve("access.log");
        Path targets = folder.resolve("targets.json");
        Files.writeString(
                targets,
                "{\"malformed\": \"nonsense\", \"far\": \"8.8.8.8:80\", \"nameless\": \"nothing.invalid:80\", \"revoked:taken\": \"1\", \"well\": \"%s\"}"
                        .formatted(well.address()));
        gateway = RunningGateway.with(yaml(row.keys()))
                .variable("HOSTILE", origin.address())
                .variable("WELL", well.address())
                .variable("LOG", log.toString())
                .variable("TARGETS", targets.toString())
                .variable("SHARED", TestTokens.SHARED)
                .filter(new Breaking())
                .start();
        caller = newCaller();
        if (way == Way.HTTP1_AGAIN) {
            warmUp(row.cause() == Cause.CONNECT_REFUSED ? "/well" : "/hostile");
        }
    }

    /** Afterwards the caller's connection is on an event loop, and one of the hostile upstream's, too, if that can be. */
    private void warmUp(String served) {
        String path = origin.welcomes() ? served : "/well";
        for (int i = 0; i < 2; i++) {
            assertThat(caller.ask(path, HostileOrigin.WELCOME, "1").whole()).isTrue();
            assertThat(gateway.ended().cause()).isNull();
        }
    }

    private String yaml(Map<String, String> keys) {
        String yaml = """
                listeners: [{name: main, address: 127.0.0.1, port: 0<listener>}]
                routes:
                  - {name: hostile, path-prefix: /hostile, cluster: hostile<route>}
                  - {name: jobs, path-prefix: /jobs, lookup: jobs}
                  - {name: lost, path-prefix: /lost, lookup: lost}
                  - {name: well, path-prefix: /well, cluster: well}
                clusters:
                  - {name: hostile, <endpoints>, upstream: {protocol: <protocol><upstream>}<cluster>}
                  - {name: well, endpoints: ["${WELL}"]}
                  - {name: nobody, endpoints: ["127.0.0.1:1"]}
                filters: [<filter>]
                lookups: [{name: jobs, store: file, key: "${jobid}"}, {name: lost, store: away, key: "${jobid}"}]
                stores: [{name: file, embedded: {file: "${TARGETS}"}}, {name: away, redis: {url: "redis://127.0.0.1:1"}}]
                drain: {timeout: 0s, notice: 0s}
                trusted: [127.0.0.0/8]
                admin: {port: 0}
                access-log: {output: "${LOG}"}
                """.replace("<protocol>", keys.getOrDefault("protocol", origin.protocol()));
        for (Map.Entry<String, String> place : DEFAULTS.entrySet()) {
            String given = keys.get(place.getKey());
            boolean whole = place.getKey().equals("endpoints") || place.getKey().equals("filter");
            yaml = yaml.replace(
                    "<" + place.getKey() + ">", given == null ? place.getValue() : whole ? given : ", " + given);
        }
        return yaml;
    }

    RunningGateway gateway() {
        return gateway;
    }

    HostileOrigin origin() {
        return origin;
    }

    /** The caller of this row; another one when its connection has ended. */
    CauseCaller caller() {
        if (!caller.reusable()) {
            caller = newCaller();
        }
        return caller;
    }

    private CauseCaller newCaller() {
        CauseCaller made = CauseCaller.of(way, gateway);
        callers.add(made);
        return made;
    }

    /** Sends a request of somebody else, whose answer the origin owes until it behaves. */
    void occupy() throws InterruptedException {
        newCaller().send("/hostile");
        origin.awaitRequest();
        occupied = true;
    }

    /** From now on the origin behaves, and whatever it owes has its answer. */
    void behave() {
        origin.behave();
        if (occupied) {
            assertThat(ended(null).status()).isEqualTo(200);
        }
    }

    /** Sends a whole request without a body, and waits for what comes of it. */
    Seen ask(String path, String... fields) {
        return caller().ask(path, fields);
    }

    /** Takes exchanges that have ended until one did for this cause. */
    Exchange ended(@Nullable Cause cause) {
        Exchange exchange = gateway.ended();
        while (exchange.cause() != cause) {
            exchange = gateway.ended();
        }
        return exchange;
    }

    /** What the metrics have counted for this cause. */
    long counted(Cause cause) throws IOException {
        URI metrics = URI.create("http://127.0.0.1:" + gateway.gateway().adminPort() + "/metrics");
        try (InputStream in = metrics.toURL().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith("gateway_exchange_ended_total{"))
                    .filter(line -> line.contains("cause=\"" + cause.slug() + '"'))
                    .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        }
    }

    /** The lines of the access log for this cause. */
    List<String> logged(Cause cause) {
        try {
            return Files.exists(log)
                    ? Files.readAllLines(log).stream()
                            .filter(line -> line.contains("\"cause\":\"" + cause.slug() + '"'))
                            .toList()
                    : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        origin.behave();
        callers.forEach(CauseCaller::close);
        gateway.close();
        origin.close();
        well.close();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling;

import io.penstock.gatling.Scene.Evidence;
import io.penstock.gatling.Scene.Judgement;
import io.penstock.gatling.report.Finding;
import io.penstock.gatling.simulation.KeepaliveSimulation;
import io.penstock.gatling.simulation.LargeBodiesSimulation;
import io.penstock.gatling.simulation.SplitSimulation;
import io.penstock.gatling.simulation.SseSimulation;
import io.penstock.gatling.simulation.WebsocketSimulation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What must be so after each simulation, by the gateway's metrics and its ledger. */
final class Judges {

    private static final Map<String, Integer> WEIGHTS = Map.of("a", 70, "b", 25, "c", 5);

    private Judges() {}

    static Judgement keepalive(Evidence seen) {
        long requests = KeepaliveSimulation.requests(seen.stage());
        long users = KeepaliveSimulation.users();
        long keptDown = accepted(seen, "kept");
        long closedDown = accepted(seen, "closed");
        long kept = seen.ledger().opened("kept");
        long closed = seen.ledger().opened("closed");
        // A caller may be back before the connection of its last request is: then that request and this one have one
        // each.
        long most = 2 * users;
        var table = List.of(
                "connections opened, by the gateway's own ledger:",
                "  %-16s %10s %16s %14s".formatted("keep-alive", "requests", "from callers", "to upstream"),
                "  %-16s %10d %16d %14d".formatted("on", requests, keptDown, kept),
                "  %-16s %10d %16d %14d".formatted("off", requests, closedDown, closed),
                "  %-16s %10s %16s %14s".formatted("ratio", "", ratio(closedDown, keptDown), ratio(closed, kept)));
        return new Judgement(
                table,
                List.of(
                        Finding.same("connections of callers, kept", keptDown, users),
                        Finding.same("connections of callers, closed", closedDown, requests),
                        Finding.within("connections to the upstream, kept", kept, 1, most),
                        Finding.same("connections to the upstream, closed", closed, requests),
                        Finding.same(
                                "upstream connections used again, kept",
                                seen.ledger().reused("kept"),
                                requests - kept),
                        Finding.same(
                                "upstream connections used again, closed",
                                seen.ledger().reused("closed"),
                                0)));
    }

    private static long accepted(Evidence seen, String listener) {
        return seen.metrics().sum("gateway_listener_accepted_total", "listener", listener);
    }

    private static String ratio(long more, long less) {
        return less == 0 ? "-" : "%.1f : 1".formatted((double) more / less);
    }

    static Judgement flood(Evidence seen) {
        long served = seen.ended("calls", "status", "2xx");
        long refused = seen.ended("calls", "status", "5xx");
        long overloaded = seen.ended("calls", "cause", "overloaded");
        long bulkhead = seen.metrics().sum("gateway_cluster_bulkhead_refused_total", "cluster", "origin");
        return new Judgement(
                List.of("the flood: %d served, %d refused at once by the bulkhead".formatted(served, refused)),
                List.of(
                        new Finding(refused > 0, "refusals, without which there was no flood: " + refused),
                        Finding.same("refusals with the cause overloaded", overloaded, refused),
                        Finding.same("refusals by the bulkhead", bulkhead, refused)));
    }

    static Judgement avalanche(Evidence seen) {
        long retries = seen.metrics().sum("gateway_cluster_retries_total", "cluster", "origin");
        long fallbacks = seen.metrics().sum("gateway_cluster_fallbacks_total", "cluster", "origin");
        long opened = seen.metrics().sum("gateway_cluster_breaker_opened_total", "cluster", "origin");
        return new Judgement(
                List.of("the avalanche: %d retries, breaker opened %d times, %d answers from the fallback"
                        .formatted(retries, opened, fallbacks)),
                List.of(
                        new Finding(retries > 0, "attempts that saved a request: " + retries),
                        new Finding(fallbacks > 0, "answers from the fallback while all failed: " + fallbacks)));
    }

    static Judgement split(Evidence seen) {
        long draws = SplitSimulation.draws(seen.stage());
        var table = new ArrayList<String>();
        var findings = new ArrayList<Finding>();
        table.add(
                "the split, %d ids; the bound is left by chance once in %,d runs:".formatted(draws, ChanceBound.RUNS));
        table.add("  %-10s %10s %10s %12s %8s".formatted("cluster", "weight", "expected", "at most off", "found"));
        for (var cluster : List.of("a", "b", "c")) {
            double share = WEIGHTS.getOrDefault(cluster, 0) / 100.0;
            long expected = Math.round(draws * share);
            long bound = ChanceBound.of(draws, share, WEIGHTS.size());
            long ended = seen.ended("split", "cluster", cluster);
            table.add("  %-10s %9.0f%% %10d %12d %8d".formatted(cluster, share * 100, expected, bound, ended / 2));
            findings.add(Finding.within("ids at " + cluster, ended / 2, expected - bound, expected + bound));
            findings.add(Finding.same("requests at " + cluster + " are two for each id", ended, ended / 2 * 2));
        }
        return new Judgement(table, findings);
    }

    static Judgement websocket(Evidence seen) {
        long sockets = WebsocketSimulation.sockets(seen.stage());
        return new Judgement(
                List.of("WebSockets: %d, with %d messages echoed"
                        .formatted(sockets, WebsocketSimulation.messages(seen.stage()))),
                List.of(
                        Finding.same("exchanges that were upgraded", seen.ended("sockets", "status", "1xx"), sockets),
                        Finding.same("handshakes refused", seen.ended("sockets", "status", "4xx"), sockets)));
    }

    static Judgement sse(Evidence seen) {
        long streams = SseSimulation.streams(seen.stage());
        return new Judgement(
                List.of("event streams: %d, with %d events".formatted(streams, SseSimulation.events(seen.stage()))),
                List.of(Finding.same("streams with status 200", seen.ended("events", "status", "2xx"), streams)));
    }

    static Judgement slowClients(Evidence seen) {
        long ordinary = seen.metrics().sum("gateway_exchange_ended_total", "route", "ordinary");
        long readers = seen.metrics().sum("gateway_exchange_ended_total", "route", "slow-reader");
        return new Judgement(
                List.of(),
                List.of(
                        Finding.same("ordinary callers served", seen.ended("ordinary", "status", "2xx"), ordinary),
                        Finding.same("slow readers served", seen.ended("slow-reader", "status", "2xx"), readers)));
    }

    static Judgement largeBodies(Evidence seen) {
        long bodies = LargeBodiesSimulation.bodies(seen.stage());
        long bytes = bodies * LargeBodiesSimulation.bytes(seen.stage());
        long down = seen.metrics().sum("gateway_exchange_response_bytes_total", "route", "down");
        long up = seen.metrics().sum("gateway_exchange_request_bytes_total", "route", "up");
        return new Judgement(
                List.of("large bodies: %d each way, %d MiB each way".formatted(bodies, bytes >> 20)),
                List.of(Finding.same("bytes down", down, bytes), Finding.same("bytes up", up, bytes)));
    }

    static Judgement http2(Evidence seen) {
        long calls = seen.metrics().sum("gateway_exchange_ended_total", "route", "shaped");
        long http1 = seen.metrics().sum("gateway_listener_protocol_total", "listener", "tls", "protocol", "http1");
        long http2 = seen.metrics().sum("gateway_listener_protocol_total", "listener", "tls", "protocol", "http2");
        var shaped = seen.requests().getFirst();
        return new Judgement(
                List.of(
                        "calls of gRPC's shape by Gatling, TLS:",
                        "  calls %d, failed %d, p50 %d ms, p99 %d ms, over %d connections"
                                .formatted(shaped.total(), shaped.ko(), shaped.p50Millis(), shaped.p99Millis(), http2)),
                List.of(
                        Finding.same("calls that ended with 200", seen.ended("shaped", "status", "2xx"), calls),
                        Finding.same(
                                "real calls that ended with grpc-status 0",
                                seen.ended("grpc", "grpc_status", "0"),
                                seen.metrics().sum("gateway_exchange_ended_total", "route", "grpc")),
                        new Finding(http2 > 0, "TLS connections that speak HTTP/2: " + http2),
                        Finding.same("TLS connections that speak HTTP/1.1", http1, 0)));
    }
}

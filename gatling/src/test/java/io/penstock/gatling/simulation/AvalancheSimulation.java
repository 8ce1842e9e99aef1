// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling.simulation;

import static io.gatling.javaapi.core.CoreDsl.asLongAsDuring;
import static io.gatling.javaapi.core.CoreDsl.atOnceUsers;
import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.during;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.pace;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.header;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.Assertion;
import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.PopulationBuilder;
import io.gatling.javaapi.core.Session;
import io.gatling.javaapi.core.Simulation;
import io.gatling.javaapi.http.HttpRequestActionBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Load on three backends, of which one goes slow, then only one is left, then all fail, then all recover.
 *
 * <p>Each part begins when the one before has ended, so that the clocks of load and steering need not agree. Requests to
 * where the backends are steered ({@code steer}) do not go through the gateway. After a change some calls are made whose
 * answers may be any ({@code calls: turn}). How long the gateway takes to see that all have failed, or are well again, is
 * not asked: callers go on until they see it, for half a minute at most.
 */
public final class AvalancheSimulation extends Simulation {

    private static final int CALLERS = 4;
    private static final Duration BETWEEN = Duration.ofMillis(100);
    private static final Duration TURN = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int IN_A_ROW = 10;
    private static final String NOBODY = "nobody";
    private static final String BACKEND = "backend";
    private static final String ROW = "row";
    private static final List<String> FINE = List.of("", "", "");

    private final Stage stage = Stage.read();
    private final List<PopulationBuilder> parts = new ArrayList<>();

    /** Makes the parts, one after the other. */
    public AvalancheSimulation() {
        steer("all fine", FINE);
        phase("all fine");
        steer("a slow", List.of("&delay=4000", "", ""));
        phase("a slow");
        steer("only c left", List.of("&down=true", "&down=true", ""));
        phase("only c left");
        steer("all fail", List.of("&fail=100", "&fail=100", "&fail=100"));
        until("all fail", false);
        steer("recovering", FINE);
        until("recovering", true);
        phase("recovered");
        setUp(chained()).protocols(Stage.plainHttp()).assertions(assertions());
    }

    private PopulationBuilder chained() {
        var chain = parts.getLast();
        for (int i = parts.size() - 2; i >= 0; i--) {
            chain = parts.get(i).andThen(chain);
        }
        return chain;
    }

    private static Assertion[] assertions() {
        return new Assertion[] {
            answered("all fine"),
            answered("a slow"),
            answered("only c left"),
            details("calls: all fail").failedRequests().count().is(0L),
            details("calls: turn").failedRequests().count().is(0L),
            details("calls: recovering").failedRequests().count().is(0L),
            details("calls: recovered").failedRequests().count().is(0L),
            details("steer").failedRequests().count().is(0L)
        };
    }

    private static Assertion answered(String phase) {
        return details("calls: " + phase).successfulRequests().percent().gte(99.9);
    }

    /** A change of the backends, and a while in which any answer will do. */
    private void steer(String name, List<String> behaviours) {
        var steps = exec(session -> session);
        for (int i = 0; i < behaviours.size(); i++) {
            steps = steps.exec(http("steer")
                    .get("http://127.0.0.1:" + stage.controlPort() + "/control?backend=" + (char) ('a' + i)
                            + behaviours.get(i))
                    .check(status().is(200)));
        }
        parts.add(scenario("steer: " + name).exec(steps).injectOpen(atOnceUsers(1)));
        parts.add(callers("turn: " + name, during(TURN).on(paced(anything("turn")))));
    }

    /** Calls of which each must be answered by a backend. */
    private void phase(String name) {
        var call = call(name).check(status().is(200), header("x-backend").exists());
        parts.add(callers(name, during(stage.seconds(1.5, 15)).on(paced(call))));
    }

    /** Calls until a backend answers, or until none does any more, some times in a row. */
    private void until(String name, boolean backend) {
        var look = paced(anything(name)
                        .check(header("x-backend").withDefault(NOBODY).saveAs(BACKEND)))
                .exec(session -> session.set(ROW, byBackend(session) == backend ? row(session) + 1 : 0));
        parts.add(callers(
                name,
                asLongAsDuring(session -> row(session) < IN_A_ROW, PATIENCE).on(look)));
    }

    private static boolean byBackend(Session session) {
        return !NOBODY.equals(session.getString(BACKEND));
    }

    private static int row(Session session) {
        return session.contains(ROW) ? session.getInt(ROW) : 0;
    }

    private static PopulationBuilder callers(String name, ChainBuilder calls) {
        return scenario(name).exec(calls).injectOpen(atOnceUsers(CALLERS));
    }

    private static ChainBuilder paced(HttpRequestActionBuilder call) {
        return pace(BETWEEN).exec(call);
    }

    private HttpRequestActionBuilder anything(String name) {
        return call(name).check(status().in(200, 502, 503, 504));
    }

    private HttpRequestActionBuilder call(String name) {
        return http("calls: " + name).get(stage.at("/"));
    }
}

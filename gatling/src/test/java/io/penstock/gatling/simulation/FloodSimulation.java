// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling.simulation;

import static io.gatling.javaapi.core.CoreDsl.atOnceUsers;
import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.pace;
import static io.gatling.javaapi.core.CoreDsl.repeat;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.PopulationBuilder;
import io.gatling.javaapi.core.Simulation;
import io.gatling.javaapi.http.HttpRequestActionBuilder;
import java.time.Duration;

/**
 * Load that is suddenly ten times as much, far more than the backend bears, and then as before.
 *
 * <p>While it lasts each request is answered, if only by a refusal; before and after it each is served. The usual load is of
 * so few callers that each has a place, however slow the machine; the flood does not wait for anybody.
 */
public final class FloodSimulation extends Simulation {

    private static final int USUAL = 20;
    private static final int CALLERS = 2;
    private static final Duration BETWEEN = Duration.ofMillis(1000 * CALLERS / USUAL);

    private final Stage stage = Stage.read();
    private final int seconds = stage.of(2, 20);

    /** Makes the three parts, each when all requests of the one before have been answered. */
    public FloodSimulation() {
        long usual = (long) USUAL * seconds;
        setUp(usual("before").andThen(flood().andThen(usual("after"))))
                .protocols(Stage.plainHttp())
                .assertions(
                        global().failedRequests().count().is(0L),
                        details("calls: before").successfulRequests().count().is(usual),
                        details("calls: flood").successfulRequests().count().is(usual * 10),
                        details("calls: after").successfulRequests().count().is(usual));
    }

    private PopulationBuilder usual(String name) {
        return scenario(name)
                .exec(repeat(USUAL * seconds / CALLERS).on(pace(BETWEEN).exec(call(name, 200))))
                .injectOpen(atOnceUsers(CALLERS));
    }

    private PopulationBuilder flood() {
        return scenario("flood")
                .exec(call("flood", 200, 503))
                .injectOpen(constantUsersPerSec(USUAL * 10.0).during(seconds));
    }

    private HttpRequestActionBuilder call(String name, Integer... statuses) {
        return http("calls: " + name).get(stage.at("/delay/50")).check(status().in(statuses));
    }
}

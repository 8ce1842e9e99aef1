// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling.simulation;

import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.Simulation;

/** Ordinary callers beside slow ones, which Gatling cannot be: those have sockets of their own in {@code SlowClients}. */
public final class SlowClientsSimulation extends Simulation {

    private static final double RATE = 40;

    private final Stage stage = Stage.read();

    /** Makes the load of the ordinary ones. */
    public SlowClientsSimulation() {
        setUp(scenario("ordinary")
                        .exec(http("ordinary").get(stage.at("/")).check(status().is(200)))
                        .injectOpen(constantUsersPerSec(RATE).during(stage.seconds(5, 60))))
                .protocols(Stage.plainHttp())
                .assertions(
                        global().failedRequests().count().is(0L),
                        details("ordinary").allRequests().count().is((long)
                                (RATE * stage.seconds(5, 60).toSeconds())));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling.simulation;

import static io.gatling.javaapi.core.CoreDsl.atOnceUsers;
import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.repeat;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.header;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.Simulation;
import java.util.UUID;

/** Requests to a route that is split by weight, each of them twice with the same {@code x-request-id}. */
public final class SplitSimulation extends Simulation {

    private static final int USERS = 10;

    private final Stage stage = Stage.read();

    /** Makes each request, and makes it again. */
    public SplitSimulation() {
        var first = http("split: first")
                .get(stage.at("/"))
                .header("x-request-id", "#{id}")
                .check(status().is(200), header("x-backend").saveAs("backend"));
        var again = http("split: again")
                .get(stage.at("/"))
                .header("x-request-id", "#{id}")
                .check(status().is(200), header("x-backend").isEL("#{backend}"));
        setUp(scenario("split")
                        .exec(repeat(each(stage))
                                .on(exec(session -> session.set(
                                                "id", UUID.randomUUID().toString()))
                                        .exec(first)
                                        .exec(again)))
                        .injectOpen(atOnceUsers(USERS)))
                .protocols(Stage.plainHttp())
                .assertions(
                        global().failedRequests().count().is(0L),
                        details("split: first").allRequests().count().is(draws(stage)),
                        details("split: again").successfulRequests().count().is(draws(stage)));
    }

    private static int each(Stage stage) {
        return stage.of(100, 2000);
    }

    /** Different request ids. */
    public static long draws(Stage stage) {
        return (long) USERS * each(stage);
    }
}

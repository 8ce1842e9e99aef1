// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling.simulation;

import static io.gatling.javaapi.core.CoreDsl.atOnceUsers;
import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.repeat;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.ScenarioBuilder;
import io.gatling.javaapi.core.Simulation;
import io.gatling.javaapi.http.HttpRequestActionBuilder;

/** The same load twice: with connections that are kept on both sides of the gateway, then with a new one for each request. */
public final class KeepaliveSimulation extends Simulation {

    private static final int USERS = 20;

    private final Stage stage = Stage.read();
    private final int each = each(stage);

    /** Makes both loads, one after the other. */
    public KeepaliveSimulation() {
        var kept = http("kept").get(stage.at("/kept"));
        var closed = http("closed").get(stage.atOther("/closed")).header("connection", "close");
        setUp(users("keep-alive on", kept)
                        .injectOpen(atOnceUsers(USERS))
                        .andThen(users("keep-alive off", closed).injectOpen(atOnceUsers(USERS))))
                .protocols(Stage.plainHttp())
                .assertions(
                        global().failedRequests().count().is(0L),
                        details("kept").allRequests().count().is(requests(stage)),
                        details("closed").allRequests().count().is(requests(stage)));
    }

    private ScenarioBuilder users(String name, HttpRequestActionBuilder request) {
        return scenario(name).exec(repeat(each).on(exec(request.check(status().is(200)))));
    }

    private static int each(Stage stage) {
        return stage.of(50, 1000);
    }

    /** Users at a time in each half. */
    public static int users() {
        return USERS;
    }

    /** Requests of each half. */
    public static long requests(Stage stage) {
        return (long) USERS * each(stage);
    }
}

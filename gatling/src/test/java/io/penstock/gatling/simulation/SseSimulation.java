// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling.simulation;

import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.jsonPath;
import static io.gatling.javaapi.core.CoreDsl.rampUsers;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.sse;

import io.gatling.javaapi.core.Simulation;
import io.gatling.javaapi.http.SseMessageCheck;
import java.util.stream.IntStream;

/** Event streams: each event comes, in order and while the stream is open, and the caller closes it after the last one. */
public final class SseSimulation extends Simulation {

    private static final int EVERY_MILLIS = 50;

    private final Stage stage = Stage.read();

    /** Opens the streams, reads each event, closes. */
    public SseSimulation() {
        var events = IntStream.rangeClosed(1, each(stage))
                .mapToObj(SseSimulation::event)
                .toArray(SseMessageCheck[]::new);
        setUp(scenario("events")
                        .exec(sse("events")
                                .get(stage.at("/events/" + each(stage) + "/" + EVERY_MILLIS))
                                .await(30)
                                .on(events))
                        .exec(sse("close").close())
                        .injectOpen(rampUsers(streams(stage)).during(stage.seconds(1, 5))))
                .protocols(Stage.plainHttp())
                .assertions(
                        global().failedRequests().count().is(0L),
                        details("events").successfulRequests().count().is((long) streams(stage)),
                        details("event").successfulRequests().count().is(events(stage)));
    }

    private static SseMessageCheck event(int n) {
        return sse.checkMessage("event")
                .matching(jsonPath("$.id").is(Integer.toString(n)))
                .check(jsonPath("$.data").is("event " + n));
    }

    private static int each(Stage stage) {
        return stage.of(20, 200);
    }

    /** Event streams in all. */
    public static int streams(Stage stage) {
        return stage.of(40, 200);
    }

    /** Events of all of them. */
    public static long events(Stage stage) {
        return (long) streams(stage) * each(stage);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling.simulation;

import static io.gatling.javaapi.core.CoreDsl.ByteArrayBody;
import static io.gatling.javaapi.core.CoreDsl.bodyBytes;
import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.pace;
import static io.gatling.javaapi.core.CoreDsl.rampUsers;
import static io.gatling.javaapi.core.CoreDsl.repeat;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.header;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.Simulation;
import java.time.Duration;
import java.util.Map;

/**
 * Calls of gRPC's shape over HTTP/2 and TLS: the fields, the length before the message, the echo of it.
 *
 * <p>Without trailers, and so not gRPC: to Gatling 3.15.1 an answer that ends with trailers never ends. It reports a timeout
 * for each such call, which by the gateway's access log and by curl had ended well within milliseconds. So they do not say
 * {@code te: trailers} either, which would have the backend send some. A user whose call failed makes no more of them.
 */
public final class Http2Simulation extends Simulation {

    private static final int RATE = 100;
    private static final int USERS = 10;
    private static final Duration BETWEEN = Duration.ofMillis(1000 * USERS / RATE);
    private static final int MESSAGE = 16;
    private static final int PREFIX = 5;

    private final Stage stage = Stage.read();

    /** Makes the calls at a constant rate over a connection for each user. */
    public Http2Simulation() {
        var message = new byte[PREFIX + MESSAGE];
        message[PREFIX - 1] = MESSAGE;
        var host = "localhost:" + stage.port();
        var call = http("shaped")
                .post("https://" + host + "/echo")
                .header("content-type", "application/grpc")
                .body(ByteArrayBody(message))
                .check(
                        status().is(200),
                        header("content-type").is("application/grpc"),
                        bodyBytes().is(message));
        setUp(scenario("calls")
                        .exec(repeat(each()).on(pace(BETWEEN).exec(call).exitHereIfFailed()))
                        .injectOpen(rampUsers(USERS).during(1)))
                .protocols(Stage.plainHttp().enableHttp2().http2PriorKnowledge(Map.of(host, true)))
                .assertions(
                        global().failedRequests().count().is(0L),
                        details("shaped").allRequests().count().is((long) USERS * each()));
    }

    private int each() {
        return RATE / USERS * seconds(stage);
    }

    /** How long the calls go on. */
    public static int seconds(Stage stage) {
        return stage.of(3, 30);
    }

    /** Calls each second. */
    public static int rate() {
        return RATE;
    }
}

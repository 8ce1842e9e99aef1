// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling.simulation;

import static io.gatling.javaapi.core.CoreDsl.bodyString;
import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.rampUsers;
import static io.gatling.javaapi.core.CoreDsl.repeat;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;
import static io.gatling.javaapi.http.HttpDsl.ws;

import io.gatling.javaapi.core.Simulation;

/** WebSockets that stay open, each message echoed before the next one; and one handshake that the upstream refuses. */
public final class WebsocketSimulation extends Simulation {

    private final Stage stage = Stage.read();

    /** Opens, talks and closes. */
    public WebsocketSimulation() {
        var url = "ws://127.0.0.1:" + stage.port();
        var echo = ws.checkTextMessage("echo").check(bodyString().isEL("message #{n} of #{user}"));
        var talk =
                exec(ws("message").sendText("message #{n} of #{user}").await(15).on(echo));
        var refused = http("sockets: refused")
                .get(stage.at("/refuse/403"))
                .header("connection", "Upgrade")
                .header("upgrade", "websocket")
                .header("sec-websocket-version", "13")
                .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
                .check(status().is(403));
        setUp(scenario("sockets")
                        .exec(session -> session.set("user", Long.toString(session.userId())))
                        .exec(ws("sockets: open").connect(url + "/ws"))
                        .exec(repeat(each(stage), "n").on(talk.pause(stage.seconds(0.02, 0.2))))
                        .exec(ws("close").close())
                        .exec(refused)
                        .injectOpen(rampUsers(sockets(stage)).during(stage.seconds(1, 5))))
                .protocols(Stage.plainHttp())
                .assertions(
                        global().failedRequests().count().is(0L),
                        details("sockets: open").successfulRequests().count().is((long) sockets(stage)),
                        details("echo").successfulRequests().count().is(messages(stage)));
    }

    private static int each(Stage stage) {
        return stage.of(20, 300);
    }

    /** WebSockets in all. */
    public static int sockets(Stage stage) {
        return stage.of(50, 200);
    }

    /** Messages of all of them. */
    public static long messages(Stage stage) {
        return (long) sockets(stage) * each(stage);
    }
}

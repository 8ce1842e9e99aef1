// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling;

import io.penstock.gatling.beside.Beside;
import io.penstock.gatling.beside.GrpcLoad;
import io.penstock.gatling.beside.SlowClients;
import io.penstock.gatling.simulation.AvalancheSimulation;
import io.penstock.gatling.simulation.FloodSimulation;
import io.penstock.gatling.simulation.Http2Simulation;
import io.penstock.gatling.simulation.KeepaliveSimulation;
import io.penstock.gatling.simulation.LargeBodiesSimulation;
import io.penstock.gatling.simulation.SlowClientsSimulation;
import io.penstock.gatling.simulation.SplitSimulation;
import io.penstock.gatling.simulation.SseSimulation;
import io.penstock.gatling.simulation.WebsocketSimulation;
import java.util.List;
import java.util.Set;

/** All simulations, in the order in which they run. */
final class Scenes {

    private Scenes() {}

    static List<Scene> all(List<String> harness) {
        return List.of(
                new Scene(
                        "keepalive",
                        "the same load with and without keep-alive",
                        KeepaliveSimulation.class,
                        Set.of(),
                        Beside.nothing(),
                        Judges::keepalive),
                new Scene(
                        "flood",
                        "suddenly ten times the load",
                        FloodSimulation.class,
                        Set.of(),
                        Beside.nothing(),
                        Judges::flood),
                new Scene(
                        "avalanche",
                        "backends go slow, away and bad, and recover",
                        AvalancheSimulation.class,
                        Set.of("steer"),
                        Beside.nothing(),
                        Judges::avalanche),
                new Scene(
                        "split",
                        "weights are met within the bounds of chance",
                        SplitSimulation.class,
                        Set.of(),
                        Beside.nothing(),
                        Judges::split),
                new Scene(
                        "websocket",
                        "open WebSockets that echo",
                        WebsocketSimulation.class,
                        Set.of("message", "echo", "close"),
                        Beside.nothing(),
                        Judges::websocket),
                new Scene(
                        "sse",
                        "event streams",
                        SseSimulation.class,
                        Set.of("event", "close"),
                        Beside.nothing(),
                        Judges::sse),
                new Scene(
                        "slow-clients",
                        "ordinary callers beside slow ones",
                        SlowClientsSimulation.class,
                        Set.of(),
                        SlowClients.all(),
                        Judges::slowClients),
                new Scene(
                        "large-bodies",
                        "megabytes down and up",
                        LargeBodiesSimulation.class,
                        Set.of(),
                        Beside.nothing(),
                        Judges::largeBodies),
                new Scene(
                        "http2",
                        "calls of gRPC's shape over TLS, real gRPC beside",
                        Http2Simulation.class,
                        Set.of(),
                        GrpcLoad.by(harness),
                        Judges::http2));
    }
}

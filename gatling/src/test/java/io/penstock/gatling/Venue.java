// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling;

import io.penstock.gatling.simulation.Stage;
import io.penstock.gatling.watch.GatewayProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Where one simulation plays: a gateway of its own that is ready, its ports and a folder. */
record Venue(Stage stage, GatewayProcess gateway) implements AutoCloseable {

    private static final int PORTS = 3;

    /** Starts the gateway and waits until it is ready. */
    static Venue open(Options options, Scene scene) throws IOException, InterruptedException {
        var ports = freePorts();
        var work = Files.createDirectories(options.path("work").resolve(scene.name()));
        var stage = new Stage(
                ports.get(0), ports.get(1), Integer.parseInt(options.setting("control")), options.brief(), work);
        return new Venue(stage, gateway(options, scene, ports, work));
    }

    /** Free at this moment. All are held until each is known, so that they differ. */
    private static List<Integer> freePorts() throws IOException {
        var sockets = new ArrayList<ServerSocket>();
        try {
            for (int i = 0; i < PORTS; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (var socket : sockets) {
                socket.close();
            }
        }
    }

    private static GatewayProcess gateway(Options options, Scene scene, List<Integer> ports, Path work)
            throws IOException, InterruptedException {
        var command = new ArrayList<>(options.gateway());
        command.add(options.path("configs").resolve(scene.name() + ".yaml").toString());
        var environment = Map.of(
                "PORT", ports.get(0).toString(),
                "OTHER_PORT", ports.get(1).toString(),
                "ADMIN_PORT", ports.get(2).toString());
        return GatewayProcess.start(command, environment, ports.get(2), work.resolve("gateway.log"));
    }

    @Override
    public void close() {
        gateway.close();
    }
}

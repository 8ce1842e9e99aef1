// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import io.penstock.gateway.config.ConfigReader;
import io.penstock.gateway.listener.Listener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;

/** A gateway in this process with one listener, for tests of what reaches that listener. */
record LocalGateway(Gateway gateway) implements AutoCloseable {

    /** A route to one cluster of one endpoint; what the listener and its streams are to be like is added in place of the dots. */
    static String toOrigin(int port, String listener) {
        return """
                listeners: [{name: public, address: 127.0.0.1, port: 0%s}]
                routes: [{name: all, cluster: origin}]
                clusters: [{name: origin, endpoints: ["127.0.0.1:%d"]}]
                drain: {timeout: 2s, notice: 0s}
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(listener.isEmpty() ? "" : ", " + listener, port);
    }

    static LocalGateway start(String yaml) throws IOException {
        return start(yaml, Map.of());
    }

    /** With these variables in place of the environment's. */
    static LocalGateway start(String yaml, Map<String, String> environment) throws IOException {
        Gateway gateway = new Gateway(ConfigReader.read(yaml, environment));
        gateway.start();
        return new LocalGateway(gateway);
    }

    Listener listener() {
        return gateway.listeners().getFirst();
    }

    int port() {
        return listener().port();
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port());
    }

    @Override
    public void close() {
        gateway.close();
    }
}

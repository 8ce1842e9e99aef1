// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackendsTest {

    @Test
    void listensOnEveryPortUntilClosed() throws Exception {
        var backends = Backends.start(Backends.Ports.any());
        try (backends) {
            for (var listening : backends.listening()) {
                try (var socket = new Socket(InetAddress.getLoopbackAddress(), listening.port())) {
                    assertThat(socket.isConnected()).isTrue();
                }
            }
        }
        backends.close();

        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), backends.grpcA()).close())
                .isInstanceOf(ConnectException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--grpc-a", "--grpc-b", "--http", "--hostile", "--silent"})
    void namesTheOptionOfAPortThatIsTaken(String option) throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            var ports = new Backends.Ports(
                    option.equals("--grpc-a") ? port : 0,
                    option.equals("--grpc-b") ? port : 0,
                    option.equals("--http") ? port : 0,
                    option.equals("--hostile") ? port : 0,
                    option.equals("--silent") ? port : 0,
                    100);

            assertThatThrownBy(() -> Backends.start(ports).close())
                    .isInstanceOf(Backends.PortTakenException.class)
                    .hasMessage("port " + port + " cannot be had; choose another one with " + option);
        }
    }
}

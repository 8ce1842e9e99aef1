// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The queue of finished handshakes, as the kernel has it. */
class ListenerBacklogTest {
    private static final int WANTED = 77;

    @RegisterExtension
    final RunningGateway gateway = RunningGateway.with("""
            listeners: [{name: few, address: 127.0.0.1, port: 0, backlog: %d}, {name: many, address: 127.0.0.1, port: 0}]
            routes: [{name: all, cluster: origin}]
            clusters: [{name: origin, endpoints: ["${ORIGIN}"]}]
            admin: {port: 0}
            access-log: {output: none}
            """.formatted(WANTED));

    @Test
    void theKernelHoldsAsManyHandshakesAsTheListenerAsksFor() throws Exception {
        int kernels = kernels();

        assertThat(held(0)).isEqualTo(Math.min(WANTED, kernels));
        assertThat(held(1)).isEqualTo(Math.min(1024, kernels));
    }

    /** Of a listening socket the column Send-Q is its backlog. */
    private int held(int listener) throws IOException, InterruptedException {
        Process ss = new ProcessBuilder(
                        "ss",
                        "-ltnH",
                        "sport = :"
                                + gateway.gateway().listeners().get(listener).port())
                .start();
        String line = new String(ss.getInputStream().readAllBytes(), UTF_8);
        assertThat(ss.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return Integer.parseInt(line.strip().split("\\s+", -1)[2]);
    }

    private static int kernels() throws InterruptedException {
        try {
            assertThat(new ProcessBuilder("ss", "-V").start().waitFor()).isZero();
            // not readString, which asks for one byte first: the kernel answers a setting at once or not at all
            return Integer.parseInt(
                    Files.readAllLines(Path.of("/proc/sys/net/core/somaxconn")).getFirst());
        } catch (IOException e) {
            return Assumptions.abort("ss of iproute2, or /proc/sys, is not here: the kernel's view is skipped");
        }
    }
}

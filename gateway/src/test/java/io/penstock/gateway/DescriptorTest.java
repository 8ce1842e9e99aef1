// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.penstock.harness.backend.Backends;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A process with few file descriptors, and one that has none left. */
@Tag("process")
@EnabledOnOs(value = OS.LINUX, disabledReason = "limits are set the way Linux does")
class DescriptorTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int DESCRIPTORS = 300;

    @TempDir
    static Path folder;

    private static Backends backends;

    @BeforeAll
    static void start() throws IOException {
        backends = Backends.start(Backends.Ports.any());
    }

    @AfterAll
    static void stop() {
        backends.close();
    }

    private static GatewayProcess gateway() throws IOException {
        return GatewayProcess.startWithDescriptors(folder, LocalGateway.toOrigin(backends.http(), ""), DESCRIPTORS);
    }

    @Test
    void refusesNewcomersWhileNoneAreFreeAndServesThemAgainLater() throws Exception {
        List<HostilePeer> served = new ArrayList<>();
        try (GatewayProcess gateway = gateway()) {
            HostilePeer newcomer = HostilePeer.connect(gateway.address());
            while (newcomer.served()) {
                served.add(newcomer);
                newcomer = HostilePeer.connect(gateway.address());
            }
            newcomer.close();

            assertThat(served).hasSizeBetween(50, DESCRIPTORS);
            gateway.awaitOutput("refused " + newcomer.name() + ": " + served.size() + " connections are open");
            assertThat(gateway.admin("/metrics").body()).containsPattern("gateway_listener_refused_total\\{.*} 1");
            assertThat(served).allMatch(HostilePeer::served);

            served.removeFirst().close();
            Await.until("a newcomer is served", SOON, () -> isServedAnew(gateway));
        } finally {
            for (HostilePeer peer : served) {
                peer.close();
            }
        }
    }

    private static boolean isServedAnew(GatewayProcess gateway) {
        try (HostilePeer peer = HostilePeer.connect(gateway.address())) {
            return peer.served();
        } catch (IOException e) {
            return false; // the address is not bound, for now
        }
    }

    /** The budget above keeps this from happening; when it does, by a limit that shrinks here, it must not last. */
    @Test
    void bindsItsAddressAgainAfterAcceptHasFailed() throws Exception {
        assumeThat(Files.isExecutable(Path.of("/usr/bin/prlimit")))
                .as("prlimit of util-linux")
                .isTrue();
        try (GatewayProcess gateway = gateway();
                HostilePeer before = HostilePeer.connect(gateway.address())) {
            assertThat(before.served()).isTrue();
            limit(gateway, 20);
            List<HostilePeer> tooMany = new ArrayList<>();
            try {
                // several: a descriptor below the limit may have become free, and one connection would only take that
                while (tooMany.size() < 10 && connects(gateway, tooMany)) {}
                gateway.awaitOutput("this server socket is terminating now");
                assertThat(before.status("/"))
                        .as("who is connected notices nothing")
                        .isEqualTo("200");
                assertThat(tooMany.getLast().served()).isFalse();
            } finally {
                for (HostilePeer peer : tooMany) {
                    peer.close();
                }
            }

            limit(gateway, DESCRIPTORS);

            gateway.awaitOutput("the accept loop has ended, binding again");
            Await.until("a newcomer is served", SOON, () -> isServedAnew(gateway));
            assertThat(before.status("/")).isEqualTo("200");
            assertThat(gateway.admin("/metrics").body()).containsPattern("gateway_listener_restarts_total\\{.*} 1");
            gateway.terminate();
            assertThat(gateway.awaitExit()).isZero();
        }
    }

    /** False when the address is not bound any more. */
    private static boolean connects(GatewayProcess gateway, List<HostilePeer> to) {
        try {
            to.add(HostilePeer.silent(gateway.address()));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void limit(GatewayProcess gateway, int descriptors) throws Exception {
        Process process = new ProcessBuilder(
                        "/usr/bin/prlimit",
                        "--pid",
                        Long.toString(gateway.pid()),
                        "--nofile=" + descriptors + ":" + DESCRIPTORS)
                .inheritIO()
                .start();
        assertThat(process.waitFor()).isZero();
    }
}

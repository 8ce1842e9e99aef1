// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.penstock.harness.backend.Backends;
import java.io.IOException;
import java.net.InetSocketAddress;
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
    /** Leaves the upstreams about a dozen. */
    private static final int FEW = 200;

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
            gateway.awaitOutput("refused " + newcomer.name() + ": " + served.size()
                    + " connections are open, its share of the descriptors");
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

    /** Upstreams that answer nothing: each call to another one keeps one more connection open. */
    @Test
    void refusesTheCallThatWouldNeedAConnectionAboveTheBudget() throws Exception {
        int endpoints = 24;
        List<Origin> origins = new ArrayList<>();
        for (int i = 0; i < endpoints; i++) {
            origins.add(new Origin());
        }
        StringBuilder seed = new StringBuilder();
        for (int i = 0; i < endpoints; i++) {
            seed.append(i == 0 ? "" : ", ")
                    .append("j-%d: \"%s\"".formatted(i, origins.get(i).address()));
        }
        try (GatewayProcess gateway = GatewayProcess.startWithDescriptors(folder, """
                        listeners: [{name: public, address: 127.0.0.1, port: 0}]
                        routes: [{name: all, lookup: job}]
                        lookups: [{name: job, store: jobs, key: "${jobid}"}]
                        stores: [{name: jobs, embedded: {seed: {%s}}}]
                        trusted: [127.0.0.0/8]
                        admin: {port: 0}
                        access-log: {output: none}
                        """.formatted(seed), FEW);
                FramePeer client = FramePeer.connect(gateway.address())) {
            int held = 0;
            int refused = 0;
            while (refused == 0) {
                assertThat(held).as("calls that were forwarded").isLessThan(endpoints);
                int call = client.grpc("jobid", "j-" + held);
                if (reaches(origins.get(held), client, call)) {
                    held++;
                } else {
                    refused = call;
                }
            }

            WireFrame answer = client.awaitHead(refused);
            assertThat(answer.value("grpc-status")).isEqualTo("14");
            assertThat(answer.value("x-penstock-cause")).isEqualTo("overloaded");
            assertThat(held).isPositive();
            assertThat(gateway.admin("/metrics").body())
                    .containsPattern("gateway_exchange\\S*\\{[^}]*cause=\"overloaded\"[^}]*} 1");

            // whoever ends makes room: the one that was refused is served when its caller tries again
            Origin without = origins.get(held);
            String key = "j-" + held;
            origins.getFirst().connection().abort();
            Await.until("a call has room", SOON, () -> reaches(without, client, client.grpc("jobid", key)));
        } finally {
            origins.forEach(Origin::close);
        }
    }

    /** Waits until the call has a connection to this upstream or an answer; whether it is the former. */
    private static boolean reaches(Origin origin, FramePeer client, int call) {
        Await.until(
                "a connection or an answer",
                SOON,
                () -> origin.connections() > 0 || !client.pending(call).isEmpty());
        return origin.connections() > 0;
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
                while (tooMany.size() < 10 && connects(gateway.address(), tooMany)) {}
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

    @Test
    void bindsItsAdminAddressAgainAfterAcceptHasFailed() throws Exception {
        assumeThat(Files.isExecutable(Path.of("/usr/bin/prlimit")))
                .as("prlimit of util-linux")
                .isTrue();
        try (GatewayProcess gateway = gateway()) {
            limit(gateway, 20);
            List<HostilePeer> tooMany = new ArrayList<>();
            try {
                while (tooMany.size() < 10 && connects(gateway.adminAddress(), tooMany)) {}
                gateway.awaitOutput("this server socket is terminating now");
            } finally {
                for (HostilePeer peer : tooMany) {
                    peer.close();
                }
            }

            limit(gateway, DESCRIPTORS);

            gateway.awaitOutput("admin: nothing listens on port");
            Await.until("the admin listener answers", SOON, () -> isHealthy(gateway));
            assertThat(gateway.admin("/metrics").body())
                    .as(gateway.output())
                    .contains("gateway_listener_restarts_total");
        }
    }

    private static boolean isHealthy(GatewayProcess gateway) {
        try {
            return gateway.admin("/healthz").statusCode() == 200;
        } catch (IOException e) {
            return false; // not bound, for now
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** False when the address is not bound any more. */
    private static boolean connects(InetSocketAddress address, List<HostilePeer> to) {
        try {
            to.add(HostilePeer.silent(address));
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

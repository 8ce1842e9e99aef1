// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.harness.backend.Backends;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SoakRunTest {

    private static Backends backends;

    @BeforeAll
    static void start() throws Exception {
        backends = Backends.start(Backends.Ports.any());
    }

    @AfterAll
    static void stop() {
        backends.close();
    }

    private static SoakPlan plan(int port, int cancelPercent) {
        return new SoakPlan(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                50,
                2,
                1 << 10,
                512 << 10,
                8 << 20,
                cancelPercent,
                Duration.ofSeconds(2),
                Duration.ofSeconds(10),
                42,
                List.of());
    }

    @Test
    void holdsManyStreamsOpenAndFindsEveryEchoWhole() throws Exception {
        var report = new SoakRun(plan(backends.grpcA(), 10)).run();

        assertThat(report.firstProblem()).isEmpty();
        assertThat(report.succeeded()).isTrue();
        assertThat(report.peak()).isEqualTo(50);
        assertThat(report.messages()).isPositive();
        assertThat(report.cancelled()).isPositive();
        assertThat(report.finished()).isPositive();
    }

    @Test
    void noticesAnswersThatAreNotTheEcho() throws Exception {
        var report = new SoakRun(plan(backends.hostile(), 0)).run();

        assertThat(report.succeeded()).isFalse();
        assertThat(report.corrupt()).isPositive();
        assertThat(report.firstProblem()).startsWith("corrupt: sent Print");
    }

    @Test
    void noticesStreamsThatStall() throws Exception {
        var plan = new SoakPlan(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), backends.silent()),
                2,
                1,
                1024,
                2048,
                1 << 20,
                0,
                Duration.ofSeconds(3), // to connect in, on a busy machine
                Duration.ofMillis(300),
                1,
                List.of());

        var report = new SoakRun(plan).run();

        assertThat(report.succeeded()).isFalse();
        assertThat(report.stalls()).isPositive();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.harness.http.HttpOutcome;
import io.penstock.harness.http.HttpTarget;
import java.io.ByteArrayInputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;

class AvalancheRunTest {

    private static final Phase FINE = phase("fine", Behaviour.FINE);
    private static final Phase FAIL = phase("fail", Behaviour.failing());

    private static Phase phase(String name, Behaviour behaviour) {
        return new Phase(name, Duration.ofMillis(600), List.of(behaviour));
    }

    private static HttpTarget target(int port) {
        return new HttpTarget(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), "/");
    }

    private static AvalanchePlan plan(int port, List<Phase> phases) {
        return new AvalanchePlan(
                target(port),
                100,
                8,
                List.of(port),
                phases,
                Duration.ofMillis(100),
                Duration.ofSeconds(2),
                Duration.ofMillis(100));
    }

    /** A free port below those that the kernel hands out by itself: nobody takes it between this and the backend's start. */
    private static int freePort() throws Exception {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 28_000);
            try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException e) {
                // taken: another one
            }
        }
    }

    @Test
    void seesWhatCallersSawInEachPhaseWithoutAGatewayInBetween() throws Exception {
        AvalancheReport report;
        try (var run = AvalancheRun.start(plan(freePort(), List.of(FINE, FAIL, FINE)))) {
            report = run.run();
        }

        assertThat(report.backends()).containsExactly("a");
        assertThat(report.slices()).hasSize(18);
        assertThat(report.phases()).extracting(Slice::phase).containsExactly("fine", "fail", "fine");
        // the plan says how many begin in each phase; on a busy machine they arrive in a later one, and see that one's
        // behaviour
        assertThat(report.phases()).allSatisfy(p -> assertThat(p.requests()).isBetween(59L, 61L));
        assertThat(report.phases().stream().mapToLong(Slice::arrived).sum())
                .isPositive()
                .isLessThanOrEqualTo(
                        report.phases().stream().mapToLong(Slice::requests).sum());
        assertThat(report.phases().get(1).failed()).isPositive();
        assertThat(report.phases().getFirst().availability())
                .isGreaterThan(report.phases().get(1).availability());
    }

    @Test
    void drawsTheTimelineAsWellFormedXml() throws Exception {
        AvalancheReport report;
        try (var run = AvalancheRun.start(plan(freePort(), List.of(FINE, phase("<slow> & so", Behaviour.FINE))))) {
            report = run.run();
        }

        var svg = TimelineChart.of(report);

        var document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
        assertThat(document.getDocumentElement().getTagName()).isEqualTo("svg");
        assertThat(document.getElementsByTagName("polyline").getLength()).isEqualTo(3);
        assertThat(svg).contains("&lt;slow> &amp; so", "latency, ms");
    }

    private static HttpOutcome outcome(long atNanos, int status, String backend) {
        return new HttpOutcome(atNanos, atNanos + 2_000_000, status, 0, backend, status == 0 ? "timeout" : "", "");
    }

    @Test
    void tellsBackendsFromFallbackAndFailure() {
        var times = new Timeline(List.of(FINE, FAIL), Duration.ofMillis(200), 2, 0);
        times.ended(outcome(-1, 200, "a"));
        times.ended(outcome(0, 200, "a"));
        times.ended(outcome(1, 200, ""));
        times.ended(outcome(2, 503, "b"));
        times.ended(outcome(600_000_000, 0, ""));
        times.ended(outcome(1_200_000_000, 200, "a"));
        times.arrived(1, 599_999_999);

        var sums = times.phaseSums();

        assertThat(sums.get(0)).isEqualTo(new Slice("fine", 0, 3, 1, 1, 1, 2.007, 2.007, List.of(0L, 1L)));
        assertThat(sums.get(1).failed()).isEqualTo(1);
        assertThat(sums.get(1).millis()).isEqualTo(600);
        assertThat(times.slices())
                .extracting(Slice::phase)
                .containsExactly("fine", "fine", "fine", "fail", "fail", "fail");
    }

    private static Slice slice(String phase, long millis, long requests, long ok, long arrived) {
        return new Slice(phase, millis, requests, ok, requests - ok, 0, 1, 1, List.of(arrived));
    }

    @Test
    void judgesAvailabilityWhileABackendServedExtraLoadAndRecovery() {
        var phases = List.of(FINE, FAIL, FINE);
        var sums = List.of(
                slice("fine", 0, 100, 99, 110), slice("fail", 600, 100, 0, 20), slice("fine", 1200, 100, 60, 60));
        var slices =
                List.of(slice("fine", 1200, 50, 10, 0), slice("fine", 1400, 50, 50, 75), slice("fine", 1600, 1, 1, 0));

        var report = new AvalancheReport(plan(1, phases), List.of("a"), sums, slices);
        var never = new AvalancheReport(plan(1, phases), List.of("a"), sums, slices.subList(0, 1));

        assertThat(report.availability()).isEqualTo(0.99);
        assertThat(report.extraLoad()).isBetween(0.0999, 0.1001);
        assertThat(report.peakExtraLoad()).isEqualTo(0.5);
        assertThat(report.recoveryMillis()).isEqualTo(200);
        assertThat(never.recoveryMillis()).isEqualTo(-1);
    }
}

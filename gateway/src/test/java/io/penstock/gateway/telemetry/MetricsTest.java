// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.gateway.exchange.Cause;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private final Metrics metrics = new Metrics();

    @Test
    void countsEndedExchangesByRouteClusterCauseAndStatuses() throws Exception {
        Exchanges.of(metrics)
                .route("jobs")
                .cluster("by-jobid")
                .status(200)
                .grpcStatus(0)
                .end();
        Exchanges.of(metrics)
                .route("jobs")
                .cluster("by-jobid")
                .status(200)
                .grpcStatus(0)
                .end();
        Exchanges.of(metrics)
                .route("jobs")
                .cluster("by-jobid")
                .cause(Cause.KEY_UNKNOWN)
                .status(404)
                .end();

        assertThat(text(metrics))
                .contains(
                        "gateway_exchange_ended_total{cause=\"none\",cluster=\"by-jobid\",grpc_status=\"0\",route=\"jobs\",status=\"2xx\"} 2.0\n")
                .contains(
                        "gateway_exchange_ended_total{cause=\"key-unknown\",cluster=\"by-jobid\",grpc_status=\"none\",route=\"jobs\",status=\"4xx\"} 1.0\n");
    }

    @Test
    void sumsTheBytesOfBothDirections() throws Exception {
        Exchanges.of(metrics).route("r").cluster("c").bytes(10, 300).end();
        Exchanges.of(metrics).route("r").cluster("c").bytes(5, 0).end();

        assertThat(text(metrics))
                .contains("gateway_exchange_request_bytes_total{cluster=\"c\",route=\"r\"} 15.0\n")
                .contains("gateway_exchange_response_bytes_total{cluster=\"c\",route=\"r\"} 300.0\n");
    }

    @Test
    void showsLatenciesAsAHistogramWithCumulativeBuckets() throws Exception {
        Exchanges.of(metrics).route("r").cluster("c").attempt(true).end();
        Exchanges.of(metrics).route("r").cluster("c").end();

        assertThat(text(metrics))
                .contains("# TYPE gateway_exchange_duration_seconds histogram\n")
                .contains("gateway_exchange_duration_seconds_bucket{cluster=\"c\",route=\"r\",le=\"60.0\"} 2\n")
                .contains("gateway_exchange_duration_seconds_bucket{cluster=\"c\",route=\"r\",le=\"+Inf\"} 2\n")
                .contains("gateway_exchange_duration_seconds_count{cluster=\"c\",route=\"r\"} 2\n")
                .contains("gateway_exchange_duration_seconds_sum{cluster=\"c\",route=\"r\"} ")
                .contains("gateway_exchange_upstream_seconds_count{cluster=\"c\",route=\"r\"} 1\n");
    }

    @Test
    void putsPairsBeyondTheBudgetIntoTheOverflow() throws Exception {
        var small = new Metrics(2, 100);

        for (int i = 0; i < 5; i++) {
            Exchanges.of(small)
                    .route("r" + i)
                    .cluster("c")
                    .status(200)
                    .bytes(1, 0)
                    .end();
        }

        assertThat(text(small))
                .contains("gateway_exchange_request_bytes_total{cluster=\"overflow\",route=\"overflow\"} 3.0\n")
                .contains(
                        "gateway_exchange_ended_total{cause=\"overflow\",cluster=\"overflow\",grpc_status=\"overflow\",route=\"overflow\",status=\"overflow\"} 3.0\n")
                .contains("route=\"r1\"")
                .doesNotContain("route=\"r2\"");
    }

    @Test
    void putsCombinationsBeyondTheBudgetIntoTheOverflow() throws Exception {
        var small = new Metrics(10, 3);

        for (Cause cause : Cause.values()) {
            Exchanges.of(small).route("r").cluster("c").cause(cause).end();
        }

        assertThat(text(small))
                .contains(
                        "gateway_exchange_ended_total{cause=\"overflow\",cluster=\"overflow\",grpc_status=\"overflow\",route=\"overflow\",status=\"overflow\"} "
                                + (Cause.values().length - 3) + ".0\n")
                .contains("gateway_exchange_duration_seconds_count{cluster=\"c\",route=\"r\"} " + Cause.values().length
                        + "\n");
    }

    @Test
    void showsWhatOtherRoomsRegisterBeforeAndAfterTheFirstReading() throws Exception {
        var open = new AtomicLong(3);
        metrics.gauge("gateway_upstream_connections", "Open.", open::get, "cluster", "a");
        String before = text(metrics);
        open.set(4);
        metrics.counter("gateway_upstream_closed_total", "Closed.", rows -> {
            rows.row(1, "why", "idle");
            rows.row(2, "why", "goaway");
        });

        assertThat(before).contains("gateway_upstream_connections{cluster=\"a\"} 3.0\n");
        assertThat(text(metrics))
                .contains("# TYPE gateway_upstream_closed_total counter\n")
                .contains("gateway_upstream_connections{cluster=\"a\"} 4.0\n")
                .contains("gateway_upstream_closed_total{why=\"goaway\"} 2.0\n")
                .contains("gateway_upstream_closed_total{why=\"idle\"} 1.0\n");
    }

    @Test
    void refusesNamesThatBreakTheStyleAndNamesThatAreTaken() {
        metrics.gauge("gateway_room_things", "Things.", () -> 1);

        assertThatThrownBy(() -> metrics.counter("gateway_room_opened", "No suffix.", () -> 1))
                .hasMessage("metric name gateway_room_opened lacks _total");
        assertThatThrownBy(() -> metrics.gauge("requests", "No prefix.", () -> 1))
                .hasMessageContaining("gateway_<room>");
        assertThatThrownBy(() -> metrics.gauge("gateway_room_things", "Again.", () -> 1))
                .hasMessageContaining("already");
    }

    @Test
    void showsTheProcess() throws Exception {
        String text = text(metrics);

        for (String name :
                new String[] {"cpu_seconds_total", "threads", "heap_used_bytes", "start_time_seconds", "heap_max_bytes"
                }) {
            assertThat(text)
                    .containsPattern("(?m)^gateway_process_" + name + " [1-9][0-9.E]*$|^gateway_process_" + name
                            + " 0\\.[0-9E-]+$");
        }
        assertThat(text).contains("gateway_process_gc_seconds_total{collector=");
    }

    @Test
    void keepsAHostileNameInsideItsLabel() throws Exception {
        Exchanges.of(metrics).route("a\"} 1\nevil 2").cluster("c\\").end();

        assertThat(text(metrics))
                .contains("cluster=\"c\\\\\",")
                .contains("route=\"a\\\"} 1\\nevil 2\"")
                .doesNotContain("\nevil 2");
    }

    @Test
    void passesPromtool() throws Exception {
        Assumptions.assumeTrue(installed("promtool"), "promtool is not installed: its check of the text is skipped");
        Exchanges.of(metrics)
                .route("r")
                .cluster("c")
                .status(200)
                .attempt(false)
                .bytes(1, 1)
                .end();
        Process process = new ProcessBuilder("promtool", "check", "metrics")
                .redirectErrorStream(true)
                .start();
        try (var stdin = process.getOutputStream()) {
            metrics.write(stdin);
        }

        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEmpty();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    private static boolean installed(String program) {
        try {
            return new ProcessBuilder(program, "--version")
                            .redirectErrorStream(true)
                            .start()
                            .waitFor()
                    == 0;
        } catch (Exception e) {
            return false;
        }
    }

    private static String text(Metrics metrics) throws Exception {
        var out = new ByteArrayOutputStream();
        metrics.write(out);
        return out.toString(StandardCharsets.UTF_8);
    }
}

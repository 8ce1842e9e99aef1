// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.gateway.admin.api.ConfigSource;
import io.penstock.gateway.config.AdminConfig;
import io.penstock.gateway.config.dynamic.FileEntries;
import io.penstock.gateway.exchange.MemoryUse;
import io.penstock.gateway.limit.LimitReport;
import io.penstock.gateway.telemetry.Traffic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AdminServerTest {
    private final HeldLookups lookups = new HeldLookups();
    private final AtomicReference<List<Condition>> conditions = new AtomicReference<>(List.of());
    private final AdminViews views = new AdminViews(
            conditions::get,
            out -> out.write("gateway_x_total 1\n".getBytes(StandardCharsets.US_ASCII)),
            () -> List.of(new ConnectionLedger(
                    "upstream",
                    "by-jobid",
                    "10.0.0.7:50051",
                    2,
                    998,
                    1,
                    7,
                    List.of(new ConnectionLedger.Closed("peer", "goaway", 1)))),
            () -> List.of(new ClusterView(
                    "shop",
                    "half-open",
                    3,
                    0,
                    1,
                    12,
                    2,
                    5,
                    4,
                    List.of(new ClusterView.Endpoint(
                            "10.0.0.7:80", "ejected", 1_500, "none", 2, 1, 99, 5, 12.3456, "status 503")))),
            () -> List.of(new MemoryUse("lookup", "job", MemoryUse.Unit.BYTES, 5, 400, 3)),
            () -> List.of(new LimitReport(
                    "api",
                    List.of(new LimitReport.Rule("api/all", "9/s", 7, List.of(new LimitReport.Busy("api/all", 7)))),
                    Optional.of("limits"),
                    "local",
                    3,
                    Optional.of("it hangs"))),
            () -> List.of(),
            () -> new Traffic(
                    List.of(0.5),
                    List.of(new Traffic.Pair(
                            "shop",
                            "web",
                            List.of(new Traffic.Ending("none", "2xx", "none", 7)),
                            5,
                            9,
                            List.of(6L, 1L),
                            1.5)),
                    3),
            question -> {
                throw new IllegalStateException("nobody asks");
            },
            lookups,
            new ConfigSource(Optional.empty(), () -> new FileEntries(new TreeMap<>())));
    private final AdminServer admin = new AdminServer(new AdminConfig("127.0.0.1", 0, List.of()), views);
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @BeforeEach
    void start() {
        admin.start();
    }

    @AfterEach
    void stop() {
        client.close();
        admin.close();
    }

    @Test
    void isAliveEvenWhileItIsNotReady() throws Exception {
        conditions.set(List.of(new Condition("draining", false, true, "draining since 3s")));

        assertThat(get("/healthz").statusCode()).isEqualTo(200);
        assertThat(get("/healthz").body()).isEqualTo("{\"status\":\"alive\"}\n");
    }

    @Test
    void showsClustersWithTheirEndpoints() throws Exception {
        HttpResponse<String> answer = get("/v1/clusters");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .isEqualTo("{\"clusters\":[{\"name\":\"shop\",\"breaker\":\"half-open\",\"active\":3,\"waiting\":0,"
                        + "\"retrying\":1,\"retries\":12,\"retriesRefused\":2,\"hedges\":5,\"hedgesWon\":4,\"endpoints\":[{\"name\":\"10.0.0.7:80\","
                        + "\"state\":\"ejected\",\"ejectedForMillis\":1500,\"breaker\":\"none\",\"weight\":2,\"active\":1,"
                        + "\"attempts\":99,\"failures\":5,\"peakMillis\":12.346,\"lastCheck\":\"status 503\"}]}]}\n");
    }

    @Test
    void showsTrafficToBeDrawn() throws Exception {
        assertThat(get("/v1/traffic").body())
                .matches("\\{\"atMillis\":-?\\d+,.*\n")
                .endsWith(
                        "\"boundsSeconds\":[0.5],\"unplaced\":3,\"traffic\":[{\"route\":\"shop\",\"cluster\":\"web\",\"endings\":["
                                + "{\"cause\":\"none\",\"status\":\"2xx\",\"grpcStatus\":\"none\",\"count\":7}],"
                                + "\"requestBytes\":5,\"responseBytes\":9,\"latencySumSeconds\":1.5,\"latencies\":[6,1]}]}\n");
    }

    @Test
    void showsWhatIsKeptInMemory() throws Exception {
        HttpResponse<String> answer = get("/v1/memory");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .isEqualTo("{\"memory\":[{\"part\":\"lookup\",\"name\":\"job\",\"unit\":\"bytes\",\"used\":5,"
                        + "\"capacity\":400,\"evicted\":3}]}\n");
    }

    @Test
    void showsWhatLimitsDid() throws Exception {
        HttpResponse<String> answer = get("/v1/limits");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .isEqualTo("{\"limits\":[{\"filter\":\"api\",\"store\":\"limits\",\"unavailable\":\"local\","
                        + "\"withoutStore\":3,\"problem\":\"it hangs\",\"rules\":[{\"rule\":\"api/all\",\"limit\":\"9/s\","
                        + "\"hits\":7,\"busiest\":[{\"key\":\"api/all\",\"hits\":7}]}]}]}\n");
    }

    @Test
    void isReadyWhileOnlyAConditionThatIsNotRequiredFails() throws Exception {
        conditions.set(List.of(
                new Condition("listeners", true, true, "1 of 1 bound"),
                new Condition("store-main", false, false, "Redis does not answer; 12 known targets are served")));

        HttpResponse<String> ready = get("/readyz");

        assertThat(ready.statusCode()).isEqualTo(200);
        assertThat(ready.headers().firstValue("content-type")).hasValue("application/json");
        assertThat(ready.body())
                .isEqualTo("{\"ready\":true,\"conditions\":["
                        + "{\"name\":\"listeners\",\"ok\":true,\"required\":true,\"detail\":\"1 of 1 bound\"},"
                        + "{\"name\":\"store-main\",\"ok\":false,\"required\":false,"
                        + "\"detail\":\"Redis does not answer; 12 known targets are served\"}]}\n");
    }

    @Test
    void isNotReadyWhenARequiredConditionFails() throws Exception {
        conditions.set(List.of(new Condition("draining", false, true, "draining")));

        assertThat(get("/readyz").statusCode()).isEqualTo(503);
        assertThat(get("/readyz").body()).startsWith("{\"ready\":false,");
    }

    @Test
    void servesTheMetricsTextWithItsContentType() throws Exception {
        HttpResponse<String> metrics = get("/metrics");

        assertThat(metrics.body()).isEqualTo("gateway_x_total 1\n");
        assertThat(metrics.headers().firstValue("content-type")).hasValue("text/plain; version=0.0.4; charset=utf-8");
    }

    @Test
    void showsTheConnectionLedger() throws Exception {
        assertThat(get("/v1/connections").body())
                .isEqualTo(
                        "{\"connections\":[{\"kind\":\"upstream\",\"name\":\"by-jobid\",\"target\":\"10.0.0.7:50051\","
                                + "\"opened\":2,\"reused\":998,\"open\":1,\"streams\":7,"
                                + "\"closed\":[{\"by\":\"peer\",\"why\":\"goaway\",\"count\":1}]}]}\n");
    }

    @Test
    void putsGetsAndDeletesAKeyOfALookup() throws Exception {
        HttpResponse<String> put = send("PUT", "/v1/lookups/jobid/job-1", "10.0.0.7:50051\n");
        HttpResponse<String> got = get("/v1/lookups/jobid/job-1");
        HttpResponse<String> deleted = send("DELETE", "/v1/lookups/jobid/job-1", null);

        assertThat(put.statusCode()).isEqualTo(200);
        assertThat(got.body()).isEqualTo("{\"lookup\":\"jobid\",\"key\":\"job-1\",\"target\":\"10.0.0.7:50051\"}\n");
        assertThat(deleted.body()).isEqualTo("{\"lookup\":\"jobid\",\"key\":\"job-1\",\"deleted\":true}\n");
        assertThat(get("/v1/lookups/jobid/job-1").statusCode()).isEqualTo(404);
        assertThat(send("DELETE", "/v1/lookups/jobid/job-1", null).statusCode()).isEqualTo(404);
    }

    @Test
    void takesATargetAsJsonToo() throws Exception {
        assertThat(send("PUT", "/v1/lookups/jobid/a", "{\"target\": \"[::1]:80\"}")
                        .statusCode())
                .isEqualTo(200);

        assertThat(lookups.held).containsEntry("a", "[::1]:80");
        assertThat(send("PUT", "/v1/lookups/jobid/a", "{\"target\": 5}").statusCode())
                .isEqualTo(400);
        assertThat(send("PUT", "/v1/lookups/jobid/a", "{\"target\": \"b:1\", \"x\": 1}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(send("PUT", "/v1/lookups/jobid/a", "{nonsense").body()).contains("not JSON");
        assertThat(lookups.held).containsEntry("a", "[::1]:80");
    }

    @Test
    void keepsSlashesColonsAndEncodedBytesOfAKey() throws Exception {
        send("PUT", "/v1/lookups/jobid/prefix:a/b%2Fc%20d%C3%A9+e", "b:1");

        assertThat(lookups.held).containsOnlyKeys("prefix:a/b/c d\u00c3\u00a9+e");
        assertThat(get("/v1/lookups/jobid/prefix%3Aa%2Fb/c%20d%c3%a9+e").statusCode())
                .isEqualTo(200);
    }

    @Test
    void explainsWhatARequestWouldMeet() throws Exception {
        lookups.held.put("a", "backend:1");

        assertThat(get("/v1/lookups/jobid/a?explain").body())
                .isEqualTo(
                        "{\"lookup\":\"jobid\",\"key\":\"a\",\"store\":\"embedded\",\"cache\":\"fresh\",\"age_ms\":1500,"
                                + "\"value\":\"backend:1\",\"address\":\"10.0.0.7:1\",\"allowed\":true,\"why\":\"10.0.0.0/8 allows it\"}\n");
        assertThat(get("/v1/lookups/jobid/b?explain").body())
                .contains("\"cache\":\"not-cached\",\"age_ms\":null,\"value\":null,\"address\":null,\"allowed\":false");
    }

    @Test
    void saysWhyAChangeIsRefused() throws Exception {
        assertThat(send("PUT", "/v1/lookups/remote/a", "b:1").statusCode()).isEqualTo(409);
        assertThat(send("PUT", "/v1/lookups/remote/a", "b:1").body())
                .isEqualTo("{\"error\":\"the store of lookup remote is Redis: change the key there\"}\n");
        assertThat(send("PUT", "/v1/lookups/jobid/a", "nonsense").statusCode()).isEqualTo(400);
        assertThat(send("PUT", "/v1/lookups/jobid/a", "").body()).contains("the body is empty");
        assertThat(send("PUT", "/v1/lookups/other/a", "b:1").body())
                .isEqualTo("{\"error\":\"there is no lookup other; configured: jobid, remote\"}\n");
        assertThat(send("PUT", "/v1/lookups/jobid/a", "x".repeat(5_000)).statusCode())
                .isEqualTo(413);
        assertThat(get("/v1/lookups/jobid/").statusCode()).isEqualTo(404);
        assertThat(raw("GET /v1/lookups/jobid/a%2 HTTP/1.1", "Host: localhost")).contains(" 400 ");
        assertThat(lookups.held).isEmpty();
    }

    @Test
    void namesTheAllowedMethods() throws Exception {
        HttpResponse<String> posted = send("POST", "/metrics", "x");

        assertThat(posted.statusCode()).isEqualTo(405);
        assertThat(posted.headers().firstValue("allow")).hasValue("GET, HEAD");
        assertThat(send("POST", "/v1/lookups/jobid/a", "b:1").headers().firstValue("allow"))
                .hasValue("GET, HEAD, PUT, DELETE");
    }

    @Test
    void listsWhatThereIs() throws Exception {
        assertThat(get("/").body()).contains("/readyz").contains("/v1/lookups/NAME/KEY");
        assertThat(get("/v1/lookups").body()).isEqualTo("{\"lookups\":[\"jobid\",\"remote\"]}\n");
        assertThat(get("/nothing").statusCode()).isEqualTo(404);
        assertThat(get("/nothing").body()).contains("/v1/connections");
    }

    @Test
    void refusesAPageThatReboundItsNameAndAChangeFromAPage() throws Exception {
        lookups.held.put("a", "b:1");

        assertThat(raw("GET /v1/lookups/jobid/a HTTP/1.1", "Host: evil.example:9901"))
                .contains(" 403 ")
                .doesNotContain("b:1");
        assertThat(raw("DELETE /v1/lookups/jobid/a HTTP/1.1", "Host: localhost", "Origin: http://evil.example"))
                .contains(" 403 ");
        assertThat(lookups.held).containsKey("a");
    }

    @Test
    void answersWithAnErrorWhenAViewFails() throws Exception {
        conditions.set(null);

        assertThat(get("/readyz").statusCode()).isEqualTo(500);
        assertThat(get("/readyz").body()).startsWith("{\"error\":\"internal error");
        assertThat(get("/healthz").statusCode()).isEqualTo(200);
    }

    @Test
    void saysWhichPortIsTakenAndWhatToChange() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var second = new AdminServer(new AdminConfig("127.0.0.1", taken.getLocalPort(), List.of()), views)) {
            assertThatThrownBy(second::start)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("127.0.0.1:" + taken.getLocalPort())
                    .hasMessageContaining("change admin.address or admin.port");
        }
    }

    @Test
    void stopsListeningWhenItIsClosed() throws Exception {
        int port = admin.port();

        admin.close();
        admin.close();

        try (var free = new ServerSocket()) {
            free.setReuseAddress(true);
            free.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            assertThat(free.isBound()).isTrue();
        }
    }

    @Test
    void answersWhileMoreConnectionsThanItTakesSayNothing() throws Exception {
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 2 * AdminServer.MAX_CONNECTIONS; i++) {
                silent.add(new Socket(InetAddress.getLoopbackAddress(), admin.port()));
            }

            assertThat(get("/healthz").statusCode()).isEqualTo(200);
            assertThat(get("/healthz").statusCode()).isEqualTo(200);
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    @Test
    void closesWhatSaysNothingOrStopsInAHeadAndKeepsWhatHadItsAnswerForLonger() throws Exception {
        try (var silent = new Socket(InetAddress.getLoopbackAddress(), admin.port());
                var halfway = new Socket(InetAddress.getLoopbackAddress(), admin.port());
                var answered = new Socket(InetAddress.getLoopbackAddress(), admin.port())) {
            halfway.getOutputStream().write("GET /healthz HT".getBytes(StandardCharsets.US_ASCII));
            answered.setSoTimeout(10_000);
            exchange(answered);

            awaitClosed(silent, AdminConnections.FIRST_HEAD);
            awaitClosed(halfway, AdminConnections.FIRST_HEAD);
            exchange(answered);
            awaitClosed(answered, AdminConnections.IDLE);
        }
    }

    private static void exchange(Socket socket) throws IOException {
        String head = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        var answer = new StringBuilder();
        while (answer.indexOf("}\n") < 0) {
            int next = socket.getInputStream().read();
            assertThat(next).as("after " + answer).isNotNegative();
            answer.append((char) next);
        }
        assertThat(answer).startsWith("HTTP/1.1 200");
    }

    /** Looks as the admin listener does after this time; the first looks may come before the connection was accepted. */
    private void awaitClosed(Socket socket, Duration after) throws IOException {
        socket.setSoTimeout(50);
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        boolean open = true;
        while (open) {
            assertThat(System.nanoTime()).as("still open").isLessThan(deadline);
            admin.closeOverdue(System.nanoTime() + after.toNanos());
            try {
                open = socket.getInputStream().read() >= 0;
            } catch (SocketTimeoutException e) {
                open = true;
            } catch (SocketException e) {
                open = false; // reset
            }
        }
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send("GET", path, null);
    }

    private HttpResponse<String> send(String method, String path, @Nullable String body) throws Exception {
        var publisher = body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body);
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin.port() + path))
                .method(method, publisher)
                .build();
        return client.send(request, BodyHandlers.ofString());
    }

    private String raw(String... lines) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), admin.port())) {
            socket.setSoTimeout(10_000);
            String head = String.join("\r\n", lines) + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            var answer = new StringBuilder();
            for (int b = socket.getInputStream().read();
                    b >= 0;
                    b = socket.getInputStream().read()) {
                answer.append((char) b);
                if (b == '\n' && answer.indexOf("}\n") > 0) {
                    break;
                }
            }
            return answer.toString();
        }
    }
}

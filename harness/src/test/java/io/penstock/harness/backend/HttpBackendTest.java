// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.harness.wire.Field;
import io.penstock.harness.wire.Frame;
import io.penstock.harness.wire.FrameConnection;
import io.penstock.harness.wire.Message;
import io.penstock.harness.wire.PlainGet;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class HttpBackendTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private static HttpBackend backend;
    private static HttpClient http1;

    @BeforeAll
    static void start() throws Exception {
        backend = HttpBackend.start("http", 0);
        http1 = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    @AfterAll
    static void stop() {
        http1.close();
        backend.close();
    }

    private static InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), backend.port());
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + backend.port() + path))
                .timeout(TIMEOUT);
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return http1.send(request(path).build(), BodyHandlers.ofString());
    }

    private static PlainGet.Answer get2(String path, String... fields) throws Exception {
        return PlainGet.send(address(), path, Field.list(fields), TIMEOUT);
    }

    @Test
    void greetsOverBothVersions() throws Exception {
        var one = get("/");
        var two = get2("/");

        assertThat(one.body()).isEqualTo("hello from http\n").isEqualTo(two.bodyStart());
        assertThat(one.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
        assertThat(one.headers().firstValue("x-backend")).hasValue("http");
        assertThat(two.value("x-backend")).isEqualTo("http");
    }

    @Test
    void countsABodyThatItDropsAndSaysHowLongItWas() throws Exception {
        var answer = http1.send(
                request("/sink")
                        .POST(BodyPublishers.ofByteArray(new byte[70_001]))
                        .build(),
                BodyHandlers.ofString());

        assertThat(answer.body()).isEqualTo("bytes=70001\n");
    }

    @Test
    void numbersItsEventsAndKeepsTheStreamOpen() throws Exception {
        var answer = http1.send(request("/events/3/0").build(), BodyHandlers.ofInputStream());

        try (var in = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.US_ASCII))) {
            assertThat(answer.headers().firstValue("content-type")).hasValue("text/event-stream");
            for (int n = 1; n <= 3; n++) {
                assertThat(in.readLine()).isEqualTo("id: " + n);
                assertThat(in.readLine()).isEqualTo("data: event " + n);
                assertThat(in.readLine()).isEmpty();
            }
            assertThat(in.readLine()).isEqualTo(": still here");
        }
    }

    @Test
    void echoesABodyWhileItStillArrives() throws Exception {
        try (var connection = FrameConnection.connect(address(), TIMEOUT)) {
            connection.writeHead(
                    1, Field.list(":method", "POST", ":scheme", "http", ":authority", "x", ":path", "/echo"), false);
            connection.write(Frame.data(1, "first".getBytes(StandardCharsets.US_ASCII), false));

            assertThat(readData(connection)).isEqualTo("first");

            connection.write(Frame.data(1, "second".getBytes(StandardCharsets.US_ASCII), true));

            assertThat(readData(connection)).isEqualTo("second");
        }
    }

    private static String readData(FrameConnection connection) throws Exception {
        for (var message = connection.next(); message != null; message = connection.next()) {
            if (message instanceof Message.Other(Frame frame)
                    && frame.type() == Frame.DATA
                    && frame.payload().length > 0) {
                return new String(frame.payload(), StandardCharsets.US_ASCII);
            }
        }
        return "closed";
    }

    @Test
    void echoesABodyOverHttp1() throws Exception {
        var body = "x".repeat(300_000);

        var response =
                http1.send(request("/echo").POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());

        assertThat(response.body()).isEqualTo(body);
    }

    @Test
    void streamsTheBytesAskedFor() throws Exception {
        var one = http1.send(request("/bytes/20000000").build(), BodyHandlers.ofInputStream());

        assertThat(length(one.body())).isEqualTo(20_000_000);
        assertThat(get2("/bytes/3000000").bodyBytes()).isEqualTo(3_000_000);
        assertThat(get2("/bytes/0").bodyBytes()).isZero();
    }

    private static long length(InputStream in) throws Exception {
        try (in) {
            return in.transferTo(OutputStream.nullOutputStream());
        }
    }

    @Test
    void answersTheStatusAskedFor() throws Exception {
        for (int status : List.of(200, 204, 404, 503)) {
            assertThat(get("/status/" + status).statusCode()).isEqualTo(status);
            assertThat(get2("/status/" + status).status()).isEqualTo(status);
        }
        assertThat(get("/status/999").statusCode()).isEqualTo(400);
    }

    @Test
    void answersAfterTheDelayAskedFor() throws Exception {
        long started = System.nanoTime();

        var response = get("/delay/120");

        assertThat(response.body()).isEqualTo("after 120 ms\n");
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isGreaterThanOrEqualTo(Duration.ofMillis(120));
    }

    @Test
    void showsTheRequestHeadItReceived() throws Exception {
        var one = http1.send(request("/headers?a=b").header("jobid", "demo-1").build(), BodyHandlers.ofString());
        var two = get2("/headers?a=b", "jobid", "demo-2");

        assertThat(one.body()).contains("\"protocol\":\"HTTP/1.1\"", "\"jobid\":[\"demo-1\"]", "\"query\":\"a=b\"");
        assertThat(two.bodyStart())
                .contains("\"protocol\":\"HTTP/2.0\"", "\"jobid\":[\"demo-2\"]", "\"method\":\"GET\"");
    }
}

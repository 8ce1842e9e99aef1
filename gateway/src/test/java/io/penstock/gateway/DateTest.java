// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code Date} of what callers get: each final response has one, whoever made it, and no interim one has. */
class DateTest {
    private static final String OLD = "Sun, 06 Nov 1994 08:49:37 GMT";

    private static String date(List<String> head) {
        List<String> dates =
                head.stream().filter(line -> line.startsWith("date: ")).toList();
        assertThat(dates).as(head.toString()).hasSize(1);
        return dates.getFirst().substring(6);
    }

    private static void assertNow(String date) {
        assertThat(date).matches("[A-Z][a-z]{2}, \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT");
        Instant told =
                ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        assertThat(Duration.between(told, Instant.now()).abs()).isLessThan(Duration.ofMinutes(5)); // of this clock
    }

    @ParameterizedTest
    @EnumSource
    void isAddedToAFinalResponseThatLacksItAndToNoInterimOne(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = new PairGateway(pair)) {
            MessageEnd client = gateway.client();
            client.head(":method", "GET", ":path", "/");
            MessageEnd upstream = gateway.upstream();
            upstream.nextHead();
            upstream.head(":status", "103", "link", "</a>");
            upstream.begin(":status", "200", "content-length", "4");
            upstream.body("body");
            upstream.end();

            assertThat(client.nextHead()).containsExactlyInAnyOrder(":status: 103", "link: </a>");
            assertNow(date(client.nextHead()));
            assertThat(client.rest().body()).isEqualTo("body");

            // again, on a warm connection
            client.head(":method", "GET", ":path", "/");
            upstream.nextHead();
            upstream.head(":status", "204");
            assertNow(date(client.nextHead()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofAnUpstreamStays(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = new PairGateway(pair)) {
            MessageEnd client = gateway.client();
            client.head(":method", "GET", ":path", "/");
            MessageEnd upstream = gateway.upstream();
            upstream.nextHead();
            upstream.head(":status", "204", "date", OLD);

            assertThat(date(client.nextHead())).isEqualTo(OLD);
        }
    }

    private static RunningGateway answering() {
        return RunningGateway.with("""
                listeners: [{name: main, address: 127.0.0.1, port: 0, http2: {max-head-bytes: 8KiB}}]
                routes:
                  - {name: fixed, path: /fixed, answer: {status: 200, body: "all is well"}}
                  - {name: dated, path: /dated, answer: {status: 200, headers: {date: "Sun, 06 Nov 1994 08:49:37 GMT"}}}
                  - {name: away, path: /away, redirect: {path: /here}}
                  - {name: down, path: /down, cluster: down}
                clusters: [{name: down, endpoints: ["127.0.0.1:1"]}]
                admin: {port: 0}
                access-log: {output: none}
                """).start();
    }

    @ParameterizedTest
    @CsvSource({"/fixed, 200", "/away, 302", "/nowhere, 404", "/down, 502", "/a%00, 400"})
    void isInEveryAnswerOfTheGateway(String path, String status) throws Exception {
        try (RunningGateway gateway = answering()) {
            MessageEnd http1 = new Http1Messages(gateway.http1Client());
            http1.head(":method", "GET", ":path", path);
            List<String> head = http1.nextHead();
            assertThat(head).anyMatch(line -> line.startsWith(":status: " + status.substring(0, 2)));
            assertNow(date(head));

            MessageEnd http2 = new Http2Messages(gateway.client(), true);
            http2.head(":method", "GET", ":path", path);
            assertNow(date(http2.nextHead()));

            FramePeer grpc = gateway.client();
            int call = grpc.open(
                    true,
                    ":method",
                    "POST",
                    ":scheme",
                    "http",
                    ":path",
                    path,
                    ":authority",
                    "a.test",
                    "content-type",
                    "application/grpc");
            assertNow(String.valueOf(grpc.awaitHead(call).value("date")));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ofARouteStays(boolean http1) throws Exception {
        try (RunningGateway gateway = answering()) {
            MessageEnd client =
                    http1 ? new Http1Messages(gateway.http1Client()) : new Http2Messages(gateway.client(), true);
            client.head(":method", "GET", ":path", "/dated");

            assertThat(date(client.nextHead())).isEqualTo(OLD);
        }
    }

    @ParameterizedTest
    @CsvSource({"HTTP/1.1, 400", "HTTP/2.0, 505"})
    void isInAnswersToWhatIsNoRequest(String version, String status) throws Exception {
        try (RunningGateway gateway = answering()) {
            Http1Origin.Connection client = gateway.http1Client();
            client.send("GET / " + version + "\r\nbad\r\n\r\n");

            String head = client.head();
            assertThat(head).startsWith("HTTP/1.1 " + status);
            assertNow(date(head.lines().toList()));
        }
    }
}

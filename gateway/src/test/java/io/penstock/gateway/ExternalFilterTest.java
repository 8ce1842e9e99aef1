// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.CauseCaller.Seen;
import io.penstock.gateway.CauseCaller.Way;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The check that asks a service, on each way an exchange is served. */
@Timeout(60)
class ExternalFilterTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final List<AutoCloseable> open = new ArrayList<>();
    private final Queue<String> asked = new ConcurrentLinkedQueue<>();
    private final CountDownLatch held = new CountDownLatch(1);

    @AfterEach
    void close() throws Exception {
        held.countDown();
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    private RunningGateway gateway(String keys) {
        return gateway(keys, connection -> {
            while (true) {
                String head = connection.head();
                asked.add(head);
                if (head.contains("authorization: wait")) {
                    held.await();
                }
                if (head.contains("authorization: good") || head.contains("authorization: wait")) {
                    connection.send("HTTP/1.1 200 OK\r\nX-User: anna\r\nContent-Length: 2\r\n\r\nok");
                } else if (head.contains("authorization: broken")) {
                    connection.send("HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n");
                } else {
                    connection.send("HTTP/1.1 401 No\r\nWWW-Authenticate: Bearer\r\nX-Secret: 1\r\n");
                    connection.send("Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nwho?\n");
                }
            }
        });
    }

    private RunningGateway gateway(String keys, Http1Origin.Script checker) {
        Http1Origin check = Http1Origin.following(checker);
        open.add(check);
        HostileOrigin origin = HostileOrigin.reformed();
        open.add(origin);
        RunningGateway gateway = RunningGateway.with(
                        """
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                event-loops: 1
                routes:
                  - {name: all, path-prefix: /, cluster: origin, filters: [check]}
                  - {name: free, path-prefix: /free, cluster: origin}
                clusters:
                  - {name: origin, endpoints: ["%s"], upstream: {protocol: h2c}}
                  - {name: check, endpoints: ["%s"], upstream: {protocol: http1}, retry: {attempts: 1}}
                filters: [{name: check, external: {cluster: check, path: /check%s}}]
                trusted: [127.0.0.0/8]
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(origin.address(), check.address(), keys.isEmpty() ? "" : ", " + keys))
                .start();
        open.add(gateway);
        return gateway;
    }

    private CauseCaller caller(RunningGateway gateway, Way way) {
        CauseCaller caller = CauseCaller.of(way, gateway);
        open.add(caller);
        if (way == Way.HTTP1_AGAIN) {
            caller.ask("/free");
            caller.ask("/free");
            gateway.ended();
            gateway.ended();
        }
        return caller;
    }

    private static String memory(RunningGateway gateway) {
        URI page = URI.create("http://127.0.0.1:" + gateway.gateway().adminPort() + "/v1/memory");
        try (InputStream in = page.toURL().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @EnumSource
    void letsPassWhatTheServiceAllows(Way way) {
        RunningGateway gateway = gateway("");
        CauseCaller caller = caller(gateway, way);

        Seen seen = caller.ask("/a?b=c", "authorization", "good");

        assertThat(seen.status()).isEqualTo(200);
        assertThat(gateway.ended().cause()).isNull();
        assertThat(asked)
                .singleElement()
                .satisfies(head -> assertThat(head)
                        .startsWith("GET /check HTTP/1.1\r\n")
                        .contains(
                                "x-forwarded-method: " + (way == Way.GRPC ? "POST" : "GET"),
                                "x-forwarded-uri: /a?b=c",
                                "x-forwarded-host: a.test",
                                "x-forwarded-for: 127.0.0.1",
                                "authorization: good"));
    }

    @ParameterizedTest
    @EnumSource
    void passesOnWhatTheServiceDenies(Way way) {
        RunningGateway gateway = gateway("");
        CauseCaller caller = caller(gateway, way);

        Seen seen = caller.ask("/a", "authorization", "bad");

        assertThat(seen.status()).isEqualTo(way == Way.GRPC ? 200 : 401);
        assertThat(seen.grpcStatus()).isEqualTo(way == Way.GRPC ? 16 : Exchange.NONE);
        assertThat(seen.whole()).isTrue();
        assertThat(gateway.ended().cause()).isNull();
        assertThat(caller.ask("/a", "authorization", "good").status()).isEqualTo(200);
    }

    @Test
    void givesTheCallerTheFieldsThatAreMeantForIt() throws Exception {
        RunningGateway gateway = gateway("");
        try (Http1Origin.Connection client = gateway.http1Client()) {
            client.send("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n");

            assertThat(client.request())
                    .startsWith("HTTP/1.1 401 ")
                    .contains("www-authenticate: Bearer\r\n", "content-type: text/plain\r\n")
                    .doesNotContain("x-secret")
                    .endsWith("\r\n\r\nwho?\n");
        }
    }

    @Test
    void setsFieldsThatCallersCannotSet() throws Exception {
        List<String> seen = new ArrayList<>();
        Http1Origin echo = Http1Origin.following(connection -> {
            while (true) {
                seen.add(connection.request());
                connection.answer("ok");
            }
        });
        open.add(echo);
        Http1Origin check = Http1Origin.following(connection -> {
            while (true) {
                String head = connection.head();
                String user = head.contains("authorization: good") ? "X-User: anna\r\n" : "";
                connection.send("HTTP/1.1 200 OK\r\n" + user + "Content-Length: 0\r\n\r\n");
            }
        });
        open.add(check);
        RunningGateway gateway = RunningGateway.with("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes: [{name: all, cluster: origin, filters: [check]}]
                clusters:
                  - {name: origin, endpoints: ["%s"], upstream: {protocol: http1}}
                  - {name: check, endpoints: ["%s"], upstream: {protocol: http1}}
                filters: [{name: check, external: {cluster: check, allow-fields: [x-user]}}]
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(echo.address(), check.address()))
                .start();
        open.add(gateway);
        try (Http1Origin.Connection client = gateway.http1Client()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nX-User: root\r\nAuthorization: good\r\n\r\n");
            assertThat(client.request()).startsWith("HTTP/1.1 200 ");
            client.send("GET / HTTP/1.1\r\nHost: a\r\nX-User: root\r\n\r\n");
            assertThat(client.request()).startsWith("HTTP/1.1 200 ");
        }

        assertThat(seen).hasSize(2);
        assertThat(seen.getFirst()).contains("x-user: anna\r\n").doesNotContain("root");
        assertThat(seen.getLast()).doesNotContain("x-user");
    }

    @ParameterizedTest
    @EnumSource
    void asksOnceForWhatItIsToldTheSameOf(Way way) throws IOException {
        RunningGateway gateway = gateway("keep: 1h, about: [host]");
        CauseCaller caller = caller(gateway, way);

        assertThat(caller.ask("/a", "authorization", "good").status()).isEqualTo(200);
        assertThat(caller.ask("/b", "authorization", "good").status()).isEqualTo(200);
        assertThat(asked).hasSize(1);
        assertThat(memory(gateway))
                .containsPattern("\"part\":\"filter\",\"name\":\"check\",\"unit\":\"bytes\",\"used\":[1-9]");
        Pattern atRest = Pattern.compile(
                "\"part\":\"listener\",\"name\":\"main\",\"unit\":\"bytes\",\"used\":0,\"capacity\":[1-9]");
        Await.until(
                "the end of the second exchange",
                SOON,
                () -> atRest.matcher(memory(gateway)).find());
        caller.ask("/a", "authorization", "bad");
        caller.ask("/a", "authorization", "bad");
        assertThat(asked).hasSize(2);
    }

    @Test
    void asksOnceForManyAtTheSameTime() throws Exception {
        RunningGateway gateway = gateway("keep: 1h, about: []");
        FramePeer client = gateway.client();
        int[] streams = new int[50];
        for (int i = 0; i < streams.length; i++) {
            streams[i] = client.get("/" + i, "authorization", "wait");
        }
        Await.until("a question", SOON, () -> !asked.isEmpty());
        held.countDown();

        for (int stream : streams) {
            assertThat(client.awaitHead(stream).status()).isEqualTo("200");
        }
        assertThat(asked).hasSize(1);
    }

    @Test
    void keepsNothingThatIsNotToBeStored() {
        RunningGateway gateway = gateway("keep: 1h", connection -> {
            while (true) {
                asked.add(connection.head());
                connection.send("HTTP/1.1 204 No Content\r\nCache-Control: no-store\r\n\r\n");
            }
        });
        CauseCaller caller = caller(gateway, Way.HTTP2);

        caller.ask("/a");
        caller.ask("/a");

        assertThat(asked).hasSize(2);
    }

    /** Others on the same connection, and on the same event loop, are served meanwhile. */
    @ParameterizedTest
    @EnumSource
    void holdsNobodyWhileItWaits(Way way) {
        RunningGateway gateway = gateway("timeout: 1m");
        CauseCaller waiting = caller(gateway, way);
        CauseCaller other = caller(gateway, way);
        waiting.send("/a", "authorization", "wait");
        Await.until("a question", SOON, () -> !asked.isEmpty());

        assertThat(other.ask("/free").status()).isEqualTo(200);
        if (way == Way.HTTP2) {
            FramePeer client = gateway.client();
            int first = client.get("/a", "authorization", "wait");
            assertThat(client.awaitHead(client.get("/free")).status()).isEqualTo("200");
            held.countDown();
            assertThat(client.awaitHead(first).status()).isEqualTo("200");
        }
        held.countDown();
        assertThat(waiting.seen().status()).isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource
    void refusesWhenTheServiceHasNoAnswer(Way way) {
        RunningGateway gateway = gateway("");
        CauseCaller caller = caller(gateway, way);

        Seen seen = caller.ask("/a", "authorization", "broken");

        assertThat(seen.cause()).isEqualTo("check-unavailable");
        assertThat(gateway.ended().detail()).contains("500");
    }

    @Test
    void refusesWhenTheServiceIsTooSlow() {
        RunningGateway gateway = gateway("timeout: 50ms");
        CauseCaller caller = caller(gateway, Way.HTTP2);

        Seen seen = caller.ask("/a", "authorization", "wait");

        assertThat(seen.cause()).isEqualTo("check-unavailable");
        assertThat(gateway.ended().detail()).contains("no answer in time");
    }

    @ParameterizedTest
    @EnumSource
    void goesOnWithoutAnAnswerWhereThatIsAllowed(Way way) {
        RunningGateway gateway = gateway("unavailable: allow");
        CauseCaller caller = caller(gateway, way);

        assertThat(caller.ask("/a", "authorization", "broken").status()).isEqualTo(200);
        assertThat(gateway.ended().cause()).isNull();
    }

    /** The caller goes while the service is asked: nothing is sent on, and the gateway goes on. */
    @Test
    void sendsNothingOnForACallerWhoHasGone() throws Exception {
        RunningGateway gateway = gateway("timeout: 1m");
        CauseCaller leaving = caller(gateway, Way.HTTP2);
        leaving.send("/a", "authorization", "wait");
        Await.until("a question", SOON, () -> !asked.isEmpty());
        leaving.leave();
        Exchange exchange = gateway.ended();
        held.countDown();

        assertThat(exchange.cause()).isEqualTo(Cause.DOWNSTREAM_GONE);
        assertThat(exchange.attempts()).isZero();
        assertThat(caller(gateway, Way.HTTP2).ask("/a", "authorization", "good").status())
                .isEqualTo(200);
    }

    @Test
    void remembersOverAReload() throws IOException {
        RunningGateway gateway = gateway("keep: 1h");
        CauseCaller caller = caller(gateway, Way.HTTP2);
        caller.ask("/a", "authorization", "good");

        gateway.applyAgain();
        caller.ask("/a", "authorization", "good");

        assertThat(asked).hasSize(1);
    }
}

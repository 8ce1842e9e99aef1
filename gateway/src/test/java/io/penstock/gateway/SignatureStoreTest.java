// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.CauseCaller.Seen;
import io.penstock.gateway.CauseCaller.Way;
import io.penstock.gateway.store.RedisProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Nonces that nodes remember together, in a real Redis that works, is killed, hangs and comes back. */
@Timeout(90)
class SignatureStoreTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    static Path folder;

    private final List<AutoCloseable> open = new ArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private RedisProcess redis;

    @BeforeEach
    void start() throws IOException {
        redis = RedisProcess.start(folder);
        open.add(redis);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    private RunningGateway gateway(String keys) {
        RunningGateway gateway = RunningGateway.with("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                event-loops: 1
                routes:
                  - {name: all, path-prefix: /, answer: {status: 200}, filters: [who]}
                  - {name: free, path-prefix: /free, answer: {status: 200}}
                filters: [{name: who, signature: {keys: [{id: k1, secret: "${K1}"}], store: nonces, %s}}]
                stores: [{name: nonces, redis: {url: "%s"}}]
                trusted: [127.0.0.0/8]
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(keys, redis.url()))
                .variable("K1", TestSignatures.SECRET)
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
        }
        return caller;
    }

    private static TestSignatures signing(Way way, String target) {
        return TestSignatures.of(target).method(way == Way.GRPC ? "POST" : "GET");
    }

    /** On whatever node a request comes again, and in whatever way. */
    @ParameterizedTest
    @EnumSource
    void takesEachNonceOnceOverTwoNodes(Way way) {
        CauseCaller one = caller(gateway("timeout: 1s"), way);
        CauseCaller two = caller(gateway("timeout: 1s"), way);
        for (int i = 0; i < 20; i++) {
            String[] fields = signing(way, "/a").nonce("n" + i).fields();

            assertThat(one.ask("/a", fields).cause()).isNull();
            assertThat(two.ask("/a", fields).cause()).isEqualTo("credentials-replayed");
            assertThat(one.ask("/a", fields).cause()).isEqualTo("credentials-replayed");
        }
        assertThat(one.reusable() && two.reusable()).isTrue();
        assertThat(redis.call("DBSIZE")).isEqualTo(20L);
    }

    /** For the window, the skew at both its ends, and as much again for the nodes' own clocks: 60 s and four times 30 s. */
    @Test
    void remembersForAsLongAsAnyNodeWouldTakeThem() {
        CauseCaller caller = caller(gateway("timeout: 1s"), Way.HTTP2);
        assertThat(caller.ask("/a", TestSignatures.of("/a").fields()).status()).isEqualTo(200);

        byte[] name = (byte[]) ((List<?>) redis.call("KEYS", "*")).getFirst();
        String key = new String(name, StandardCharsets.US_ASCII);
        assertThat(key).matches("penstock:nonce:[0-9a-f]{64}");
        assertThat((Long) redis.call("PTTL", key)).isBetween(150_000L, 181_000L);
    }

    /** A wrong signature must not use up the nonce of somebody else's right one. */
    @Test
    void takesNoNonceOfARequestThatIsRefused() {
        CauseCaller caller = caller(gateway("timeout: 1s"), Way.HTTP2);
        String[] good = TestSignatures.of("/a").nonce("n").fields();

        assertThat(caller.ask("/b", good).cause()).isEqualTo("bad-credentials");
        assertThat(caller.ask(
                                "/a",
                                TestSignatures.of("/a")
                                        .nonce("n")
                                        .createdIn(-500)
                                        .fields())
                        .cause())
                .isEqualTo("credentials-expired");
        assertThat(redis.call("DBSIZE")).isEqualTo(0L);
        assertThat(caller.ask("/a", good).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({"closed, true", "open, true", "closed, false", "open, false"})
    void goesByItsRuleWhileTheStoreIsAwayAndBackAfterwards(String rule, boolean killed) throws IOException {
        CauseCaller caller = caller(gateway("timeout: 200ms, unavailable: " + rule), Way.HTTP2);
        Await.until("connected", SOON, () -> once(caller));
        try (LogLines log = new LogLines("io.penstock.gateway.store.Outage")) {
            if (killed) {
                redis.kill();
            } else {
                redis.hang();
            }
            Await.until("away", SOON, () -> {
                caller.ask("/a", TestSignatures.of("/a").fields());
                return !log.lines().isEmpty();
            });
            String[] fields = TestSignatures.of("/a").fields();

            Seen first = caller.ask("/a", fields);
            Seen second = caller.ask("/a", fields);

            assertThat(first.cause()).isEqualTo(rule.equals("open") ? null : "check-unavailable");
            assertThat(first.status()).isEqualTo(rule.equals("open") ? 200 : 503);
            assertThat(second).isEqualTo(first);
            assertThat(caller.ask("/b", fields).cause()).isEqualTo("bad-credentials");
            assertThat(log.lines())
                    .first()
                    .asString()
                    .contains("filter who: store nonces has no answer, so " + rule + " decides");

            if (killed) {
                redis.restart();
            } else {
                redis.wakeUp();
            }
            Await.until("takes each once again", SOON, () -> once(caller));
        }
    }

    /** Whether a new nonce is taken, and the same one is not. */
    private static boolean once(CauseCaller caller) {
        String[] fields = TestSignatures.of("/a").fields();
        return caller.ask("/a", fields).status() == 200
                && "credentials-replayed".equals(caller.ask("/a", fields).cause());
    }

    @Test
    void holdsNobodyElseWhileTheStoreHangs() {
        RunningGateway gateway = gateway("timeout: 1s");
        CauseCaller caller = caller(gateway, Way.HTTP2);
        Await.until("connected", SOON, () -> once(caller));
        FramePeer client = gateway.client();

        redis.hang();
        int waiting =
                client.get("/a", TestSignatures.of("/a").authority("localhost").fields());
        int free = client.get("/free");

        assertThat(client.awaitHead(free).status()).isEqualTo("200");
        assertThat(client.awaitHead(waiting).status()).isEqualTo("503");
    }
}

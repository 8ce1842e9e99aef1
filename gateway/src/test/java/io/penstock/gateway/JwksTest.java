// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.CauseCaller.Way;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys that a service publishes, which is asked rarely, rotates them, and misbehaves. */
@Timeout(60)
class JwksTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final List<AutoCloseable> open = new ArrayList<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final CountDownLatch held = new CountDownLatch(1);
    private final TestTokens old = TestTokens.of("ES256", "old");
    private final TestTokens next = TestTokens.of("ES256", "next");
    private volatile String answer = ok(TestTokens.jwks(old));

    @AfterEach
    void close() throws Exception {
        held.countDown();
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    private static String ok(String body) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private AuthScene scene(String keys) {
        Http1Origin issuer = Http1Origin.following(connection -> {
            while (true) {
                String head = connection.head();
                assertThat(head).startsWith("GET /keys HTTP/1.1\r\n");
                asked.incrementAndGet();
                if (answer.isEmpty()) {
                    held.await();
                }
                connection.send(answer.isEmpty() ? ok(TestTokens.jwks(old)) : answer);
            }
        });
        open.add(issuer);
        AuthScene scene = new AuthScene(
                "jwt: {issuers: [{jwks: {cluster: issuer, path: /keys" + (keys.isEmpty() ? "" : ", " + keys) + "}}]}",
                Map.of(),
                ", {name: issuer, endpoints: [\"%s\"], upstream: {protocol: http1}, retry: {attempts: 1}}"
                        .formatted(issuer.address()),
                "");
        open.add(scene);
        return scene;
    }

    private static int ask(CauseCaller caller, String token) {
        return caller.ask("/a", "authorization", "Bearer " + token).status();
    }

    @ParameterizedTest
    @EnumSource
    void asksOnceForManyTokens(Way way) {
        AuthScene scene = scene("");
        CauseCaller caller = scene.caller(way);

        for (int i = 0; i < 5; i++) {
            assertThat(ask(caller, old.token("n", i))).isEqualTo(200);
        }

        assertThat(asked).hasValue(1);
    }

    @Test
    void findsANewKeyAtOnce() {
        AuthScene scene = scene("");
        CauseCaller caller = scene.caller(Way.HTTP2);
        assertThat(ask(caller, old.token())).isEqualTo(200);
        answer = ok(TestTokens.jwks(old, next));

        assertThat(ask(caller, next.token())).isEqualTo(200);
        assertThat(ask(caller, old.token("n", 2))).isEqualTo(200);

        assertThat(asked).hasValue(2);
    }

    @Test
    void asksOnceForUnknownKeysHoweverManyThereAre() {
        AuthScene scene = scene("retry: 1h");
        CauseCaller caller = scene.caller(Way.HTTP2);
        assertThat(ask(caller, old.token())).isEqualTo(200);

        for (int i = 0; i < 200; i++) {
            TestTokens stranger = TestTokens.of("EdDSA", "stranger-" + i);
            assertThat(ask(caller, stranger.token())).isEqualTo(401);
        }

        assertThat(asked).hasValue(2);
        assertThat(ask(caller, old.token("n", 2))).isEqualTo(200);
    }

    /** Many callers with old and new tokens, while the keys change from one to both to the other. */
    @Test
    void refusesNobodyWhileKeysRotate() throws Exception {
        AuthScene scene = scene("refresh: 100ms, retry: 100ms");
        FramePeer client = scene.gateway().client();
        TestTokens signing = old;
        for (int round = 0; round < 90; round++) {
            if (round == 30) {
                answer = ok(TestTokens.jwks(old, next));
                signing = next;
            } else if (round == 60) {
                answer = ok(TestTokens.jwks(next));
            }
            int[] streams = new int[10];
            for (int i = 0; i < streams.length; i++) {
                streams[i] = client.get("/a", "authorization", "Bearer " + signing.token("n", round * 10 + i));
            }
            for (int stream : streams) {
                assertThat(client.awaitHead(stream).status())
                        .as("round " + round)
                        .isEqualTo("200");
            }
        }
    }

    /** What a key that is gone has verified is no longer known. */
    @Test
    void forgetsTokensWithTheirKey() {
        AuthScene scene = scene("refresh: 100ms, retry: 100ms");
        CauseCaller caller = scene.caller(Way.HTTP2);
        String token = old.token();
        assertThat(ask(caller, token)).isEqualTo(200);
        answer = ok(TestTokens.jwks(next));

        Await.until("the old key is gone", SOON, () -> ask(caller, token) == 401);

        assertThat(ask(caller, next.token())).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"keys\":[]}",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"keys\":7",
                "HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n",
                "HUGE",
                "DEEP",
                "nonsense\r\n\r\n",
                ""
            })
    void keepsTheLastGoodKeysWhateverIsAnswered(String misdeed) throws IOException {
        AuthScene scene = scene("refresh: 100ms, retry: 100ms, timeout: 300ms, max-bytes: 4KiB");
        CauseCaller caller = scene.caller(Way.HTTP2);
        assertThat(ask(caller, old.token())).isEqualTo(200);
        answer = switch (misdeed) {
            case "HUGE" -> ok(TestTokens.jwks(old) + " ".repeat(10_000));
            case "DEEP" -> ok("{\"keys\":" + "[".repeat(1500) + "]".repeat(1500) + "}");
            default -> misdeed;
        };
        int before = asked.get();
        int[] n = {0};

        Await.until("it was asked again, twice", SOON, () -> {
            assertThat(ask(caller, old.token("n", ++n[0]))).isEqualTo(200);
            return asked.get() >= before + 2;
        });

        assertThat(ask(caller, old.token("n", -1))).isEqualTo(200);
        assertThat(ask(caller, next.token())).isEqualTo(401);
    }

    @Test
    void refusesAsLongAsThereNeverWereKeysAndRecovers() {
        answer = "HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n";
        AuthScene scene = scene("retry: 100ms");
        CauseCaller caller = scene.caller(Way.HTTP2);

        assertThat(caller.ask("/a", "authorization", "Bearer " + old.token()).cause())
                .isEqualTo("check-unavailable");
        assertThat(scene.gateway().ended().detail()).contains("the answer is 500");
        answer = ok(TestTokens.jwks(old));

        Await.until("the keys are there", SOON, () -> ask(caller, old.token()) == 200);
    }

    /** Others are served while a token waits for its key. */
    @Test
    void holdsNobodyWhileItWaits() throws Exception {
        answer = "";
        AuthScene scene = scene("timeout: 1m");
        FramePeer client = scene.gateway().client();
        int waiting = client.get("/a", "authorization", "Bearer " + old.token());
        Await.until("a question", SOON, () -> asked.get() == 1);

        assertThat(client.awaitHead(client.get("/free")).status()).isEqualTo("200");
        held.countDown();
        assertThat(client.awaitHead(waiting).status()).isEqualTo("200");
    }

    @Test
    void keepsItsKeysOverAReload() throws IOException {
        AuthScene scene = scene("");
        CauseCaller caller = scene.caller(Way.HTTP2);
        assertThat(ask(caller, old.token())).isEqualTo(200);

        scene.gateway().applyAgain();

        assertThat(ask(caller, old.token("n", 2))).isEqualTo(200);
        assertThat(asked).hasValue(1);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.CauseCaller.Seen;
import io.penstock.gateway.CauseCaller.Way;
import io.penstock.gateway.auth.Digest;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Identity;
import io.penstock.gateway.store.RedisProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Keys of owners, listed in a file or a store. */
@Timeout(60)
class ApiKeyFilterTest {
    private static final String KEY = "k-7f3b90c4d2e1a865";
    private static final String OTHER = "k-0000000000000001";

    private static final Duration SOON = Duration.ofSeconds(20);

    private final List<AutoCloseable> open = new ArrayList<>();

    @TempDir
    Path folder;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    private Path list(String text) throws IOException {
        return Files.writeString(folder.resolve("keys"), text);
    }

    private static String line(String key, String owner) {
        return Digest.of(key).hex() + " " + owner + "\n";
    }

    private AuthScene listed(String keys) throws IOException {
        Path file = list("# ours\n\n" + line(KEY, "billing reader,writer"));
        return scene("keys: \"file:" + file + "\"" + (keys.isEmpty() ? "" : ", " + keys), "");
    }

    private AuthScene stored(String store, String keys) {
        return scene("store: keys" + (keys.isEmpty() ? "" : ", " + keys), "stores: [{name: keys" + store + "}]");
    }

    private AuthScene scene(String keys, String sections) {
        AuthScene scene = new AuthScene("api-key: {" + keys + "}", Map.of(), "", sections);
        open.add(scene);
        return scene;
    }

    private static Seen refusal(Way way, String cause) {
        return way == Way.GRPC ? new Seen(200, 16, cause, true) : new Seen(401, Exchange.NONE, cause, true);
    }

    @ParameterizedTest
    @EnumSource
    void letsTheOwnersOfListedKeysPass(Way way) throws IOException {
        AuthScene scene = listed("");
        CauseCaller caller = scene.caller(way);

        assertThat(caller.ask("/a")).isEqualTo(refusal(way, "credentials-missing"));
        assertThat(caller.ask("/a", "x-api-key", OTHER)).isEqualTo(refusal(way, "bad-credentials"));
        assertThat(caller.ask("/a", "x-api-key", KEY).status()).isEqualTo(200);

        scene.gateway().ended();
        scene.gateway().ended();
        Identity owner = Objects.requireNonNull(scene.gateway().ended().identity());
        assertThat(owner.subject()).isEqualTo("billing");
        assertThat(owner.proof()).isEqualTo(Identity.Proof.API_KEY);
        assertThat(owner.values(Identity.ROLES)).containsExactly("reader", "writer");
    }

    @Test
    void challengesAndNeverRepeatsAKey() throws IOException {
        AuthScene scene = listed("");

        assertThat(scene.answer("/", "X-Api-Key", OTHER))
                .contains("www-authenticate: ApiKey realm=\"who\"\r\n")
                .doesNotContain(OTHER);
    }

    @Test
    void looksInTheQueryAndHidesIt() throws IOException {
        AuthScene scene = listed("query: key, forward: false, claim-fields: {x-owner: sub, x-roles: roles}");

        scene.answer("/seen?a=1&key=" + KEY, "X-Owner", "root");
        scene.answer("/seen", "X-Api-Key", KEY);

        assertThat(scene.seen())
                .hasSize(2)
                .allSatisfy(head -> assertThat(head)
                        .contains("x-owner: billing\r\n", "x-roles: reader,writer\r\n")
                        .doesNotContain(KEY, "root"));
    }

    @ParameterizedTest
    @EnumSource
    void looksInAStore(Way way) throws IOException {
        Path file = Files.writeString(
                folder.resolve("entries"),
                "{\"api-key:%s\": \"billing reader\", \"api-key:%s\": \"a b c\"}"
                        .formatted(Digest.of(KEY).hex(), Digest.of("broken").hex()));
        AuthScene scene = stored(", embedded: {file: \"" + file + "\"}", "");
        CauseCaller caller = scene.caller(way);

        for (int i = 0; i < 2; i++) {
            assertThat(caller.ask("/a", "x-api-key", KEY).status()).isEqualTo(200);
            assertThat(caller.ask("/a", "x-api-key", OTHER)).isEqualTo(refusal(way, "bad-credentials"));
            assertThat(caller.ask("/a", "x-api-key", "broken").cause()).isEqualTo("check-unavailable");
        }
    }

    @Test
    void hearsOfKeysInRedis() throws IOException {
        RedisProcess redis = RedisProcess.start(folder);
        open.add(redis);
        AuthScene scene = stored(", redis: {url: \"" + redis.url() + "\"}", "fresh-for: 1h");
        CauseCaller caller = scene.caller(Way.HTTP2);
        String key = "api-key:" + Digest.of(KEY).hex();
        Await.until(
                "redis is there", SOON, () -> caller.ask("/a", "x-api-key", KEY).status() == 401);

        redis.call("SET", key, "billing");
        Await.until(
                "the key is known",
                SOON,
                () -> caller.ask("/a", "x-api-key", KEY).status() == 200);

        redis.call("DEL", key);
        Await.until(
                "the key is nobody's",
                SOON,
                () -> caller.ask("/a", "x-api-key", KEY).status() == 401);
    }

    @Test
    void refusesWhileTheStoreIsAway() {
        AuthScene scene = stored(", redis: {url: \"redis://127.0.0.1:1\"}", "unavailable: known");

        assertThat(scene.caller(Way.HTTP2).ask("/a", "x-api-key", KEY).cause()).isEqualTo("store-unavailable");
    }

    /** The list is a part of the configuration: a reload reads it again. */
    @Test
    void readsTheListAgainWithTheConfiguration() throws IOException {
        AuthScene scene = listed("");
        CauseCaller caller = scene.caller(Way.HTTP2);
        assertThat(caller.ask("/a", "x-api-key", OTHER).status()).isEqualTo(401);

        list(line(OTHER, "shop"));
        scene.gateway().applyAgain();

        assertThat(caller.ask("/a", "x-api-key", OTHER).status()).isEqualTo(200);
        assertThat(caller.ask("/a", "x-api-key", KEY).status()).isEqualTo(401);
    }
}

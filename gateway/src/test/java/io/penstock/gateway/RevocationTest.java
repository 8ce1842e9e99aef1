// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.CauseCaller.Way;
import io.penstock.gateway.auth.Digest;
import io.penstock.gateway.store.RedisProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tokens that are taken back while they hold. */
@Timeout(120)
class RevocationTest {
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

    private AuthScene scene(String store, String keys) {
        AuthScene scene = new AuthScene(
                "jwt: {issuers: [{secret: \"${SHARED}\"}], revocation: {store: taken%s}}"
                        .formatted(keys.isEmpty() ? "" : ", " + keys),
                Map.of("SHARED", TestTokens.SHARED),
                "",
                "stores: [{name: taken" + store + "}]");
        open.add(scene);
        return scene;
    }

    /** A store inside the gateway that has this key. */
    private String embedded(String key) throws IOException {
        Path file = Files.writeString(folder.resolve("entries"), "{\"" + key + "\": \"by hand\"}");
        return ", embedded: {file: \"" + file + "\"}";
    }

    private static boolean away(AuthScene scene) {
        try {
            return scene.page("/metrics").contains("gateway_store_available{store=\"taken\"} 0");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String cause(CauseCaller caller, String token) {
        return String.valueOf(
                caller.ask("/a", "authorization", "Bearer " + token).cause());
    }

    @ParameterizedTest
    @EnumSource
    void refusesWhatIsRevokedAndServesTheConnectionOn(Way way) throws IOException {
        AuthScene scene = scene(embedded("revoked:t-1"), "");
        CauseCaller caller = scene.caller(way);
        String revoked = TestTokens.shared("jti", "t-1");
        String good = TestTokens.shared("jti", "t-2");

        for (int i = 0; i < 2; i++) {
            assertThat(cause(caller, revoked)).isEqualTo("credentials-revoked");
            assertThat(cause(caller, good)).isEqualTo("null");
        }

        assertThat(scene.page("/v1/memory")).contains("\"name\":\"who.revocation\",\"unit\":\"entries\",\"used\":2,");
    }

    @Test
    void revokesByTheHashOfTheToken() throws IOException {
        String token = TestTokens.shared();
        AuthScene scene = scene(embedded("gone/" + Digest.of(token).hex()), "by: hash, prefix: \"gone/\"");
        CauseCaller caller = scene.caller(Way.HTTP2);

        assertThat(cause(caller, token)).isEqualTo("credentials-revoked");
        assertThat(cause(caller, TestTokens.shared("n", 1))).isEqualTo("null");
    }

    @Test
    void refusesTokensThatCouldNotBeRevoked() throws IOException {
        AuthScene scene = scene("", "");

        assertThat(scene.answer("/", "authorization", "Bearer " + TestTokens.shared()))
                .contains("error_description=\"claim jti is missing\"");
        assertThat(scene.answer("/", "authorization", "Bearer " + TestTokens.shared("jti", "x".repeat(600))))
                .contains("error_description=\"claim jti is too long\"");
    }

    /** A token that is in use, whose answer is kept for an hour: the store's word ends that, both ways. */
    @ParameterizedTest
    @EnumSource
    void hearsOfRevocationsInRedis(Way way) throws Exception {
        RedisProcess redis = RedisProcess.start(folder);
        open.add(redis);
        AuthScene scene = scene(", redis: {url: \"" + redis.url() + "\"}", "fresh-for: 1h");
        CauseCaller caller = scene.caller(way);
        String token = TestTokens.shared("jti", "t-1");
        Await.until("redis is there", SOON, () -> cause(caller, token).equals("null"));

        redis.call("SETEX", "revoked:t-1", "3600", "1");
        Await.until("the token is revoked", SOON, () -> cause(caller, token).equals("credentials-revoked"));

        redis.call("DEL", "revoked:t-1");
        Await.until("the token holds again", SOON, () -> cause(caller, token).equals("null"));
    }

    @ParameterizedTest
    @EnumSource(
            value = Way.class,
            names = {"HTTP1_AGAIN", "GRPC"})
    void doesAsTheRuleSaysWhileTheStoreIsAway(Way way) {
        AuthScene closed = scene(", redis: {url: \"redis://127.0.0.1:1\"}", "");
        AuthScene open = scene(", redis: {url: \"redis://127.0.0.1:1\"}", "unavailable: allow");

        assertThat(cause(closed.caller(way), TestTokens.shared("jti", "a"))).isEqualTo("store-unavailable");
        assertThat(cause(open.caller(way), TestTokens.shared("jti", "a"))).isEqualTo("null");
    }

    /** What is known to be revoked stays so, whatever the rule. */
    @Test
    void keepsWhatIsRevokedWhileTheStoreIsAway() throws Exception {
        RedisProcess redis = RedisProcess.start(folder);
        open.add(redis);
        AuthScene scene = scene(", redis: {url: \"" + redis.url() + "\"}", "unavailable: allow");
        CauseCaller caller = scene.caller(Way.HTTP2);
        redis.call("SETEX", "revoked:t-1", "3600", "1");
        Await.until(
                "the token is revoked",
                SOON,
                () -> cause(caller, TestTokens.shared("jti", "t-1")).equals("credentials-revoked"));

        redis.kill();
        Await.until("the store is away", SOON, () -> away(scene));

        assertThat(cause(caller, TestTokens.shared("jti", "t-1"))).isEqualTo("credentials-revoked");
        assertThat(cause(caller, TestTokens.shared("jti", "t-2"))).isEqualTo("null");
    }
}

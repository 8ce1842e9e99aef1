// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.CauseCaller.Seen;
import io.penstock.gateway.CauseCaller.Way;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Identity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the filter {@code jwt} lets pass, and what it says to others, on each way an exchange is served. */
@Timeout(60)
class JwtFilterTest {
    private static final Map<String, String> SHARED = Map.of("SHARED", TestTokens.SHARED);

    private final List<AutoCloseable> open = new ArrayList<>();

    @TempDir
    Path folder;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    private AuthScene scene(String kind, Map<String, String> variables) {
        AuthScene scene = new AuthScene(kind, variables);
        open.add(scene);
        return scene;
    }

    private AuthScene bySecret(String keys) {
        return scene("jwt: {issuers: [{secret: \"${SHARED}\"}]" + (keys.isEmpty() ? "}" : ", " + keys + "}"), SHARED);
    }

    private static String bearer(String token) {
        return "Bearer " + token;
    }

    private static Identity identity(Exchange exchange) {
        return Objects.requireNonNull(exchange.identity());
    }

    @ParameterizedTest
    @EnumSource
    void letsATokenPassAndKnowsItAgain(Way way) throws IOException {
        AuthScene scene = bySecret("");
        CauseCaller caller = scene.caller(way);
        String token = bearer(TestTokens.shared("roles", List.of("reader", "writer")));

        assertThat(caller.ask("/a", "authorization", token).status()).isEqualTo(200);
        assertThat(caller.ask("/b", "authorization", token).status()).isEqualTo(200);

        Exchange first = scene.gateway().ended();
        Exchange second = scene.gateway().ended();
        assertThat(identity(first).subject()).isEqualTo("anna");
        assertThat(identity(first).proof()).isEqualTo(Identity.Proof.JWT);
        assertThat(identity(first).filter()).isEqualTo("who");
        assertThat(identity(first).values("roles")).containsExactly("reader", "writer");
        assertThat(identity(second)).isSameAs(identity(first));
        assertThat(scene.page("/v1/memory"))
                .contains("\"part\":\"filter\",\"name\":\"who\",\"unit\":\"bytes\",\"used\":")
                .doesNotContain("\"part\":\"filter\",\"name\":\"who\",\"unit\":\"bytes\",\"used\":0,");
    }

    @ParameterizedTest
    @EnumSource
    void refusesStrangersAndGoesOnServingTheConnection(Way way) {
        AuthScene scene = bySecret("");
        CauseCaller caller = scene.caller(way);

        Seen seen = caller.ask("/a");

        assertThat(seen).isEqualTo(refusal(way, "credentials-missing"));
        Exchange refused = scene.gateway().ended();
        assertThat(refused.identity()).isNull();
        assertThat(refused.attempts()).isZero();
        assertThat(caller.ask("/a", "authorization", bearer(TestTokens.shared()))
                        .status())
                .isEqualTo(200);
    }

    private static Seen refusal(Way way, String cause) {
        return way == Way.GRPC ? new Seen(200, 16, cause, true) : new Seen(401, Exchange.NONE, cause, true);
    }

    @ParameterizedTest
    @EnumSource
    void refusesAWrongSignature(Way way) {
        AuthScene scene = bySecret("");
        CauseCaller caller = scene.caller(way);
        String token = TestTokens.shared();

        Seen seen = caller.ask("/a", "authorization", bearer(token.substring(0, token.length() - 8) + "AAAAAAAA"));

        assertThat(seen).isEqualTo(refusal(way, "bad-credentials"));
        assertThat(scene.gateway().ended().detail()).isEqualTo("the signature is wrong");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"HS256", "HS384", "HS512", "RS256", "RS512", "PS256", "PS384", "ES256", "ES384", "ES512", "EdDSA"
            })
    void verifiesEachAlgorithm(String algorithm) throws IOException {
        TestTokens issuer = TestTokens.of(algorithm, "k1");
        String keys = algorithm.startsWith("HS")
                ? "secret: \"${SHARED}\""
                : "keys: [\"file:" + Files.writeString(folder.resolve("key"), issuer.jwk()) + "\"]";
        AuthScene scene = scene("jwt: {issuers: [{" + keys + "}]}", SHARED);

        assertThat(scene.answer("/", "authorization", bearer(issuer.token()))).startsWith("HTTP/1.1 200");
        assertThat(scene.answer(
                        "/",
                        "authorization",
                        bearer(TestTokens.of("ES256", "k1").token())))
                .startsWith("HTTP/1.1 401");
    }

    @Test
    void takesKeysFromPemAndTheEnvironment() throws IOException {
        TestTokens pem = TestTokens.of("RS256", "");
        TestTokens set = TestTokens.of("EdDSA", "b");
        Path file = Files.writeString(folder.resolve("a.pem"), "# of the issuer\n" + pem.pem());
        AuthScene scene = scene(
                "jwt: {issuers: [{keys: [\"file:" + file + "\", \"${SET}\"]}]}",
                Map.of("SET", TestTokens.jwks(TestTokens.of("ES256", "a"), set)));

        assertThat(scene.answer("/", "authorization", bearer(pem.token()))).startsWith("HTTP/1.1 200");
        assertThat(scene.answer("/", "authorization", bearer(set.token()))).startsWith("HTTP/1.1 200");
    }

    /** A public key is never taken for a secret, and nothing is signed by nobody. */
    @Test
    void refusesMixedUpAlgorithmsAndNone() throws IOException {
        TestTokens issuer = TestTokens.of("RS256", "k1");
        AuthScene scene = scene("jwt: {issuers: [{keys: [\"${KEY}\"]}]}", Map.of("KEY", issuer.jwk()));
        String payload = issuer.token().split("\\.", -1)[1];
        String none = base64("{\"alg\":\"none\",\"kid\":\"k1\"}") + "." + payload + ".";

        assertThat(scene.answer("/", "authorization", bearer(none))).startsWith("HTTP/1.1 401");
        assertThat(scene.answer("/", "authorization", bearer(none + "AAAA"))).startsWith("HTTP/1.1 401");
        assertThat(scene.answer(
                        "/",
                        "authorization",
                        bearer(TestTokens.of("HS256", "k1").token())))
                .startsWith("HTTP/1.1 401");
        assertThat(scene.answer(
                        "/",
                        "authorization",
                        bearer(TestTokens.of("PS256", "k1").token())))
                .startsWith("HTTP/1.1 401");
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"sub":"anna","exp":9999999999,"iss":"me","aud":"orders","tenant":"acme"} |
            {"sub":"anna","exp":9.999999999e9,"iss":"me","aud":["x","orders"],"tenant":["a","acme"]} |
            {"sub":"anna","iss":"me","aud":"orders","tenant":"acme"} | claim exp is missing
            {"sub":"anna","exp":"9999999999","iss":"me","aud":"orders","tenant":"acme"} | the token is malformed
            {"sub":"anna","exp":1,"iss":"me","aud":"orders","tenant":"acme"} | the token has expired
            {"sub":"anna","exp":9999999999,"nbf":9999999998,"iss":"me","aud":"orders","tenant":"acme"} | the token does not hold yet
            {"sub":"anna","exp":9999999999,"aud":"orders","tenant":"acme"} | claim iss is missing
            {"sub":"anna","exp":9999999999,"iss":"you","aud":"orders","tenant":"acme"} | claim iss names no issuer that is accepted
            {"sub":"anna","exp":9999999999,"iss":"me","tenant":"acme"} | claim aud is missing
            {"sub":"anna","exp":9999999999,"iss":"me","aud":"secret","tenant":"acme"} | claim aud does not name this service
            {"sub":"anna","exp":9999999999,"iss":"me","aud":"orders"} | claim tenant is missing
            {"sub":"anna","exp":9999999999,"iss":"me","aud":"orders","tenant":"secret"} | claim tenant is not what is required
            ["sub"] | the token is malformed
            {"sub":"anna","sub":"root","exp":9999999999,"iss":"me","aud":"orders"} | the token is malformed
            """)
    void saysWhatIsMissingAndNeverWhatIsThere(String payload, String description) throws IOException {
        AuthScene scene = scene(
                "jwt: {issuers: [{issuer: me, audiences: [orders], secret: \"${SHARED}\"}], required-claims: [tenant=acme]}",
                SHARED);
        String token = TestTokens.of("HS256", "").signed(payload);

        String answer = scene.answer("/", "authorization", bearer(token));

        if (description == null) {
            assertThat(answer).startsWith("HTTP/1.1 200");
        } else {
            assertThat(answer)
                    .startsWith("HTTP/1.1 401")
                    .contains("www-authenticate: Bearer realm=\"who\", error=\"invalid_token\", error_description=\""
                            + description + "\"\r\n")
                    .doesNotContain("secret");
        }
    }

    @Test
    void challengesStrangersWithoutAnError() throws IOException {
        assertThat(bySecret("").answer("/"))
                .startsWith("HTTP/1.1 401")
                .contains("www-authenticate: Bearer realm=\"who\"\r\n")
                .doesNotContain("error=");
        assertThat(bySecret("").answer("/", "authorization", "Basic YTpi"))
                .contains("x-penstock-cause: credentials-missing");
    }

    @Test
    void forgivesClocksThatDifferALittle() throws IOException {
        AuthScene scene = bySecret("leeway: 1m");
        long now = System.currentTimeMillis() / 1000;

        assertThat(scene.answer("/", "authorization", bearer(TestTokens.shared("exp", now - 30))))
                .startsWith("HTTP/1.1 200");
        assertThat(scene.answer("/", "authorization", bearer(TestTokens.shared("nbf", now + 30))))
                .startsWith("HTTP/1.1 200");
        assertThat(scene.answer("/", "authorization", bearer(TestTokens.shared("exp", now - 90))))
                .startsWith("HTTP/1.1 401");
    }

    @Test
    void findsTheIssuerByWhatTheTokenSays() throws IOException {
        TestTokens a = TestTokens.of("ES256", "k");
        TestTokens b = TestTokens.of("ES256", "k");
        AuthScene scene = scene(
                "jwt: {issuers: [{issuer: a, keys: [\"${A}\"]}, {issuer: b, keys: [\"${B}\"]}]}",
                Map.of("A", a.jwk(), "B", b.jwk()));

        assertThat(scene.answer("/", "authorization", bearer(a.token("iss", "a"))))
                .startsWith("HTTP/1.1 200");
        assertThat(scene.answer("/", "authorization", bearer(b.token("iss", "b"))))
                .startsWith("HTTP/1.1 200");
        assertThat(scene.answer("/", "authorization", bearer(b.token("iss", "a"))))
                .startsWith("HTTP/1.1 401");
    }

    @Test
    void looksInCookieAndQueryAndHidesTheQuery() throws IOException {
        AuthScene scene = bySecret("cookie: session, query: access_token, forward: false, claim-fields: {x-user: sub}");
        String token = TestTokens.shared();

        assertThat(scene.answer("/seen/c", "cookie", "a=1; session=" + token + "; b=2"))
                .startsWith("HTTP/1.1 200");
        assertThat(scene.answer("/seen/q?a=1&access_token=" + token + "&b=2")).startsWith("HTTP/1.1 200");
        assertThat(scene.answer("/seen/q?access_token=" + token)).startsWith("HTTP/1.1 200");
        assertThat(scene.answer("/seen/h", "authorization", bearer(token))).startsWith("HTTP/1.1 200");

        assertThat(scene.seen())
                .hasSize(4)
                .allSatisfy(
                        head -> assertThat(head).contains("x-user: anna\r\n").doesNotContain(token));
        assertThat(scene.seen().get(0)).contains("cookie: a=1; b=2\r\n");
        assertThat(scene.seen().get(1)).startsWith("GET /seen/q?a=1&b=2 HTTP");
        assertThat(scene.seen().get(2)).startsWith("GET /seen/q HTTP");
    }

    @Test
    void setsFieldsThatNobodyElseCanSet() throws IOException {
        AuthScene scene = bySecret(
                "required: false, claim-fields: {x-user: sub, x-roles: realm.roles, x-name: name, x-none: none}");
        String token = TestTokens.shared("realm", Map.of("roles", List.of("a", "b")), "name", "An\u00e9\r\nx-evil: 1");

        scene.answer("/seen/1", "authorization", bearer(token), "X-User", "root", "X-None", "root");
        scene.answer("/seen/2", "X-User", "root", "X-Roles", "root");

        assertThat(scene.seen().getFirst())
                .contains("x-user: anna\r\n", "x-roles: a,b\r\n", "x-name: An%C3%A9%0D%0Ax-evil:%201\r\n")
                .doesNotContain("root", "x-none");
        assertThat(scene.seen().getLast()).doesNotContain("root", "x-user", "x-roles");
    }

    @Test
    void letsStrangersPassWhereThatIsAllowedButNoWrongToken() throws IOException {
        AuthScene scene = bySecret("required: false");

        assertThat(scene.answer("/")).startsWith("HTTP/1.1 200");
        assertThat(scene.answer("/", "authorization", bearer("a.b.c"))).startsWith("HTTP/1.1 401");
    }

    @Test
    void remembersOverAReload() throws IOException {
        AuthScene scene = bySecret("");
        CauseCaller caller = scene.caller(Way.HTTP2);
        String token = bearer(TestTokens.shared());
        caller.ask("/a", "authorization", token);
        Identity before = identity(scene.gateway().ended());

        scene.gateway().applyAgain();
        caller.ask("/a", "authorization", token);

        assertThat(identity(scene.gateway().ended())).isSameAs(before);
    }

    /** Each is refused alike, and nothing of them stays. */
    @Test
    void refusesMalformedTokensByTheThousand() throws IOException {
        AuthScene scene = bySecret("");
        FramePeer client = scene.gateway().client();
        String good = TestTokens.shared();
        List<String> tokens = malformed(good);
        try (Defects defects = new Defects()) {
            for (String token : tokens) {
                int stream = client.get("/", "authorization", bearer(token));
                assertThat(client.awaitHead(stream).status()).isEqualTo("401");
                assertThat(scene.gateway().ended().cause()).isNotNull();
            }
            assertThat(defects.found()).isEmpty();
        }
        assertThat(scene.page("/v1/memory")).contains("\"name\":\"who\",\"unit\":\"bytes\",\"used\":0,");
        assertThat(client.awaitHead(client.get("/", "authorization", bearer(good)))
                        .status())
                .isEqualTo("200");
        assertThat(tokens.size()).isGreaterThan(2500);
    }

    private static List<String> malformed(String good) {
        Random random = new Random(42);
        List<String> tokens = new ArrayList<>();
        for (int i = 0; i < good.length(); i++) {
            tokens.add(good.substring(0, i) + "!" + good.substring(i + 1));
            tokens.add(good.substring(0, Math.max(1, i)));
            tokens.add(good.substring(0, i) + "." + good.substring(i));
        }
        for (int i = 0; i < 2500; i++) {
            byte[] bytes = new byte[random.nextInt(300) + 1];
            random.nextBytes(bytes);
            String text = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
            tokens.add(random.nextBoolean() ? text : base64("{\"alg\":\"HS256\"}") + "." + text + "." + text);
        }
        String deep = "[".repeat(2000) + "]".repeat(2000);
        tokens.add(base64("{\"alg\":\"HS256\",\"x\":" + deep + "}") + ".e30.AAAA");
        tokens.add(TestTokens.of("HS256", "").signed("{\"exp\":9999999999,\"x\":" + deep + "}"));
        tokens.add(TestTokens.of("HS256", "").signed("{\"exp\":1e400}"));
        tokens.add("a".repeat(9000));
        return tokens;
    }
}

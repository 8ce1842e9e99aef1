// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.CauseCaller.Seen;
import io.penstock.gateway.CauseCaller.Way;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Identity;
import io.penstock.harness.sign.SigningKey;
import java.io.IOException;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the filter {@code signature} lets pass, and what it says to others, on each way an exchange is served. */
@Timeout(60)
class SignatureFilterTest {
    private static final KeyPair PAIR = TestSignatures.pair();
    private static final String OTHER = "another secret, which is long enough";
    private static final SigningKey OTHER_KEY = TestSignatures.shared(OTHER);
    private static final Map<String, String> VARIABLES =
            Map.of("K1", TestSignatures.SECRET, "K2", TestSignatures.pem(PAIR), "K3", OTHER);

    /** One secret, one key pair, and two secrets that are not good now. */
    private static final String KEYS = """
            keys: [{id: k1, secret: "${K1}", subject: anna, roles: [reader, writer]}, {id: k2, public-key: "${K2}", subject: anna},
              {id: old, secret: "${K3}", not-after: "2020-01-01T00:00:00Z"}, {id: new, secret: "${K3}", not-before: "2999-01-01T00:00:00Z"}]""";

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    private AuthScene scene(String more) {
        AuthScene scene = new AuthScene("signature: {" + KEYS + (more.isEmpty() ? "" : ", " + more) + "}", VARIABLES);
        open.add(scene);
        return scene;
    }

    private static TestSignatures signing(Way way, String target) {
        // the call is ended by its head: there is no body of which there could be a digest
        return TestSignatures.of(target).method(way == Way.GRPC ? "POST" : "GET");
    }

    private static SigningKey pair() {
        return SigningKey.of(PAIR.getPrivate());
    }

    private static Seen refusal(Way way, String cause) {
        return way == Way.GRPC ? new Seen(200, 16, cause, true) : new Seen(401, Exchange.NONE, cause, true);
    }

    private static Identity identity(Exchange exchange) {
        return Objects.requireNonNull(exchange.identity());
    }

    @ParameterizedTest
    @EnumSource
    void letsSignedRequestsPass(Way way) {
        AuthScene scene = scene("");
        CauseCaller caller = scene.caller(way);

        assertThat(caller.ask("/a?x=1", signing(way, "/a?x=1").fields()).status())
                .isEqualTo(200);
        assertThat(caller.ask("/a", signing(way, "/a").key("k2", pair()).fields())
                        .status())
                .isEqualTo(200);

        Identity shared = identity(scene.gateway().ended());
        Identity published = identity(scene.gateway().ended());
        assertThat(shared.subject()).isEqualTo("anna");
        assertThat(shared.proof()).isEqualTo(Identity.Proof.SIGNATURE);
        assertThat(shared.filter()).isEqualTo("who");
        assertThat(shared.values("keyid")).containsExactly("k1");
        assertThat(shared.values(Identity.ROLES)).containsExactly("reader", "writer");
        assertThat(published.subject()).isEqualTo("anna");
        assertThat(published.values("keyid")).containsExactly("k2");
    }

    @ParameterizedTest
    @EnumSource
    void refusesStrangersAndGoesOnServingTheConnection(Way way) {
        AuthScene scene = scene("");
        CauseCaller caller = scene.caller(way);
        String[] good = signing(way, "/a").fields();

        assertThat(caller.ask("/a")).isEqualTo(refusal(way, "credentials-missing"));
        assertThat(caller.ask("/a", "signature", "nonsense", "signature-input", "x"))
                .isEqualTo(refusal(way, "bad-credentials"));
        assertThat(caller.ask("/b", good)).isEqualTo(refusal(way, "bad-credentials"));
        assertThat(caller.ask("/a", signing(way, "/a").createdIn(-100).fields()))
                .isEqualTo(refusal(way, "credentials-expired"));
        assertThat(caller.ask(
                        "/a",
                        signing(way, "/a").key("k2", pair()).createdIn(-100).fields()))
                .isEqualTo(refusal(way, "credentials-expired"));
        assertThat(caller.reusable()).isTrue();
        assertThat(caller.ask("/a", good).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource
    void takesEachNonceOnce(Way way) throws IOException {
        AuthScene scene = scene("");
        CauseCaller caller = scene.caller(way);
        String[] fields = signing(way, "/a").fields();
        String[] published = signing(way, "/a").key("k2", pair()).fields();

        assertThat(caller.ask("/a", fields).status()).isEqualTo(200);
        assertThat(caller.ask("/a", fields)).isEqualTo(refusal(way, "credentials-replayed"));
        assertThat(caller.ask("/a", published).status()).isEqualTo(200);
        assertThat(caller.ask("/a", published)).isEqualTo(refusal(way, "credentials-replayed"));
        assertThat(caller.ask("/b", signing(way, "/b").fields()).status()).isEqualTo(200);
        assertThat(scene.page("/v1/memory"))
                .contains("\"part\":\"filter\",\"name\":\"who\",\"unit\":\"entries\",\"used\":3,\"capacity\":1000000,");
    }

    /** Another owner may use the same nonce. */
    @Test
    void takesANonceOfEachKey() {
        AuthScene scene = scene("");
        CauseCaller caller = scene.caller(Way.HTTP2);

        assertThat(caller.ask("/a", TestSignatures.of("/a").nonce("n").fields()).status())
                .isEqualTo(200);
        assertThat(caller.ask(
                                "/a",
                                TestSignatures.of("/a")
                                        .nonce("n")
                                        .key("k2", pair())
                                        .fields())
                        .status())
                .isEqualTo(200);
        assertThat(caller.ask("/b", TestSignatures.of("/b").nonce("n").fields()).cause())
                .isEqualTo("credentials-replayed");
    }

    @Test
    void refusesWhatIsNotSignedAsItHasToBe() {
        CauseCaller caller = scene("").caller(Way.HTTP2);
        Map<String, TestSignatures> bad = new LinkedHashMap<>();
        bad.put("by another secret", of().key("k1", OTHER_KEY));
        bad.put("by nobody that is known", of().keyId("k3"));
        bad.put("by nobody", of().keyId(""));
        bad.put("at no time", of().timeless());
        bad.put("without a nonce", of().nonce(""));
        bad.put("with a long nonce", of().nonce("x".repeat(257)));
        // the algorithm is the key's, whatever is said, and whatever a public key is good for as a secret
        bad.put("says ed25519, and is not", of().algorithm("ed25519"));
        bad.put("says what nobody speaks", of().algorithm("rsa-v1_5-sha256"));
        bad.put("says hmac-sha256, and is not", of().key("k2", pair()).algorithm("hmac-sha256"));
        bad.put(
                "by the text of a public key as a secret",
                of().key("k2", TestSignatures.shared(TestSignatures.pem(PAIR))).algorithm("hmac-sha256"));
        bad.put(
                "by a public key as a secret",
                of().key("k2", SigningKey.shared(PAIR.getPublic().getEncoded())));
        bad.put("by a key pair where a secret is expected", of().key("k1", pair()));
        bad.put("covers the method alone", of().components("@method"));
        bad.put("covers the path alone", of().components("@path"));
        bad.put("covers no query", of().components("@method", "@path"));
        bad.put("covers the query twice", of().components("@method", "@path", "@query", "@query"));
        bad.put("another method", of().method("POST"));
        bad.put("another path", TestSignatures.of("/b?x=1"));
        bad.put("another query", TestSignatures.of("/a?x=2"));
        bad.put("a longer query", TestSignatures.of("/a?x=1&y"));
        bad.put("no query", TestSignatures.of("/a"));
        bad.put("another authority", all("@authority").authority("b.test"));
        bad.put("another scheme", all("@scheme").scheme("https"));
        bad.put("another target URI", all("@target-uri").authority("b.test"));

        bad.forEach((name, signed) -> assertThat(
                        caller.ask("/a?x=1", signed.fields()).cause())
                .as(name)
                .isEqualTo("bad-credentials"));
    }

    @Test
    void refusesWhatIsNotGoodNow() {
        CauseCaller caller = scene("").caller(Way.HTTP2);
        Map<String, TestSignatures> expired = new LinkedHashMap<>();
        expired.put("signed long ago", of().createdIn(-95));
        expired.put("signed in the future", of().createdIn(40));
        expired.put("has expired", of().expiresIn(-40));
        expired.put("by a key that is good no more", of().key("old", OTHER_KEY));
        expired.put("by a key that is not good yet", of().key("new", OTHER_KEY));

        expired.forEach((name, signed) -> assertThat(
                        caller.ask("/a?x=1", signed.fields()).cause())
                .as(name)
                .isEqualTo("credentials-expired"));
    }

    static Stream<Arguments> rules() {
        return Stream.of(
                Arguments.of("window: 20s, skew: 0s", "credentials-expired", of().createdIn(-30), of()),
                Arguments.of("window: 1h, skew: 0s", "credentials-expired", of().createdIn(5), of().createdIn(-3000)),
                Arguments.of("components: [\"@authority\"]", "bad-credentials", of(), of().components("@target-uri")),
                Arguments.of("components: [\"@target-uri\"]", "bad-credentials", of(), of().components("@target-uri")),
                Arguments.of(
                        "components: [\"@request-target\"]", "bad-credentials", of(), of().components("@target-uri")),
                Arguments.of(
                        "components: [x-tenant]",
                        "bad-credentials",
                        of(),
                        of().field("x-tenant", "a").components("x-tenant")),
                Arguments.of("components: [host]", "bad-credentials", of(), of().components("host")),
                Arguments.of("tag: pay", "bad-credentials", of(), of().tag("pay")),
                Arguments.of("tag: pay", "bad-credentials", of().tag("other"), of().tag("pay")),
                Arguments.of("nonce: optional", "bad-credentials", of().keyId("k3"), of().nonce("")));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void goesByItsKeys(String keys, String cause, TestSignatures bad, TestSignatures good) {
        AuthScene scene = scene(keys);

        for (Way way : List.of(Way.HTTP1, Way.HTTP2)) {
            CauseCaller caller = scene.caller(way);
            assertThat(caller.ask("/a?x=1", bad.fields()).cause()).isEqualTo(cause);
            assertThat(caller.ask("/a?x=1", good.again().fields()).status()).isEqualTo(200);
        }
    }

    private static TestSignatures of() {
        return TestSignatures.of("/a?x=1");
    }

    private static TestSignatures all(String more) {
        return of().components("@method", "@path", "@query", more);
    }

    @Test
    void letsPassWhatIsSignedWellEnough() {
        CauseCaller caller = scene("").caller(Way.HTTP1);
        Map<String, TestSignatures> good = new LinkedHashMap<>();
        good.put("signed a while ago", of().createdIn(-85));
        good.put("signed by a clock that is fast", of().createdIn(25));
        good.put("expired by a clock that is slow", of().expiresIn(-20));
        good.put("says its algorithm", of().algorithm("hmac-sha256"));
        good.put("says its algorithm, by a key pair", of().key("k2", pair()).algorithm("ed25519"));
        good.put("covers the whole URI", of().components("@method", "@target-uri"));
        good.put("covers the whole target", of().components("@method", "@request-target"));
        good.put("covers more", of().components("@query", "@scheme", "@authority", "@path", "@method"));

        good.forEach((name, signed) -> assertThat(
                        caller.ask("/a?x=1", signed.fields()).status())
                .as(name)
                .isEqualTo(200));
    }

    @Test
    void letsASignatureWithoutNonceComeAgainWhereNoneIsRequired() {
        AuthScene scene = scene("nonce: optional");
        CauseCaller caller = scene.caller(Way.HTTP2);
        String[] without = of().nonce("").fields();
        String[] with = of().fields();

        assertThat(caller.ask("/a?x=1", without).status()).isEqualTo(200);
        assertThat(caller.ask("/a?x=1", without).status()).isEqualTo(200);
        assertThat(caller.ask("/a?x=1", with).status()).isEqualTo(200);
        assertThat(caller.ask("/a?x=1", with).cause()).isEqualTo("credentials-replayed");
    }

    @Test
    void noticesAnotherFieldAndOneMore() {
        AuthScene scene = scene("components: [x-tenant]");
        CauseCaller caller = scene.caller(Way.HTTP1);
        String[] fields = of().field("x-tenant", "a").components("x-tenant").fields();
        String[] changed = fields.clone();
        changed[1] = "b";

        assertThat(caller.ask("/a", changed).cause()).isEqualTo("bad-credentials");
        assertThat(caller.ask("/a", FramePeer.joined(fields, "x-tenant", "b")).cause())
                .isEqualTo("bad-credentials");
        assertThat(caller.ask("/a", Arrays.copyOfRange(fields, 2, fields.length))
                        .cause())
                .isEqualTo("bad-credentials");
        assertThat(caller.ask("/a", fields).status()).isEqualTo(200);
    }

    /** Another party may have signed the request, too, and in a way that we do not know. */
    @Test
    void looksAtSignaturesByKnownKeysAlone() {
        AuthScene scene = scene("");
        CauseCaller caller = scene.caller(Way.HTTP2);
        String[] fields = of().fields();
        String[] both = fields.clone();
        both[1] = "other=(\"@query-param\";name=\"x\");keyid=\"proxy\";alg=\"ecdsa-p256-sha256\", " + fields[1];
        both[3] = fields[3] + ", other=:AAAA:";
        String[] many = fields.clone();
        many[1] = Stream.of("a", "b", "c", "d", "e")
                .map(label -> fields[1].replace("sig=", label + "="))
                .reduce((one, more) -> one + ", " + more)
                .orElseThrow();
        many[3] = "a=:AA==:, b=:AA==:, c=:AA==:, d=:AA==:" + fields[3].replace("sig=", ", e=");
        String[] second = of().fields();
        second[1] = "a=(\"@method\");keyid=\"k1\";created=1, " + second[1];
        second[3] = "a=:AA==:, " + second[3];

        assertThat(caller.ask("/a?x=1", many).cause()).isEqualTo("bad-credentials");
        assertThat(caller.ask("/a?x=1", both).status()).isEqualTo(200);
        assertThat(caller.ask("/a?x=1", second).status()).isEqualTo(200);
    }

    @Test
    void challengesAndNeverRepeatsWhatWasShown() throws IOException {
        AuthScene scene = scene("tag: \"pay \\\\ \\\"\"");
        String[] fields = of().tag("pay \\ \"").nonce("n-4711").createdIn(-1000).fields();

        assertThat(scene.answer("/a?x=1", fields))
                .startsWith("HTTP/1.1 401")
                .contains("www-authenticate: Signature realm=\"who\"\r\n")
                .contains("accept-signature: sig=(\"@method\" \"@path\" \"@query\");created;tag=\"pay \\\\ \\\"\"\r\n")
                .doesNotContain("n-4711", fields[3]);
        assertThat(scene.answer("/a")).contains("accept-signature: sig=(\"@method\" \"@path\");created;tag=");
    }

    @Test
    void setsFieldsThatNobodyElseCanSet() throws IOException {
        AuthScene scene = scene("required: false, claim-fields: {x-user: sub, x-key: keyid, x-roles: roles}");

        scene.answer("/seen/1", FramePeer.joined(TestSignatures.of("/seen/1").fields(), "X-User", "root"));
        scene.answer("/seen/2", "X-User", "root", "X-Key", "root");
        assertThat(scene.answer("/seen/3", TestSignatures.of("/seen/2").fields()))
                .startsWith("HTTP/1.1 401");

        assertThat(scene.seen()).hasSize(2);
        assertThat(scene.seen().getFirst())
                .contains("x-user: anna\r\n", "x-key: k1\r\n", "x-roles: reader,writer\r\n")
                .doesNotContain("root");
        assertThat(scene.seen().getLast()).doesNotContain("root", "x-user", "x-key");
    }

    /** Where keys are replaced, both are good for a while, and no request is good twice because of that. */
    @Test
    void takesOldAndNewKeysWhileTheyAreReplaced() throws IOException {
        AuthScene scene = scene("");
        CauseCaller caller = scene.caller(Way.HTTP2);
        SigningKey next = TestSignatures.shared(OTHER);
        String[] before = of().fields();
        assertThat(caller.ask("/a?x=1", before).status()).isEqualTo(200);
        assertThat(caller.ask("/a?x=1", of().key("k1-next", next).fields()).cause())
                .isEqualTo("bad-credentials");

        String overlap = scene.yaml()
                .replace("keys: [", "max-nonces: 5000, keys: [{id: k1-next, secret: \"${K3}\", subject: anna}, ");
        scene.gateway().apply(overlap);

        assertThat(caller.ask("/a?x=1", before).cause()).isEqualTo("credentials-replayed");
        assertThat(caller.ask("/a?x=1", of().fields()).status()).isEqualTo(200);
        assertThat(caller.ask("/a?x=1", of().key("k1-next", next).fields()).status())
                .isEqualTo(200);

        scene.gateway().apply(overlap.replace("subject: anna, roles", "not-after: \"2020-01-01T00:00:00Z\", roles"));

        assertThat(caller.ask("/a?x=1", of().fields()).cause()).isEqualTo("credentials-expired");
        assertThat(caller.ask("/a?x=1", of().key("k1-next", next).fields()).status())
                .isEqualTo(200);
    }

    @Test
    void remembersNoMoreThanItMay() {
        AuthScene closed = scene("max-nonces: 1000");
        AuthScene open = scene("max-nonces: 1000, unavailable: open");
        for (AuthScene scene : List.of(closed, open)) {
            CauseCaller caller = scene.caller(Way.HTTP2);
            String[] first = TestSignatures.of("/a").nonce("n0").fields();
            assertThat(caller.ask("/a", first).status()).isEqualTo(200);
            for (int i = 1; i < 1000; i++) {
                assertThat(caller.ask(
                                        "/a",
                                        TestSignatures.of("/a").nonce("n" + i).fields())
                                .status())
                        .isEqualTo(200);
            }
            Seen more = caller.ask("/a", TestSignatures.of("/a").fields());

            assertThat(more.cause()).isEqualTo(scene == closed ? "check-unavailable" : null);
            assertThat(more.status()).isEqualTo(scene == closed ? 503 : 200);
        }
    }

    /** Each is refused alike, and nothing of them stays. */
    @Test
    void refusesMalformedSignaturesByTheThousand() throws IOException {
        AuthScene scene = scene("");
        FramePeer client = scene.gateway().client();
        String[] good = of().fields();
        List<String[]> all = malformed(good);
        try (Defects defects = new Defects()) {
            for (String[] fields : all) {
                int stream = client.get("/a?x=1", fields);
                assertThat(client.awaitHead(stream).status())
                        .as("%s", List.of(fields))
                        .isEqualTo("401");
                assertThat(scene.gateway().ended().cause()).isNotNull();
            }
            assertThat(defects.found()).isEmpty();
        }
        assertThat(scene.page("/v1/memory")).contains("\"name\":\"who\",\"unit\":\"entries\",\"used\":0,");
        assertThat(client.awaitHead(client.get("/a?x=1", good)).status()).isEqualTo("200");
        assertThat(all.size()).isGreaterThan(2500);
    }

    private static List<String[]> malformed(String[] good) {
        Random random = new Random(9421);
        String input = good[1];
        String signature = good[3];
        List<String[]> all = new ArrayList<>();
        for (int i = 0; i < input.length(); i++) {
            all.add(pair(input.substring(0, i), signature));
            all.add(pair(input.substring(0, i) + "!" + input.substring(i + 1), signature));
            all.add(pair(input.substring(0, i) + input.substring(i + 1), signature));
        }
        for (int i = 5; i < signature.length() - 3; i++) {
            all.add(pair(input, signature.substring(0, i)));
            all.add(pair(input, signature.substring(0, i) + "!" + signature.substring(i + 1)));
            all.add(pair(input, signature.substring(0, i) + ":" + signature.substring(i)));
        }
        String alphabet = "ab1.-\"\\:=?()*;, @";
        for (int i = 0; i < 2500; i++) {
            StringBuilder text = new StringBuilder(random.nextBoolean() ? "sig=(" : "");
            for (int length = random.nextInt(60); length > 0; length--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            all.add(random.nextBoolean() ? pair(text.toString(), signature) : pair(input, text.toString()));
        }
        all.add(pair(input.replace("(\"@method\"", "(" + "\"@method\" ".repeat(700)), signature));
        all.add(pair("sig=" + "(".repeat(9000), signature));
        all.add(pair("a,".repeat(4000) + "a", signature));
        all.add(pair(input + ";x=" + "9".repeat(9000), signature));
        all.add(pair(input, "sig=:" + "A".repeat(9000) + ":"));
        return all;
    }

    private static String[] pair(String input, String signature) {
        return new String[] {"signature-input", input.strip(), "signature", signature.strip()};
    }
}

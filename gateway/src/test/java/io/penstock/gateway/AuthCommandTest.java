// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.auth.Digest;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What {@code check} and {@code explain} say of filters that ask who calls. */
class AuthCommandTest {
    private static final String FILE = """
            listeners: [{port: 0}]
            routes: [{name: all, cluster: origin, filters: [who, behind]}]
            clusters: [{name: origin, endpoints: ["127.0.0.1:1"]}]
            stores: [{name: taken, redis: {url: "redis://127.0.0.1:1"}}]
            filters:
              - {name: who, <filter>}
              - {name: behind, headers: {request: {set: {x-behind: "1"}}}}
            """;

    @TempDir
    Path folder;

    private record Ran(int code, String out, String err) {}

    private Ran run(String filter, String... arguments) throws IOException {
        Path file = Files.writeString(folder.resolve("gateway.yaml"), FILE.replace("<filter>", filter));
        List<String> all = new ArrayList<>(List.of(arguments[0], "--config", file.toString()));
        all.addAll(List.of(arguments).subList(1, arguments.length));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = new CommandLine(new Main())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all.toArray(String[]::new));
        return new Ran(code, out.toString(), err.toString());
    }

    private String file(String name, String text) throws IOException {
        return "\"file:" + Files.writeString(folder.resolve(name), text) + "\"";
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            jwt: {issuers: [{keys: [file:nowhere.pem]}]} | filters[0].jwt.issuers[0].keys[0]: is of no use: nowhere.pem does not exist
            jwt: {issuers: [{keys: [<key>]}]} | filters[0].jwt.issuers[0].keys[0]: file:<file> holds no key that can verify a signature
            jwt: {issuers: [{keys: [<jwk>]}]} | filters[0].jwt.issuers[0].keys[0]: file:<file> holds broken JSON
            jwt: {issuers: [{secret: <key>}]} | filters[0].jwt.issuers[0].secret: is shorter than 32 bytes
            jwt: {issuers: [{secret: your-secret-key}]} | filters[0].jwt.issuers[0].secret: is written in the configuration
            jwt: {issuers: [{issuer: a, keys: [<key>]}, {keys: [<key>]}]} | filters[0].jwt.issuers[1].issuer: is missing beside other issuers
            api-key: {keys: <key>} | filters[0].api-key.keys: file:<file>: line 1 is malformed
            api-key: {store: nowhere} | filters[0]: nowhere is not in stores
            basic: {users: <key>} | filters[0].basic.users: file:<file>: line 1 is malformed
            signature: {keys: [{id: k, public-key: <key>}]} | filters[0].signature.keys[0].public-key: file:<file> holds no PUBLIC KEY
            signature: {keys: [{id: k, secret: <key>}]} | filters[0].signature.keys[0].secret: is shorter than 32 bytes
            signature: {keys: [{id: k, secret: your-secret-key}]} | filters[0].signature.keys[0].secret: is written in the configuration
            signature: {keys: [{id: k, secret: <key>, not-after: soon}]} | filters[0].signature.keys[0].not-after: soon is not a time
            signature: {keys: [{id: k, secret: <key>}], components: ["@status"]} | filters[0].signature.components[0]: @status is not a component
            signature: {keys: [{id: k, public-key: <key>}], store: nowhere} | filters[0]: nowhere is not in stores
            basic: {users: <costly>} | filters[0].basic.users: file:<file>: line 1 has a bcrypt cost of 31
            """)
    void checkNamesThePlaceAndNoSecret(String filter, String problem) throws IOException {
        String text = filter.contains("<jwk>")
                ? "{\"kty\":\"RSA\",\"n\":\"hidden\""
                : filter.contains("<costly>") ? "a:$2y$31$" + "hidden".repeat(9).substring(0, 53) : "hidden";
        String file = file("source", text);

        Ran ran = run(filter.replaceAll("<key>|<jwk>|<costly>", file), "check");

        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err())
                .contains(problem.replace("<file>", folder.resolve("source").toString()))
                .contains("gateway.yaml:6:")
                .doesNotContain("hidden", "your-secret-key");
    }

    @Test
    void checkFindsGoodOnesFine() throws IOException {
        String keys = file("keys", TestTokens.of("ES256", "a").pem());

        assertThat(run("jwt: {issuers: [{keys: [" + keys + "]}], revocation: {store: taken}}", "check")
                        .code())
                .isZero();
    }

    @Test
    void explainSaysOfflineWhatWouldBeAsked() throws IOException {
        String keys = file("keys", TestTokens.of("ES256", "a").pem());
        String jwt = "jwt: {issuers: [{issuer: me, keys: [" + keys + "], jwks: {cluster: origin}}],"
                + " revocation: {store: taken}}";
        String token = TestTokens.of("ES256", "a").token("iss", "me");

        Ran shown = run(jwt, "explain", "GET", "http://a.test/", "-H", "Authorization: Bearer " + token);
        assertThat(flat(shown.out()))
                .contains("who: verifies the token: me by 1 keys of the configuration and no keys of cluster origin")
                .contains("looks for revocations in store taken", "behind: request set x-behind")
                .doesNotContain(token);
        assertThat(flat(run(jwt, "explain", "GET", "http://a.test/").out()))
                .contains("who: refused: credentials-missing")
                .doesNotContain("behind:");
    }

    private static String flat(String text) {
        return text.replaceAll("\\s+", " ");
    }

    @Test
    void explainSaysOnlineWhatTheFilterKnows() throws Exception {
        try (AuthScene scene =
                new AuthScene("jwt: {issuers: [{secret: \"${SHARED}\"}]}", Map.of("SHARED", TestTokens.SHARED))) {
            String token = "Bearer " + TestTokens.shared();

            assertThat(scene.answer("/", "authorization", token, "x-penstock-explain", "1"))
                    .contains("who: verifies the token: any issuer by 1 keys of the configuration");
            scene.answer("/", "authorization", token);
            assertThat(scene.answer("/", "authorization", token, "x-penstock-explain", "1"))
                    .contains("who: known token");
            assertThat(scene.answer("/", "x-penstock-explain", "1")).contains("who: refused: credentials-missing");
        }
    }

    @Test
    void explainKnowsKeysOfTheList() throws IOException {
        String keys = file("keys", Digest.of("k-1").hex() + " billing\n");
        String filter = "api-key: {keys: " + keys + ", store: taken, required: false}";

        assertThat(flat(run(filter, "explain", "GET", "http://a.test/", "-H", "x-api-key: k-1")
                        .out()))
                .contains("who: known key; behind");
        assertThat(flat(run(filter, "explain", "GET", "http://a.test/", "-H", "x-api-key: k-2")
                        .out()))
                .contains("who: looks for the key in store taken; behind");
        assertThat(flat(run(filter, "explain", "GET", "http://a.test/").out()))
                .contains("who: no key, goes on as a stranger's; behind");
    }

    @Test
    void explainChecksASignatureAndTakesNoNonce() throws Exception {
        String secret = file("secret", TestSignatures.SECRET);
        String keys = "keys: [{id: k1, secret: " + secret + "}]";
        String[] fields = TestSignatures.of("/a").authority("a.test").fields();
        String[] arguments = {
            "explain", "GET", "http://a.test/a", "-H", fields[0] + ": " + fields[1], "-H", fields[2] + ": " + fields[3]
        };

        for (int i = 0; i < 2; i++) {
            assertThat(flat(run("signature: {" + keys + "}", arguments).out()))
                    .contains("who: signed by key k1, its nonce is new here; behind");
        }
        assertThat(flat(run("signature: {" + keys + ", store: taken}", arguments)
                        .out()))
                .contains("who: signed by key k1, asks store taken for its nonce; behind");
        assertThat(flat(run("signature: {" + keys + ", components: [x-tenant]}", arguments)
                        .out()))
                .contains("who: refused: bad-credentials");
        assertThat(flat(run("signature: {" + keys + ", required: false}", "explain", "GET", "http://a.test/")
                        .out()))
                .contains("who: no signature, goes on as a stranger's; behind");
    }

    @Test
    void explainKnowsOnlineWhichNonceCameBefore() throws Exception {
        try (AuthScene scene = new AuthScene(
                "signature: {keys: [{id: k1, secret: \"${K1}\"}]}", Map.of("K1", TestSignatures.SECRET))) {
            String[] fields = TestSignatures.of("/").fields();
            String[] asking = FramePeer.joined(fields, "x-penstock-explain", "1");

            assertThat(scene.answer("/", asking)).contains("who: signed by key k1, its nonce is new here");
            assertThat(scene.answer("/", asking)).contains("who: signed by key k1, its nonce is new here");
            assertThat(scene.answer("/", fields)).startsWith("HTTP/1.1 200");
            assertThat(scene.answer("/", asking)).contains("who: refused: credentials-replayed");
        }
    }
}

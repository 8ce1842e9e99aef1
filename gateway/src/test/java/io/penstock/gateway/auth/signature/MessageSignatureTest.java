// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.Identity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signatures of requests, held against the vectors of RFC 9421, appendix B.2. */
class MessageSignatureTest {
    private static final Identity OWNER = Identity.of("owner", Identity.Proof.SIGNATURE, "test");
    private static final String SECRET =
            "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==";
    private static final String PUBLIC = """
            -----BEGIN PUBLIC KEY-----
            MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=
            -----END PUBLIC KEY-----
            """;
    private static final String B25 =
            "sig-b25=(\"date\" \"@authority\" \"content-type\");created=1618884473;keyid=\"test-shared-secret\"";
    private static final String B26 = "sig-b26=(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\""
            + " \"content-length\");created=1618884473;keyid=\"test-key-ed25519\"";

    private static Head fields() {
        return new Head()
                .add("date", "Tue, 20 Apr 2021 02:07:55 GMT")
                .add("content-type", "application/json")
                .add(
                        "content-digest",
                        "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:")
                .add("content-length", "18");
    }

    private static SignedRequest request(Head fields) {
        return new SignedRequest("POST", "https", "example.com", "/foo?param=Value&Pet=dog", fields);
    }

    private static MessageSignature only(SignedRequest request) {
        List<MessageSignature> all = MessageSignature.of(request);
        assertThat(all).hasSize(1);
        return all.getFirst();
    }

    private static String base(SignedRequest request) {
        return new String(only(request).base(request), StandardCharsets.ISO_8859_1);
    }

    @Test
    void agreesWithTheVectorOfHmac() {
        SignedRequest request = request(fields().add("signature-input", B25)
                .add("signature", "sig-b25=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:"));
        SigningKey key = SigningKey.shared(Base64.getDecoder().decode(SECRET), OWNER);

        assertThat(base(request)).isEqualTo("""
                "date": Tue, 20 Apr 2021 02:07:55 GMT
                "@authority": example.com
                "content-type": application/json
                "@signature-params": ("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret\"""");
        assertThat(key.verifies(only(request).base(request), only(request).bytes()))
                .isTrue();
    }

    @Test
    void agreesWithTheVectorOfEd25519() throws IOException {
        SignedRequest request = request(
                fields().add("signature-input", B26)
                        .add(
                                "signature",
                                "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:"));
        SigningKey key = SigningKey.published(PUBLIC, OWNER);

        assertThat(base(request)).isEqualTo("""
                "date": Tue, 20 Apr 2021 02:07:55 GMT
                "@method": POST
                "@path": /foo
                "@authority": example.com
                "content-type": application/json
                "content-length": 18
                "@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length")\
                ;created=1618884473;keyid="test-key-ed25519\"""");
        assertThat(key.verifies(only(request).base(request), only(request).bytes()))
                .isTrue();
    }

    @Test
    void holdsForNothingElse() throws IOException {
        byte[] base = {1, 2, 3};
        SigningKey shared = SigningKey.shared(Base64.getDecoder().decode(SECRET), OWNER);
        SigningKey published = SigningKey.published(PUBLIC, OWNER);

        for (int length = 0; length < 200; length++) {
            assertThat(shared.verifies(base, new byte[length])).isFalse();
            assertThat(published.verifies(base, new byte[length])).isFalse();
        }
        assertThat(shared).hasToString("hmac-sha256 of SIGNATURE by test");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            https://Example.com:443/a/?x=1%20&y   | @authority      | example.com
            https://example.com:80/               | @authority      | example.com:80
            http://example.com:80/                | @authority      | example.com
            http://[::1]:8080/                    | @authority      | [::1]:8080
            http://[::1]:80/                      | @authority      | [::1]
            https://example.com/a?b               | @scheme         | https
            https://example.com/a?b               | @method         | POST
            https://example.com/a%2Fb/?x=1%20&y   | @path           | /a%2Fb/
            https://example.com/a                 | @query          | ?
            https://example.com/a?                | @query          | ?
            https://example.com/a?x=1%20&y        | @query          | ?x=1%20&y
            https://example.com/a?x=1?y           | @query          | ?x=1?y
            https://Example.com:443/a?x=1         | @target-uri     | https://example.com/a?x=1
            https://example.com/a?x=1             | @request-target | /a?x=1
            https://example.com/a?x=1             | x-two           | 1, 2
            https://example.com/a?x=1             | x-empty         | ''
            https://example.com/a?x=1             | cookie          | a=1; b=2
            https://Example.com:1/a?x=1           | host            | Example.com:1
            https://example.com/a?x=1             | @status         |
            https://example.com/a?x=1             | @query-param    |
            https://example.com/a?x=1             | :path           |
            https://example.com/a?x=1             | X-Two           |
            https://example.com/a?x=1             | x-three         |
            """)
    void knowsThePartsOfARequest(String url, String component, String value) {
        int path = url.indexOf('/', 8);
        Head fields = new Head()
                .add(":path", "/other")
                .add("x-two", " 1")
                .add("x-two", "2 ")
                .add("x-empty", "")
                .add("cookie", "a=1")
                .add("cookie", "b=2");
        String scheme = url.substring(0, url.indexOf(':'));

        SignedRequest request = new SignedRequest(
                "POST", scheme, url.substring(scheme.length() + 3, path), url.substring(path), fields);

        assertThat(request.value(component)).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            a=("@method")               |                       | signature is missing
                                        | a=:AAAA:              | signature-input is missing
            ``                          | a=:AAAA:              | signature-input names no signature
            a=("@method")               | b=:AAAA:              | signature has no bytes for a member of signature-input
            a=("@method")               | a="AAAA"              | signature has no bytes for a member of signature-input
            a=("@method")               | a=(:AAAA:)            | signature has no bytes for a member of signature-input
            a="@method"                 | a=:AAAA:              | signature-input has a member that is no list of components
            a=("@method"                | a=:AAAA:              | signature-input is malformed at character 13, expected a space or a closing parenthesis
            a=("@method")               | a=:AAAA               | signature is malformed at character 8, expected base64 and a colon
            a=("@method" "@method")     | a=:AAAA:              | component "@method" is covered twice
            a=("@method";req)           | a=:AAAA:              | component "@method";req has parameters, expected it without
            a=(method)                  | a=:AAAA:              | a component is no string
            a=("x-none")                | a=:AAAA:              | component "x-none" is covered, and the request has none
            a=("@signature-params")     | a=:AAAA:              | component "@signature-params" is covered, and the request has none
            """)
    void refusesWhatDoesNotBelongTogether(String input, String signature, String problem) {
        Head fields = fields();
        if (input != null) {
            fields.add("signature-input", input);
        }
        if (signature != null) {
            fields.add("signature", signature);
        }
        SignedRequest request = request(fields);

        assertThatExceptionOfType(GatewayException.class)
                .isThrownBy(() -> base(request))
                .withMessage(problem)
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Cause.BAD_CREDENTIALS));
    }

    @Test
    void findsNoneWhereThereIsNone() {
        assertThat(MessageSignature.of(request(fields()))).isEmpty();
    }

    @Test
    void putsTogetherWhatComesInSeveralLines() {
        SignedRequest request = request(fields().add("signature-input", "a=(\"@path\");keyid=\"1\"")
                .add("signature-input", "b=(\"date\");keyid=\"2\"")
                .add("signature", "b=:AAAA:")
                .add("signature", "a=:BBBB:"));

        assertThat(MessageSignature.of(request))
                .extracting(one -> one.string("keyid"))
                .containsExactly("1", "2");
    }

    @ParameterizedTest
    @CsvSource({"keyid=1, keyid", "created=1.5, created", "created=\"1\", created", "created=?1, created"})
    void refusesParametersOfAnotherKind(String parameter, String name) {
        SignedRequest request = request(
                fields().add("signature-input", "a=(\"@path\");" + parameter).add("signature", "a=:AAAA:"));

        assertThatExceptionOfType(GatewayException.class)
                .isThrownBy(() -> {
                    only(request).string("keyid");
                    only(request).seconds("created");
                })
                .withMessageStartingWith("parameter " + name + " is something else than ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            nonsense                                                                            | holds no PUBLIC KEY
            -----BEGIN PUBLIC KEY-----\\nMCow\\n-----END PUBLIC KEY-----                        | holds a PUBLIC KEY that is broken or of another kind
            -----BEGIN PRIVATE KEY-----\\nMC4CAQAwBQYDK2VwBCIEIJ+D\\n-----END PRIVATE KEY-----  | holds no PUBLIC KEY
            """)
    void refusesTextsWithoutAKey(String text, String problem) {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> SigningKey.published(text.replace("\\n", "\n"), OWNER))
                .withMessageStartingWith(problem);
    }
}

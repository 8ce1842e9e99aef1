// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.token;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jose4j.json.JsonUtil;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The signed tokens of Project Wycheproof, valid and invalid. */
class WycheproofTest {
    private static final Path VECTORS = Path.of("..", "..", "shared", "vectors", "json_web_signature_test.json");

    /**
     * Called valid by the vectors, refused here. Figure 20 is signed with PS384, which the vector's key does not allow: its {@code alg} is
     * PS256, where RFC 7520 §4.2 has PS384. The others have a {@code ?} within base64url, which RFC 7515 §2 does not allow: taking it would
     * give one content many texts.
     */
    private static final Map<Integer, String> STRICTER = Map.of(
            346,
            "Figure20",
            350,
            "Figure20",
            372,
            "InvalidCharacterInsertedInHeader",
            373,
            "InvalidCharacterInsertedInPayload");

    /** Called invalid by the vectors for a padding that is not there: these are, byte for byte, the one that {@link #VALID} calls valid. */
    private static final List<Integer> CONTRADICTED = List.of(367, 370);

    private static final int VALID = 357;

    private record Case(int id, String comment, String key, String token, boolean valid) {}

    @BeforeAll
    static void skipWithoutVectors() {
        assumeThat(Files.exists(VECTORS))
                .as("JWS vectors skipped: there is no file " + VECTORS + " seen from the root of the repository")
                .isTrue();
    }

    private static List<Case> cases() throws IOException, JoseException {
        List<Case> cases = new ArrayList<>();
        Map<String, Object> file = JsonUtil.parseJson(Files.readString(VECTORS));
        for (Object group : requireNonNull((List<?>) file.get("testGroups"))) {
            Map<?, ?> members = (Map<?, ?>) group;
            Map<String, Object> key = new TreeMap<>();
            Object written = members.get("public") == null ? members.get("private") : members.get("public");
            requireNonNull((Map<?, ?>) written).forEach((name, value) -> key.put(String.valueOf(name), value));
            for (Object test : requireNonNull((List<?>) members.get("tests"))) {
                Map<?, ?> one = (Map<?, ?>) test;
                cases.add(new Case(
                        requireNonNull((Number) one.get("tcId")).intValue(),
                        String.valueOf(one.get("comment")),
                        JsonUtil.toJson(key),
                        String.valueOf(one.get("jws")),
                        "valid".equals(one.get("result"))));
            }
        }
        return cases;
    }

    /** As a filter with this one key would. */
    private static boolean accepted(String key, String token) {
        List<VerificationKey> keys;
        try {
            keys = KeyTexts.read(key);
        } catch (IOException e) {
            return false; // for encryption
        }
        Jws jws = Jws.parse(token);
        return jws != null && keys.stream().anyMatch(jws::signedBy);
    }

    @Test
    void decidesAsTheVectorsSay() throws Exception {
        List<Case> cases = cases();

        assertThat(cases).hasSize(401).extracting(Case::valid).contains(true, false);
        assertThat(cases.stream()
                        .filter(one -> !CONTRADICTED.contains(one.id()))
                        .filter(one -> accepted(one.key(), one.token()) != one.valid()))
                .allSatisfy(one -> {
                    assertThat(one.valid()).as(one.id() + " " + one.comment()).isTrue();
                    assertThat(STRICTER).containsEntry(one.id(), one.comment());
                })
                .hasSameSizeAs(STRICTER.keySet());
    }

    @Test
    void acceptsWhatTheVectorsCallBothValidAndInvalid() throws Exception {
        List<Case> same = cases().stream()
                .filter(one -> one.id() == VALID || CONTRADICTED.contains(one.id()))
                .toList();

        assertThat(same)
                .hasSize(3)
                .extracting(Case::token)
                .containsOnly(same.getFirst().token());
        assertThat(same).extracting(Case::valid).containsExactly(true, false, false);
        assertThat(same).allMatch(one -> accepted(one.key(), one.token()));
    }

    @Test
    void acceptsFigure20WithItsOwnAlgorithm() throws Exception {
        assertThat(cases().stream().filter(one -> one.comment().equals("Figure20")))
                .hasSize(2)
                .allSatisfy(one -> assertThat(accepted(one.key().replace("\"PS256\"", "\"PS384\""), one.token()))
                        .isTrue());
    }

    /** A token that is called invalid is so for a key without {@code alg} too, unless another algorithm of the same key is all that is wrong. */
    @Test
    void refusesWhatIsInvalidForKeysWithoutAlgorithm() throws Exception {
        assertThat(cases().stream()
                        .filter(one -> !one.valid() && !CONTRADICTED.contains(one.id()))
                        .filter(one -> accepted(one.key().replaceAll("\"alg\":\"[^\"]*\",?", ""), one.token())))
                .allSatisfy(one -> assertThat(one.comment()).startsWith("Using"));
    }
}

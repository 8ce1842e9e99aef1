// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.token;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/**
 * A token in its compact form (RFC 7515 §7.1), taken apart strictly: three parts of base64url without padding, white space or bits left over,
 * so that one content has one text. Its header is believed in nothing but the choice among the keys that we have.
 */
final class Jws {
    private final String token;
    private final String algorithm;
    private final String kid;
    private final byte[] payload;

    private Jws(String token, Header header, byte[] payload) {
        this.token = token;
        this.algorithm = header.algorithm;
        this.kid = header.kid;
        this.payload = payload;
    }

    private static final class Header {
        String algorithm = "";
        String kid = "";

        void read(JsonParser parser) throws IOException {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (name) {
                case "alg" -> algorithm = text(parser, value);
                case "kid" -> kid = text(parser, value);
                case "crit" -> throw new IOException("an extension that must be understood"); // RFC 7515 §4.1.11
                default -> parser.skipChildren();
            }
        }

        private static String text(JsonParser parser, JsonToken value) throws IOException {
            if (value != JsonToken.VALUE_STRING) {
                throw new IOException("no text");
            }
            return parser.getText();
        }
    }

    /** Takes a token apart, or returns null when it is none. */
    static @Nullable Jws parse(String token) {
        int first = token.indexOf('.');
        int second = token.indexOf('.', first + 1);
        if (first <= 0 || second < 0 || second == token.length() - 1 || token.indexOf('.', second + 1) >= 0) {
            return null;
        }
        byte[] head = decoded(token.substring(0, first));
        byte[] payload = decoded(token.substring(first + 1, second));
        byte[] signature = decoded(token.substring(second + 1));
        if (head == null || payload == null || signature == null) {
            return null;
        }
        Header header = new Header();
        try {
            BoundedJson.object(head, header::read);
        } catch (IOException e) {
            return null;
        }
        int length = Algorithms.signatureBytes(header.algorithm);
        return header.algorithm.isEmpty() || (length > 0 && length != signature.length)
                ? null
                : new Jws(token, header, payload);
    }

    private static byte @Nullable [] decoded(String part) {
        byte[] text = part.getBytes(StandardCharsets.ISO_8859_1);
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(text);
            // the decoder takes padding, and drops bits that are left over
            return Arrays.equals(Base64.getUrlEncoder().withoutPadding().encode(bytes), text) ? bytes : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    String algorithm() {
        return algorithm;
    }

    /** What it calls its key; empty when it says nothing. */
    String kid() {
        return kid;
    }

    /** Not to be changed; to be believed only after {@link #signedBy}. */
    byte[] payload() {
        return payload;
    }

    /** Whether this key has signed it. Takes 10 to 700 us of the processor. */
    boolean signedBy(VerificationKey key) {
        if (!key.verifies(algorithm)) {
            return false;
        }
        JsonWebSignature check = new JsonWebSignature();
        try {
            check.setAlgorithmConstraints(new AlgorithmConstraints(ConstraintType.PERMIT, algorithm));
            check.setCompactSerialization(token);
            check.setKey(key.key());
            return check.verifySignature();
        } catch (JoseException | RuntimeException e) {
            return false; // of the wrong shape for its algorithm
        }
    }
}

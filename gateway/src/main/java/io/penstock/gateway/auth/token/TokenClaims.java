// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.token;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a token says: texts by name, nested ones by their path, and the times that the gateway looks at (RFC 7519 §4.1). Lists of objects say
 * nothing here. Used by one thread.
 */
final class TokenClaims {
    /** "There is no such time." */
    static final long NONE = Long.MIN_VALUE;

    private static final int MOST_VALUES = 4096;

    private final Map<String, List<String>> texts = new LinkedHashMap<>();
    private int values;
    private long expires = NONE;
    private long notBefore = NONE;

    private TokenClaims() {}

    /**
     * Reads the payload of a token.
     *
     * @throws IOException it is no object, or breaks a bound
     */
    static TokenClaims read(byte[] payload) throws IOException {
        TokenClaims claims = new TokenClaims();
        BoundedJson.object(payload, parser -> claims.member("", parser));
        return claims;
    }

    private void member(String path, JsonParser parser) throws IOException {
        String name = path.isEmpty() ? parser.currentName() : path + "." + parser.currentName();
        JsonToken value = parser.nextToken();
        if (name.equals("exp")) {
            expires = time(parser, value);
        } else if (name.equals("nbf")) {
            notBefore = time(parser, value);
        }
        switch (value) {
            case START_OBJECT -> {
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    member(name, parser);
                }
            }
            case START_ARRAY -> list(name, parser);
            case VALUE_NULL -> {}
            default -> add(name, parser.getText());
        }
    }

    private void list(String name, JsonParser parser) throws IOException {
        texts.putIfAbsent(name, new ArrayList<>());
        for (JsonToken item = parser.nextToken(); item != JsonToken.END_ARRAY; item = parser.nextToken()) {
            if (item.isScalarValue() && item != JsonToken.VALUE_NULL) {
                add(name, parser.getText());
            } else {
                parser.skipChildren();
            }
        }
    }

    private void add(String name, String value) throws IOException {
        if (++values > MOST_VALUES) {
            throw new IOException("more than " + MOST_VALUES + " values");
        }
        texts.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
    }

    /** A NumericDate, which may have a fraction, in milliseconds. */
    private static long time(JsonParser parser, JsonToken value) throws IOException {
        if (!value.isNumeric()) {
            throw new IOException("a time that is no number");
        }
        double millis = parser.getDoubleValue() * 1000;
        if (!(Math.abs(millis) < 1e17)) {
            throw new IOException("a time beyond all calendars");
        }
        return (long) millis;
    }

    /** By name, in the token's order. */
    Map<String, List<String>> texts() {
        return texts;
    }

    List<String> values(String name) {
        return texts.getOrDefault(name, List.of());
    }

    /** The only value of a claim; empty when there is none, or several. */
    String text(String name) {
        List<String> found = values(name);
        return found.size() == 1 ? found.getFirst() : "";
    }

    /** Milliseconds of the epoch, or {@link #NONE}. */
    long expires() {
        return expires;
    }

    /** Milliseconds of the epoch, or {@link #NONE}. */
    long notBefore() {
        return notBefore;
    }
}

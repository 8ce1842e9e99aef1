// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.config.filter.DigestConfig.Algorithm;
import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.Head;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The {@code content-digest} field (RFC 9530 §2): a dictionary of byte sequences (RFC 8941 §3.2, §3.3.5), of which one member is taken.
 *
 * @param algorithm how it was made
 * @param base64 what it came to
 */
record ContentDigest(Algorithm algorithm, String base64) {
    static final String NAME = "content-digest";

    /** The digest of the bytes of a body. */
    static ContentDigest of(Algorithm algorithm, byte[] digest) {
        return new ContentDigest(algorithm, Base64.getEncoder().encodeToString(digest));
    }

    /** What these fields say by the strongest algorithm that is known here; null when they say nothing that can be checked. */
    static @Nullable ContentDigest find(Head fields) {
        ContentDigest found = null;
        for (int i = 0; i < fields.size(); i++) {
            Field field = fields.at(i);
            if (field.name().equals(NAME)) {
                for (String text : field.value().split(",", -1)) {
                    ContentDigest one = member(text.strip());
                    if (one != null && (found == null || one.algorithm.compareTo(found.algorithm) >= 0)) {
                        found = one; // of a key that comes twice the last counts
                    }
                }
            }
        }
        return found;
    }

    /** Whether the head promises a digest in the trailers (RFC 9110 §6.6.2). */
    static boolean announced(Head head) {
        for (int i = 0; i < head.size(); i++) {
            Field field = head.at(i);
            if (field.name().equals("trailer")
                    && field.value().toLowerCase(Locale.ROOT).contains(NAME)) {
                return true;
            }
        }
        return false;
    }

    /** One member: {@code key=:base64:} and perhaps parameters. */
    private static @Nullable ContentDigest member(String text) {
        for (Algorithm algorithm : Algorithm.values()) {
            String before = algorithm.wire() + "=:";
            int end = text.indexOf(':', before.length());
            if (text.startsWith(before) && end > 0) {
                return new ContentDigest(algorithm, text.substring(before.length(), end));
            }
        }
        return null;
    }

    Field field() {
        return Field.of(NAME, algorithm.wire() + "=:" + base64 + ":");
    }
}

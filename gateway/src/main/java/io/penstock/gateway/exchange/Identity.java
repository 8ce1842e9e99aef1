// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who the caller is, as a filter that has seen a proof of it says. Immutable and bounded: {@value #MOST_VALUES} values of {@value #MOST_CHARS}
 * chars in all; what does not fit is left out, and {@link #whole} says so.
 *
 * <p>Claims are what the proof says beside the subject, such as the roles of a key's owner, as lists of texts by name. What a token nests has the
 * names on its way joined by dots: {@code realm_access.roles}. Its text never holds more than kind and filter: claims and subjects are no
 * matter of logs as a whole.
 */
public final class Identity {
    /** How many values are kept of all claims together. */
    public static final int MOST_VALUES = 256;

    /** How many chars names and values of all claims together may have. */
    public static final int MOST_CHARS = 16 * 1024;

    /** The claim that filters without tokens put roles into. */
    public static final String ROLES = "roles";

    private final String subject;
    private final Proof proof;
    private final String filter;
    private final Map<String, List<String>> claims;
    private final boolean whole;
    private final boolean verified;

    /** What has been shown. */
    public enum Proof {
        /** A signed token. */
        JWT,
        /** A key that its owner keeps. */
        API_KEY,
        /** A name with its password. */
        PASSWORD,
        /** The private key of a certificate, in the TLS handshake. */
        CERTIFICATE,
        /** A signature of the request. */
        SIGNATURE
    }

    private Identity(
            String subject,
            Proof proof,
            String filter,
            Map<String, List<String>> claims,
            boolean whole,
            boolean verified) {
        this.subject = subject;
        this.proof = proof;
        this.filter = filter;
        this.claims = claims;
        this.whole = whole;
        this.verified = verified;
    }

    /**
     * Copies what fits.
     *
     * @param subject who it is; empty where the proof names nobody
     * @param filter the name of the filter that has seen the proof
     * @param claims what else the proof says
     */
    public static Identity of(String subject, Proof proof, String filter, Map<String, List<String>> claims) {
        Map<String, List<String>> kept = new LinkedHashMap<>();
        int values = 0;
        int chars = 0;
        for (var claim : claims.entrySet()) {
            int more = claim.getKey().length();
            for (String value : claim.getValue()) {
                more += value.length();
            }
            if (values + claim.getValue().size() > MOST_VALUES || chars + more > MOST_CHARS) {
                return new Identity(subject, proof, filter, Collections.unmodifiableMap(kept), false, true);
            }
            values += claim.getValue().size();
            chars += more;
            kept.put(claim.getKey(), List.copyOf(claim.getValue()));
        }
        return new Identity(subject, proof, filter, Collections.unmodifiableMap(kept), true, true);
    }

    /** Somebody of whom nothing more is said. */
    public static Identity of(String subject, Proof proof, String filter) {
        return new Identity(subject, proof, filter, Map.of(), true, true);
    }

    /**
     * In the explanation of a request: somebody whom the filter would have to verify before anything is known.
     *
     * @param filter its name
     */
    public static Identity unverified(Proof proof, String filter) {
        return new Identity("", proof, filter, Map.of(), true, false);
    }

    /** Whether the proof was verified: always, but for explanations. */
    public boolean verified() {
        return verified;
    }

    /** Who it is; empty where the proof names nobody. */
    public String subject() {
        return subject;
    }

    public Proof proof() {
        return proof;
    }

    /** The name of the filter that has seen the proof. */
    public String filter() {
        return filter;
    }

    /** Everything that is claimed, in the proof's order; cannot be changed. */
    public Map<String, List<String>> claims() {
        return claims;
    }

    /** Whether nothing was left out. */
    public boolean whole() {
        return whole;
    }

    /** The values of a claim, none when it is not there. */
    public List<String> values(String claim) {
        return Objects.requireNonNullElse(claims.get(claim), List.of());
    }

    /** The first value of a claim, or null; the subject under {@code sub}, whatever the proof. */
    public @Nullable String value(String claim) {
        List<String> values = values(claim);
        if (values.isEmpty()) {
            return claim.equals("sub") && !subject.isEmpty() ? subject : null;
        }
        return values.getFirst();
    }

    /** The values of a claim of which each may be several words with spaces between them, as {@code scope} is (RFC 8693 §4.2). */
    public List<String> words(String claim) {
        List<String> words = new ArrayList<>();
        for (String value : values(claim)) {
            for (String word : value.split(" ", -1)) {
                if (!word.isEmpty()) {
                    words.add(word);
                }
            }
        }
        return words;
    }

    /** About what it takes in memory, in bytes. */
    public int bytes() {
        int bytes = 160 + 2 * subject.length();
        for (var claim : claims.entrySet()) {
            bytes += 96 + 2 * claim.getKey().length();
            for (String value : claim.getValue()) {
                bytes += 56 + 2 * value.length();
            }
        }
        return bytes;
    }

    @Override
    public String toString() {
        return proof + " by " + filter;
    }
}

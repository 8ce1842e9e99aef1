// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.signature;

import io.penstock.gateway.auth.signature.ShownSignatures.Candidate;
import io.penstock.gateway.config.filter.SignatureConfig;
import io.penstock.gateway.config.filter.SignatureConfig.NonceRule;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Checks what requests show as signatures (RFC 9421 §3.2): by which key, what they cover, when they were made, and whether they hold. Whether a
 * nonce was seen before is for somebody else. Safe for use by any thread.
 */
public final class SignatureVerifier {
    /** Signatures of one request that may cost a check. */
    static final int MOST_CANDIDATES = 4;

    private static final int MOST_NONCE_CHARS = 256;

    private final SignatureConfig config;
    private final KeyRing keys;
    private final Coverage coverage;
    private final InstantSource clock;

    /**
     * Reads the keys.
     *
     * @param filter whose name identities get
     */
    public SignatureVerifier(String filter, SignatureConfig config, InstantSource clock) {
        this.config = config;
        this.keys = new KeyRing(filter, config.keys());
        this.coverage = new Coverage(config.components());
        this.clock = clock;
    }

    /** Tells of each source that holds no key, by its place below the filter. */
    public static void check(SignatureConfig config, BiConsumer<String, String> wrong) {
        KeyRing.check(config.keys(), wrong);
    }

    /**
     * Finds signatures by known keys; those that others may have added to the request are left alone.
     *
     * @return null when the request shows no signature at all
     * @throws GatewayException BAD_CREDENTIALS: what it shows is malformed, or is by nobody that we know
     */
    public @Nullable ShownSignatures find(Exchange exchange) {
        return find(SignedRequest.of(exchange));
    }

    @Nullable
    ShownSignatures find(SignedRequest request) {
        List<MessageSignature> shown = MessageSignature.of(request);
        if (shown.isEmpty()) {
            return null;
        }
        List<Candidate> candidates = new ArrayList<>();
        for (MessageSignature one : shown) {
            KeyRing.Timed key = keys.find(one.string("keyid"));
            if (key != null && tagged(one)) {
                candidates.add(new Candidate(one, key));
            }
        }
        if (candidates.isEmpty()) {
            throw MessageSignature.bad("no signature has the keyid of a known key"
                    + config.tag().map(tag -> ", and the tag " + tag).orElse(""));
        }
        if (candidates.size() > MOST_CANDIDATES) {
            throw MessageSignature.bad(
                    candidates.size() + " signatures are by known keys, expected at most " + MOST_CANDIDATES);
        }
        return new ShownSignatures(request, candidates);
    }

    private boolean tagged(MessageSignature signature) {
        return config.tag().isEmpty() || config.tag().get().equals(signature.string("tag"));
    }

    /**
     * The first of the signatures that holds.
     *
     * @param body whether the request has a body, or may have one
     * @throws GatewayException BAD_CREDENTIALS or CREDENTIALS_EXPIRED: why the first one does not, when none does
     */
    public VerifiedSignature verify(ShownSignatures shown, boolean body) {
        GatewayException first = null;
        for (Candidate candidate : shown.candidates()) {
            try {
                return verified(candidate, shown.request(), body);
            } catch (GatewayException e) {
                first = first == null ? e : first;
            }
        }
        throw Objects.requireNonNull(first);
    }

    private VerifiedSignature verified(Candidate candidate, SignedRequest request, boolean body) {
        MessageSignature signature = candidate.signature();
        SigningKey key = candidate.key().key();
        String algorithm = signature.string("alg");
        if (algorithm != null && !algorithm.equals(key.algorithm().wire())) {
            throw MessageSignature.bad("parameter alg is not the key's, expected "
                    + key.algorithm().wire());
        }
        checkTimes(candidate, clock.instant());
        Optional<String> nonce = nonce(signature);
        String missing = coverage.missing(signature, request, body);
        if (!missing.isEmpty()) {
            throw MessageSignature.bad("component " + missing + " is not covered");
        }
        if (!key.verifies(signature.base(request), signature.bytes())) {
            throw MessageSignature.bad("the signature does not hold");
        }
        return new VerifiedSignature(
                candidate.key().config().id(),
                key.owner(),
                nonce,
                signature.covered().contains(Coverage.CONTENT_DIGEST));
    }

    private void checkTimes(Candidate candidate, Instant now) {
        candidate.key().check(now);
        Long created = candidate.signature().seconds("created");
        Long expires = candidate.signature().seconds("expires");
        if (created == null) {
            throw MessageSignature.bad("parameter created is missing");
        }
        Instant made = Instant.ofEpochSecond(created);
        if (made.isAfter(now.plus(config.skew()))) {
            throw expired("the request was signed in the future");
        }
        if (made.isBefore(now.minus(config.window()).minus(config.skew()))) {
            throw expired("the request was signed too long ago");
        }
        if (expires != null && Instant.ofEpochSecond(expires).isBefore(now.minus(config.skew()))) {
            throw expired("the signature has expired");
        }
    }

    private static GatewayException expired(String what) {
        return new GatewayException(Cause.CREDENTIALS_EXPIRED, what);
    }

    private Optional<String> nonce(MessageSignature signature) {
        String nonce = signature.string("nonce");
        if (nonce == null && config.nonce() == NonceRule.REQUIRED) {
            throw MessageSignature.bad("parameter nonce is missing");
        }
        if (nonce != null && (nonce.isEmpty() || nonce.length() > MOST_NONCE_CHARS)) {
            throw MessageSignature.bad(
                    "parameter nonce has " + nonce.length() + " characters, expected 1 to " + MOST_NONCE_CHARS);
        }
        return Optional.ofNullable(nonce);
    }

    /** The value of {@code accept-signature} that asks for what would do for this request (RFC 9421 §5.1). */
    public String wanted(Exchange exchange, boolean body) {
        List<String> components = coverage.of(SignedRequest.of(exchange), body);
        return "sig=" + Coverage.text(components) + ";created"
                + config.tag().map(tag -> ";tag=" + BareItem.string(tag).text()).orElse("");
    }
}

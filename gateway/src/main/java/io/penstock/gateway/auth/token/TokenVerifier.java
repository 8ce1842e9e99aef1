// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.token;

import io.penstock.gateway.config.filter.IssuerConfig;
import io.penstock.gateway.config.filter.JwtConfig;
import io.penstock.gateway.config.filter.RequiredClaim;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Identity;
import io.penstock.gateway.exchange.side.Asker;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Checks tokens: the signature by a key of their issuer, and what they say (RFC 7519 §4.1, RFC 8725). The details of its refusals are for
 * callers, too: they say which claim is missing or wrong and never what is in it.
 *
 * <p>Safe for use by any thread.
 */
public final class TokenVerifier {
    private final String filter;
    private final JwtConfig config;
    private final InstantSource clock;
    private final List<Issuer> issuers = new ArrayList<>();

    private record Issuer(IssuerConfig config, IssuerKeys keys) {}

    /**
     * Reads the keys that the configuration names; asks nobody yet.
     *
     * @param filter whose name identities get
     * @param clusters finds who publishes keys, by name
     */
    public TokenVerifier(
            String filter,
            JwtConfig config,
            Function<String, Asker> clusters,
            InstantSource clock,
            LongSupplier nanoTime) {
        this.filter = filter;
        this.config = config;
        this.clock = clock;
        for (IssuerConfig issuer : config.issuers()) {
            issuers.add(new Issuer(issuer, new IssuerKeys(issuer, clusters, nanoTime)));
        }
    }

    /** Tells of each source of keys that holds none, by its place below the filter. */
    public static void check(JwtConfig config, BiConsumer<String, String> wrong) {
        for (int i = 0; i < config.issuers().size(); i++) {
            String at = "issuers[" + i + "].";
            IssuerKeys.check(config.issuers().get(i), (key, what) -> wrong.accept(at + key, what));
        }
    }

    /** Begins to ask for keys that are published. */
    public void start() {
        issuers.forEach(issuer -> issuer.keys().start());
    }

    /** Whether a token that was verified still holds. Never blocks. */
    public boolean holds(VerifiedToken token) {
        issuers.forEach(issuer -> issuer.keys().touch());
        return token.current();
    }

    /**
     * Looks at the clock.
     *
     * @throws GatewayException CREDENTIALS_EXPIRED
     */
    public void checkTimes(VerifiedToken token) {
        checkTimes(token.notBefore(), token.expires());
    }

    private void checkTimes(long notBefore, long expires) {
        long now = clock.millis();
        long leeway = config.leeway().toMillis();
        if (now - leeway >= expires) {
            throw new GatewayException(Cause.CREDENTIALS_EXPIRED, "the token has expired");
        }
        if (now + leeway < notBefore) {
            throw new GatewayException(Cause.CREDENTIALS_EXPIRED, "the token does not hold yet");
        }
    }

    /**
     * Checks a token; blocks while whoever publishes keys is asked, and takes some time of the processor.
     *
     * @throws GatewayException BAD_CREDENTIALS, CREDENTIALS_EXPIRED, or CHECK_UNAVAILABLE when there are no keys to check it with
     */
    public VerifiedToken verify(String token) {
        Jws jws = Jws.parse(token);
        TokenClaims claims = jws == null ? null : claims(jws);
        if (jws == null || claims == null) {
            throw bad("the token is malformed");
        }
        Issuer issuer = issuer(claims);
        VerificationKey key = key(jws, issuer);
        checkAudience(issuer.config(), claims);
        if (claims.expires() == TokenClaims.NONE) {
            throw bad("claim exp is missing");
        }
        long notBefore = claims.notBefore() == TokenClaims.NONE ? Long.MIN_VALUE / 2 : claims.notBefore();
        checkTimes(notBefore, claims.expires());
        config.requiredClaims().forEach(required -> check(required, claims));
        Identity identity = Identity.of(claims.text("sub"), Identity.Proof.JWT, filter, claims.texts());
        return new VerifiedToken(identity, key, notBefore, claims.expires());
    }

    private static GatewayException bad(String what) {
        return new GatewayException(Cause.BAD_CREDENTIALS, what);
    }

    private static @Nullable TokenClaims claims(Jws jws) {
        try {
            return TokenClaims.read(jws.payload());
        } catch (IOException e) {
            return null;
        }
    }

    /** By what it says, which its key has to confirm. */
    private Issuer issuer(TokenClaims claims) {
        for (Issuer issuer : issuers) {
            if (issuer.config().issuer().map(claims.text("iss")::equals).orElse(true)) {
                return issuer;
            }
        }
        throw bad(
                claims.values("iss").isEmpty() ? "claim iss is missing" : "claim iss names no issuer that is accepted");
    }

    private static VerificationKey key(Jws jws, Issuer issuer) {
        List<VerificationKey> keys = issuer.keys().of(jws);
        if (keys == null) {
            throw new GatewayException(
                    Cause.CHECK_UNAVAILABLE,
                    "no keys to check tokens with: " + issuer.keys().problem());
        }
        for (VerificationKey key : keys) {
            if (jws.signedBy(key)) {
                return key;
            }
        }
        throw bad(keys.isEmpty() ? "no key of the issuer is for this token" : "the signature is wrong");
    }

    private static void checkAudience(IssuerConfig issuer, TokenClaims claims) {
        List<String> named = claims.values("aud");
        if (!issuer.audiences().isEmpty() && named.stream().noneMatch(issuer.audiences()::contains)) {
            throw bad(named.isEmpty() ? "claim aud is missing" : "claim aud does not name this service");
        }
    }

    private static void check(RequiredClaim required, TokenClaims claims) {
        List<String> found = claims.values(required.name());
        if (found.isEmpty()) {
            throw bad("claim " + required.name() + " is missing");
        }
        if (required.value().isPresent() && !found.contains(required.value().get())) {
            throw bad("claim " + required.name() + " is not what is required");
        }
    }

    /** What would decide about a token, for who asks why. */
    public String text() {
        return issuers.stream()
                .map(issuer -> issuer.config().issuer().orElse("any issuer") + " by "
                        + issuer.keys().text())
                .collect(Collectors.joining(", "));
    }
}

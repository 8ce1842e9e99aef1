// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.auth.Digest;
import io.penstock.gateway.auth.Revocations;
import io.penstock.gateway.auth.token.TokenVerifier;
import io.penstock.gateway.auth.token.VerifiedToken;
import io.penstock.gateway.auth.token.VerifiedTokens;
import io.penstock.gateway.config.filter.JwtConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Identity;
import io.penstock.gateway.exchange.MemoryUse;
import io.penstock.gateway.exchange.side.Asker;
import io.penstock.gateway.store.Store;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lets requests pass that show a signed token. One that was verified before is known by its hash, so that it costs no signature; any other
 * is verified on a thread of the exchange's own.
 */
final class JwtFilter implements Filter {
    private final String name;
    private final JwtConfig config;
    private final TokenVerifier verifier;
    private final VerifiedTokens known;
    private final ShownToken shown;
    private final ClaimFields fields;
    private final Challenge challenge;
    private final @Nullable Revocations revocations;

    /**
     * Reads keys; asks nobody yet.
     *
     * @param name of the filter
     * @param clusters finds who publishes keys, by name
     * @param stores finds where tokens that were taken back are, by name
     */
    JwtFilter(String name, JwtConfig config, Function<String, Asker> clusters, Function<String, Store> stores) {
        this.name = name;
        this.config = config;
        this.verifier = new TokenVerifier(name, config, clusters, InstantSource.system(), System::nanoTime);
        this.known = new VerifiedTokens(config.keep(), config.keptBytes());
        this.shown = new ShownToken(config.header(), "Bearer ", config.cookie(), config.query(), config.forward());
        this.fields = new ClaimFields(config.claimFields());
        this.challenge = Challenge.bearer(name);
        this.revocations = config.revocation()
                .map(one -> new Revocations(one, stores.apply(one.store())))
                .orElse(null);
    }

    @Override
    public Verdict request(Exchange exchange) {
        fields.clear(exchange.request());
        String token = shown.find(exchange);
        if (token == null) {
            return stranger(exchange);
        }
        try {
            bounded(token);
            Digest hash = Digest.of(token);
            VerifiedToken verified = known(hash);
            return verified == null || !holds(hash, verified) ? Verdict.WAIT : accept(exchange, verified);
        } catch (GatewayException e) {
            throw challenge.refused(exchange, e);
        }
    }

    private Verdict stranger(Exchange exchange) {
        if (config.required()) {
            throw challenge.missing(exchange, "the request has no token");
        }
        challenge.offer(exchange);
        return Verdict.GO_ON;
    }

    private void bounded(String token) {
        if (token.length() > config.maxTokenBytes()) {
            throw new GatewayException(
                    Cause.BAD_CREDENTIALS, "the token is longer than " + config.maxTokenBytes() + " bytes");
        }
    }

    /** From memory, or null. */
    private @Nullable VerifiedToken known(Digest hash) {
        VerifiedToken verified = known.get(hash);
        if (verified != null && !verifier.holds(verified)) {
            known.remove(hash);
            return null;
        }
        return verified;
    }

    /** Whether it is certain, from memory, that the token was not taken back. */
    private boolean holds(Digest hash, VerifiedToken verified) {
        return revocations == null
                || revocations.ready(revocations.key(hash, verified.identity().value("jti")));
    }

    @Override
    public Verdict await(Exchange exchange) {
        String token = shown.find(exchange);
        if (token == null) {
            return stranger(exchange);
        }
        try {
            Digest hash = Digest.of(token);
            VerifiedToken verified = known(hash);
            if (verified == null) {
                verified = verifier.verify(token);
                known.put(hash, verified);
            }
            if (revocations != null) {
                revocations.check(revocations.key(hash, verified.identity().value("jti")));
            }
            return accept(exchange, verified);
        } catch (GatewayException e) {
            throw challenge.refused(exchange, e);
        }
    }

    private Verdict accept(Exchange exchange, VerifiedToken verified) {
        verifier.checkTimes(verified);
        exchange.identity(verified.identity());
        shown.strip(exchange);
        fields.set(exchange.request(), verified.identity());
        return Verdict.GO_ON;
    }

    @Override
    public Finding explain(Exchange copy) {
        fields.clear(copy.request());
        String token = shown.find(copy);
        if (token == null) {
            Verdict unused = stranger(copy);
            return Finding.goesOn("no token, goes on as a stranger's");
        }
        bounded(token);
        Digest hash = Digest.of(token);
        VerifiedToken verified = known(hash);
        String revoked = revocations == null ? "" : ", " + revocations.text();
        if (verified == null) {
            copy.identity(Identity.unverified(Identity.Proof.JWT, name));
            return Finding.goesOn("verifies the token: " + verifier.text() + revoked);
        }
        if (!holds(hash, verified)) {
            copy.identity(verified.identity());
            return Finding.goesOn("known token" + revoked);
        }
        accept(copy, verified);
        return Finding.goesOn("known token");
    }

    @Override
    public List<MemoryUse> memory(String name) {
        MemoryUse tokens = known.memory(name);
        return revocations == null ? List.of(tokens) : List.of(tokens, revocations.memory(name));
    }

    @Override
    public void start() {
        verifier.start();
    }

    @Override
    public void close() {
        if (revocations != null) {
            revocations.close();
        }
    }
}

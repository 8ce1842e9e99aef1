// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.auth.Digest;
import io.penstock.gateway.auth.token.TokenVerifier;
import io.penstock.gateway.auth.token.VerifiedToken;
import io.penstock.gateway.auth.token.VerifiedTokens;
import io.penstock.gateway.config.filter.JwtConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.MemoryUse;
import io.penstock.gateway.exchange.side.Asker;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lets requests pass that show a signed token. One that was verified before is known by its hash, so that it costs no signature; any other
 * is verified on a thread of the exchange's own.
 */
final class JwtFilter implements Filter {
    private final JwtConfig config;
    private final TokenVerifier verifier;
    private final VerifiedTokens known;
    private final ShownToken shown;
    private final ClaimFields fields;
    private final Challenge challenge;

    /**
     * Reads keys; asks nobody yet.
     *
     * @param name of the filter
     * @param clusters finds who publishes keys, by name
     */
    JwtFilter(String name, JwtConfig config, Function<String, Asker> clusters) {
        this.config = config;
        this.verifier = new TokenVerifier(name, config, clusters, InstantSource.system(), System::nanoTime);
        this.known = new VerifiedTokens(config.keep(), config.keptBytes());
        this.shown = new ShownToken(config.header(), "Bearer ", config.cookie(), config.query(), config.forward());
        this.fields = new ClaimFields(config.claimFields());
        this.challenge = Challenge.bearer(name);
    }

    @Override
    public Verdict request(Exchange exchange) {
        fields.clear(exchange.request());
        String token = shown.find(exchange);
        if (token == null) {
            return stranger(exchange);
        }
        try {
            VerifiedToken verified = known(token);
            return verified == null ? Verdict.WAIT : accept(exchange, verified);
        } catch (GatewayException e) {
            throw challenge.refused(exchange, e);
        }
    }

    private Verdict stranger(Exchange exchange) {
        if (config.required()) {
            throw challenge.missing(exchange, "the request has no token");
        }
        return Verdict.GO_ON;
    }

    /** From memory, or null. */
    private @Nullable VerifiedToken known(String token) {
        if (token.length() > config.maxTokenBytes()) {
            throw new GatewayException(
                    Cause.BAD_CREDENTIALS, "the token is longer than " + config.maxTokenBytes() + " bytes");
        }
        Digest hash = Digest.of(token);
        VerifiedToken verified = known.get(hash);
        if (verified != null && !verifier.holds(verified)) {
            known.remove(hash);
            return null;
        }
        return verified;
    }

    @Override
    public Verdict await(Exchange exchange) {
        String token = shown.find(exchange);
        if (token == null) {
            return stranger(exchange);
        }
        try {
            VerifiedToken verified = verifier.verify(token);
            known.put(Digest.of(token), verified);
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
        VerifiedToken verified = known(token);
        if (verified == null) {
            return Finding.goesOn("verifies the token: " + verifier.text());
        }
        accept(copy, verified);
        return Finding.goesOn("known token");
    }

    @Override
    public Optional<MemoryUse> memory(String name) {
        return Optional.of(known.memory(name));
    }

    @Override
    public void start() {
        verifier.start();
    }
}

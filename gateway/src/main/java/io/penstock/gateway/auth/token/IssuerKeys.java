// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.token;

import io.penstock.gateway.config.filter.IssuerConfig;
import io.penstock.gateway.config.filter.TokenAlgorithm;
import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.Secret;
import io.penstock.gateway.exchange.side.Asker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The keys of one issuer: those that the configuration names, and those that a service publishes. Safe for use by any thread. */
final class IssuerKeys {
    private final IssuerConfig config;
    private final List<VerificationKey> fixed = new ArrayList<>();
    private final @Nullable RemoteKeys remote;

    /**
     * Reads the fixed keys; asks nobody yet.
     *
     * @param clusters finds whom to ask, by name
     */
    IssuerKeys(IssuerConfig config, Function<String, Asker> clusters, LongSupplier nanoTime) {
        this.config = config;
        config.secret().ifPresent(secret -> fixed.add(KeyTexts.shared(secret)));
        for (Secret source : config.keys()) {
            try {
                fixed.addAll(KeyTexts.read(source.text()));
            } catch (IOException e) {
                throw Check.failed(source.origin(), String.valueOf(e.getMessage()));
            }
        }
        this.remote = config.jwks()
                .map(jwks -> new RemoteKeys(jwks, clusters.apply(jwks.cluster()), nanoTime))
                .orElse(null);
    }

    /** Tells of each source that holds no key, by its place below the issuer. */
    static void check(IssuerConfig config, BiConsumer<String, String> wrong) {
        for (int i = 0; i < config.keys().size(); i++) {
            Secret source = config.keys().get(i);
            try {
                List<VerificationKey> unused = KeyTexts.read(source.text());
            } catch (IOException e) {
                wrong.accept("keys[" + i + "]", source.origin() + " " + e.getMessage());
            }
        }
    }

    /** Begins to ask for what is published. */
    void start() {
        touch();
    }

    /** Asks for what is published, when that is due. Never blocks. */
    void touch() {
        if (remote != null) {
            List<VerificationKey> unused = remote.now();
        }
    }

    /**
     * The keys that may have signed this token; blocks while whoever publishes them is asked.
     *
     * @return empty when there is no such key, null when nobody knows since there never was an answer
     */
    @Nullable
    List<VerificationKey> of(Jws token) {
        if (config.algorithms().stream().map(TokenAlgorithm::toString).noneMatch(token.algorithm()::equals)
                && !config.algorithms().isEmpty()) {
            return List.of();
        }
        List<VerificationKey> found = fitting(fixed, token);
        if (remote == null || !found.isEmpty()) {
            return found;
        }
        List<VerificationKey> published = remote.now();
        if (published == null) {
            remote.await();
            published = remote.now();
            return published == null ? null : fitting(published, token);
        }
        // a question that was under way already may have been answered before the key was there
        for (int i = 0; i < 2 && published != null && !named(published, token.kid()); i++) {
            remote.askForUnknown();
            published = remote.now();
        }
        return published == null ? null : fitting(published, token);
    }

    /** Whether there is the key that a token names; one that names none is content with any. */
    private static boolean named(List<VerificationKey> keys, String kid) {
        return kid.isEmpty()
                ? !keys.isEmpty()
                : keys.stream().anyMatch(key -> key.kid().equals(kid));
    }

    /** Those of the token's name and without a name; all when it has none. Only for its algorithm. */
    private static List<VerificationKey> fitting(List<VerificationKey> keys, Jws token) {
        return keys.stream()
                .filter(key -> key.verifies(token.algorithm())
                        && (token.kid().isEmpty()
                                || key.kid().isEmpty()
                                || key.kid().equals(token.kid())))
                .toList();
    }

    /** Why there is no newer answer; empty when all is well. */
    String problem() {
        return remote == null ? "" : remote.problem();
    }

    /** What it has, for who asks why. */
    String text() {
        String own = fixed.isEmpty() ? "" : fixed.size() + " keys of the configuration";
        return remote == null ? own : own.isEmpty() ? remote.text() : own + " and " + remote.text();
    }
}

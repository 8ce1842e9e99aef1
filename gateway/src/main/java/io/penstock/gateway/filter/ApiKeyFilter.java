// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.auth.Digest;
import io.penstock.gateway.auth.key.ApiKeys;
import io.penstock.gateway.config.filter.ApiKeyConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Identity;
import io.penstock.gateway.exchange.MemoryUse;
import io.penstock.gateway.store.Store;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Lets requests pass that show a key whose hash is known; a store is asked on a thread of the exchange's own. */
final class ApiKeyFilter implements Filter {
    /** Longer ones are nobody's. */
    private static final int MOST_CHARS = 4096;

    private final String name;
    private final ApiKeyConfig config;
    private final ApiKeys keys;
    private final ShownToken shown;
    private final ClaimFields fields;
    private final Challenge challenge;

    /**
     * Reads the list of keys.
     *
     * @param name of the filter
     * @param stores finds the store, by its name
     */
    ApiKeyFilter(String name, ApiKeyConfig config, Function<String, Store> stores) {
        this.name = name;
        this.config = config;
        this.keys = new ApiKeys(name, config, stores);
        this.shown = new ShownToken(config.header(), "Bearer ", Optional.empty(), config.query(), config.forward());
        this.fields = new ClaimFields(config.claimFields());
        this.challenge = new Challenge("ApiKey realm=\"" + name + "\"");
    }

    @Override
    public Verdict request(Exchange exchange) {
        fields.clear(exchange.request());
        return decide(exchange, keys::ready);
    }

    @Override
    public Verdict await(Exchange exchange) {
        return decide(exchange, keys::find);
    }

    private interface Owners {
        @Nullable
        Identity of(Digest key);
    }

    private Verdict decide(Exchange exchange, Owners by) {
        String key = shown.find(exchange);
        if (key == null) {
            return stranger(exchange);
        }
        try {
            Identity identity = by.of(Digest.of(bounded(key)));
            return identity == null ? Verdict.WAIT : accept(exchange, identity);
        } catch (GatewayException e) {
            throw challenge.refused(exchange, e);
        }
    }

    private static String bounded(String key) {
        if (key.length() > MOST_CHARS) {
            throw new GatewayException(Cause.BAD_CREDENTIALS, "the key is longer than " + MOST_CHARS + " bytes");
        }
        return key;
    }

    private Verdict stranger(Exchange exchange) {
        if (config.required()) {
            throw challenge.missing(exchange, "the request has no key");
        }
        challenge.offer(exchange);
        return Verdict.GO_ON;
    }

    private Verdict accept(Exchange exchange, Identity identity) {
        exchange.identity(identity);
        shown.strip(exchange);
        fields.set(exchange.request(), identity);
        return Verdict.GO_ON;
    }

    @Override
    public Finding explain(Exchange copy) {
        boolean showed = shown.find(copy) != null;
        Verdict verdict = request(copy);
        if (!showed) {
            return Finding.goesOn("no key, goes on as a stranger's");
        }
        if (verdict == Verdict.WAIT) {
            copy.identity(Identity.unverified(Identity.Proof.API_KEY, name));
            return Finding.goesOn(keys.text());
        }
        return Finding.goesOn("known key");
    }

    @Override
    public List<MemoryUse> memory(String name) {
        return keys.memory().stream().toList();
    }

    @Override
    public void close() {
        keys.close();
    }
}

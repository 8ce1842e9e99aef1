// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.key;

import io.penstock.gateway.auth.Digest;
import io.penstock.gateway.config.filter.ApiKeyConfig;
import io.penstock.gateway.config.filter.ApiKeyConfig.Unavailable;
import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.Secret;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Identity;
import io.penstock.gateway.exchange.MemoryUse;
import io.penstock.gateway.store.KeptValues;
import io.penstock.gateway.store.KeptValues.Held;
import io.penstock.gateway.store.Store;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Finds the owner of a key by its hash: in a list that was read, and then in a store. Safe for use by any thread. */
public final class ApiKeys implements AutoCloseable {
    private final String filter;
    private final ApiKeyConfig config;
    private final Map<Digest, Owner> listed;
    private final @Nullable KeptValues stored;

    /**
     * Reads the list; asks no store yet.
     *
     * @param filter whose name identities get
     * @param stores finds the store, by its name
     */
    public ApiKeys(String filter, ApiKeyConfig config, Function<String, Store> stores) {
        this.filter = filter;
        this.config = config;
        this.listed = config.keys().map(ApiKeys::read).orElse(Map.of());
        this.stored = config.store()
                .map(name -> new KeptValues(stores.apply(name), config.prefix(), config.freshFor(), config.entries()))
                .orElse(null);
    }

    private static Map<Digest, Owner> read(Secret list) {
        try {
            return Map.copyOf(KeyList.read(list.text()));
        } catch (IOException e) {
            throw Check.failed(list.origin(), String.valueOf(e.getMessage()));
        }
    }

    /** Tells what is wrong with the list, by its key. */
    public static void check(ApiKeyConfig config, BiConsumer<String, String> wrong) {
        config.keys().ifPresent(list -> {
            try {
                Map<Digest, Owner> unused = KeyList.read(list.text());
            } catch (IOException e) {
                wrong.accept("keys", list.origin() + ": " + e.getMessage());
            }
        });
    }

    /**
     * Who has the key, from memory; null when the store has to be asked. Never blocks.
     *
     * @throws GatewayException BAD_CREDENTIALS: nobody
     */
    public @Nullable Identity ready(Digest key) {
        Owner owner = listed.get(key);
        if (owner != null) {
            return owner.identity(Identity.Proof.API_KEY, filter);
        }
        if (stored == null) {
            throw unknown();
        }
        Held held = stored.ready(key.hex());
        return held == null ? null : identity(held);
    }

    /**
     * Who has the key; blocks up to the store's timeout.
     *
     * @throws GatewayException BAD_CREDENTIALS: nobody; STORE_UNAVAILABLE; CHECK_UNAVAILABLE: what is stored is malformed
     */
    public Identity find(Digest key) {
        Identity ready = ready(key);
        if (ready != null) {
            return ready;
        }
        if (stored == null) {
            throw unknown();
        }
        try {
            return identity(stored.get(key.hex()));
        } catch (GatewayException e) {
            Held last = e.reason() == Cause.BAD_CREDENTIALS ? null : stored.last(key.hex());
            if (last == null || last.value() == null || config.unavailable() == Unavailable.REFUSE) {
                throw e;
            }
            return identity(last);
        }
    }

    private static GatewayException unknown() {
        return new GatewayException(Cause.BAD_CREDENTIALS, "the key is not known");
    }

    private Identity identity(Held held) {
        String value = held.value();
        if (value == null) {
            throw unknown();
        }
        Owner owner = Owner.parse(value);
        if (owner == null) {
            throw new GatewayException(
                    Cause.CHECK_UNAVAILABLE,
                    "the store's value is malformed, expected an owner, and roles with commas");
        }
        return owner.identity(Identity.Proof.API_KEY, filter);
    }

    /** What it keeps of the store. */
    public Optional<MemoryUse> memory() {
        return Optional.ofNullable(stored).map(kept -> kept.memory(filter));
    }

    /** Where a key would be looked for, for who asks why. */
    public String text() {
        return config.store().map(name -> "looks for the key in store " + name).orElse("unknown key");
    }

    @Override
    public void close() {
        if (stored != null) {
            stored.close();
        }
    }
}

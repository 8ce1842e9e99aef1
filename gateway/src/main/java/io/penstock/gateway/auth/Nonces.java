// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth;

import io.penstock.gateway.config.filter.SignatureConfig;
import io.penstock.gateway.config.filter.SignatureConfig.Unavailable;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.MemoryUse;
import io.penstock.gateway.store.Outage;
import io.penstock.gateway.store.SeenValues;
import io.penstock.gateway.store.SeenValues.Seen;
import io.penstock.gateway.store.Store;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Nonces of which each may come once: over all nodes that have the same store, or in this process where none is named. They are known by their
 * hash, together with the key's id, for as long as any node would take a signature with them. Safe for use by any thread.
 */
public final class Nonces {
    /** In the store. */
    private static final String PREFIX = "penstock:nonce:";

    private final String filter;
    private final SignatureConfig config;
    private final Duration memory;
    private final @Nullable Shared shared;
    private final SeenValues<Digest> seen;

    private record Shared(Store store, Outage outage) {}

    /**
     * Remembers none.
     *
     * @param store in which nodes remember together, if they do
     */
    public Nonces(String filter, SignatureConfig config, @Nullable Store store) {
        this(filter, config, store, new SeenValues<>(config.maxNonces()));
    }

    private Nonces(String filter, SignatureConfig config, @Nullable Store store, SeenValues<Digest> seen) {
        this.filter = filter;
        this.config = config;
        // a signature is good for the window and the skew at both its ends, and the clocks of two nodes may differ by
        // as much
        this.memory = config.window().plus(config.skew().multipliedBy(4)).plusSeconds(1);
        this.shared = store == null
                ? null
                : new Shared(store, new Outage(filter, store, word(config.unavailable()), System::nanoTime));
        this.seen = seen;
    }

    /** The same with what those of the configuration before remember here, and will. */
    public Nonces remembering(Nonces before) {
        return new Nonces(
                filter, config, shared == null ? null : shared.store(), before.seen.withCapacity(config.maxNonces()));
    }

    private static String word(Unavailable unavailable) {
        return unavailable.name().toLowerCase(Locale.ROOT);
    }

    /** Whether nobody has to be asked, so that {@link #take} does not block. */
    public boolean local() {
        return shared == null;
    }

    /**
     * Takes the nonce; from now on it is known. Blocks for the time that the store may take.
     *
     * @throws GatewayException CREDENTIALS_REPLAYED: it came before; CHECK_UNAVAILABLE: nobody knows, and the rule wants to
     */
    public void take(String keyId, String nonce) {
        Digest value = value(keyId, nonce);
        boolean first;
        try {
            first = shared == null ? here(value) : there(shared, value);
        } catch (GatewayException e) {
            if (config.unavailable() == Unavailable.CLOSED) {
                throw new GatewayException(Cause.CHECK_UNAVAILABLE, e.detail(), e);
            }
            return;
        }
        if (!first) {
            throw replayed();
        }
    }

    /** Neither of the two can have an end of line in it. */
    private static Digest value(String keyId, String nonce) {
        return Digest.of(keyId + '\n' + nonce);
    }

    private static GatewayException replayed() {
        return new GatewayException(Cause.CREDENTIALS_REPLAYED, "the nonce came before");
    }

    private boolean here(Digest value) {
        Seen what = seen.once(value, memory);
        if (what == Seen.FULL) {
            throw new GatewayException(
                    Cause.STORE_UNAVAILABLE,
                    "filter " + filter + " remembers " + seen.capacity() + " nonces, and may no more");
        }
        return what == Seen.FIRST;
    }

    private boolean there(Shared at, Digest value) {
        try {
            boolean first = at.store().decisions().once(PREFIX + value.hex(), memory, config.timeout());
            at.outage().answered();
            return first;
        } catch (GatewayException e) {
            at.outage().failed(e.detail());
            throw e;
        }
    }

    /**
     * What {@link #take} would do, in a few words; takes nothing and asks nobody.
     *
     * @throws GatewayException CREDENTIALS_REPLAYED: it is known here that it came before
     */
    public String look(String keyId, String nonce) {
        if (shared != null) {
            return "asks store " + shared.store().name() + " for its nonce";
        }
        if (seen.has(value(keyId, nonce))) {
            throw replayed();
        }
        return "its nonce is new here";
    }

    /** What it keeps in memory; nothing where a store does. */
    public List<MemoryUse> memory() {
        return shared == null
                ? List.of(new MemoryUse("filter", filter, MemoryUse.Unit.ENTRIES, seen.used(), seen.capacity(), 0))
                : List.of();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth;

import io.penstock.gateway.config.filter.RevocationConfig;
import io.penstock.gateway.config.filter.RevocationConfig.Unavailable;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.MemoryUse;
import io.penstock.gateway.store.KeptValues;
import io.penstock.gateway.store.KeptValues.Held;
import io.penstock.gateway.store.Store;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Proofs that were taken back: a key in a store for each, whatever its value. What the store has said is kept in memory until it changes there.
 * While the store is away, what was revoked stays so, and the rule says what becomes of the others. Safe for use by any thread.
 */
public final class Revocations implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Revocations.class.getName());
    private static final long WARN_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final RevocationConfig config;
    private final KeptValues values;
    private final AtomicLong warnedNanos = new AtomicLong(System.nanoTime() - WARN_NANOS);

    public Revocations(RevocationConfig config, Store store) {
        this.config = config;
        this.values = new KeptValues(store, config.prefix(), config.freshFor(), config.entries());
    }

    /**
     * Under which key a token would be revoked.
     *
     * @param hash of the whole token
     * @param id its {@code jti}; null when it has none
     * @throws GatewayException BAD_CREDENTIALS: it could not be revoked
     */
    public String key(Digest hash, @Nullable String id) {
        if (config.by() == RevocationConfig.By.HASH) {
            return hash.hex();
        }
        if (id == null || id.isEmpty()) {
            throw new GatewayException(Cause.BAD_CREDENTIALS, "claim jti is missing");
        }
        byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > RevocationConfig.MOST_ID_BYTES) {
            throw new GatewayException(Cause.BAD_CREDENTIALS, "claim jti is too long");
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /**
     * Looks in memory; never blocks. Whether it is certain that the token is not revoked; otherwise {@link #check} has to be called.
     *
     * @throws GatewayException CREDENTIALS_REVOKED
     */
    public boolean ready(String key) {
        Held held = values.ready(key);
        if (held != null) {
            refuseIf(held);
        }
        return held != null;
    }

    /**
     * Asks the store where memory does not do; blocks up to its timeout.
     *
     * @throws GatewayException CREDENTIALS_REVOKED, or STORE_UNAVAILABLE where the rule wants to know for sure
     */
    public void check(String key) {
        Held held;
        try {
            held = values.get(key);
        } catch (GatewayException e) {
            unknown(key, e);
            return;
        }
        refuseIf(held);
    }

    private void unknown(String key, GatewayException why) {
        Held last = values.last(key);
        if (last != null) {
            refuseIf(last);
        }
        if (config.unavailable() == Unavailable.REFUSE) {
            throw why;
        }
        long now = System.nanoTime();
        long warned = warnedNanos.get();
        if (now - warned >= WARN_NANOS && warnedNanos.compareAndSet(warned, now)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "store {0} is away: requests go on without a look at revocations: {1}",
                    config.store(),
                    why.detail());
        }
    }

    private static void refuseIf(Held held) {
        if (held.value() != null) {
            throw new GatewayException(Cause.CREDENTIALS_REVOKED, "the token was revoked");
        }
    }

    /** What it keeps in memory. */
    public MemoryUse memory(String filter) {
        return values.memory(filter + ".revocation");
    }

    /** What would be asked, for who asks why. */
    public String text() {
        return "looks for revocations in store " + config.store();
    }

    @Override
    public void close() {
        values.close();
    }
}

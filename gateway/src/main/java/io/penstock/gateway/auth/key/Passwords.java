// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.key;

import at.favre.lib.crypto.bcrypt.BCrypt;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.penstock.gateway.auth.Digest;
import io.penstock.gateway.config.filter.BasicConfig;
import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Identity;
import io.penstock.gateway.exchange.MemoryUse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Checks passwords against bcrypt hashes, a few at a time. A pair of user and password that was right is known for a while by a hash that is
 * keyed with a secret of this process. Who does not exist costs as much as who does. Safe for use by any thread.
 */
public final class Passwords {
    /** What bcrypt looks at. */
    static final int MOST_PASSWORD_BYTES = 72;

    private static final int SALT_BYTES = 32;

    private final String filter;
    private final BasicConfig config;
    private final Map<String, UserList.User> users;
    private final byte[] nobody;
    private final Cache<Digest, Identity> known;
    private final LongAdder evicted = new LongAdder();
    private final Semaphore turns;
    private final byte[] salt = new byte[SALT_BYTES];

    /**
     * Reads the list of users.
     *
     * @param filter whose name identities get
     */
    public Passwords(String filter, BasicConfig config) {
        this.filter = filter;
        this.config = config;
        try {
            this.users = Map.copyOf(UserList.read(config.users().text()));
        } catch (IOException e) {
            throw Check.failed(config.users().origin(), String.valueOf(e.getMessage()));
        }
        new SecureRandom().nextBytes(salt);
        int cost = users.values().stream().mapToInt(UserList.User::cost).max().orElse(UserList.LEAST_COST);
        this.nobody = ("$2y$" + (cost < 10 ? "0" : "") + cost + "$" + "abcdefghijklmnopqrstuu"
                        + "0123456789012345678901234567890")
                .getBytes(StandardCharsets.US_ASCII);
        this.turns = new Semaphore(config.checks(), true);
        this.known = Caffeine.newBuilder()
                .expireAfterWrite(config.keep())
                .maximumSize(config.entries())
                .evictionListener((pair, identity, cause) -> {
                    if (cause == RemovalCause.SIZE) {
                        evicted.increment();
                    }
                })
                .executor(Runnable::run)
                .build();
    }

    /** Tells what is wrong with the list, by its key. */
    public static void check(BasicConfig config, BiConsumer<String, String> wrong) {
        try {
            Map<String, UserList.User> unused = UserList.read(config.users().text());
        } catch (IOException e) {
            wrong.accept("users", config.users().origin() + ": " + e.getMessage());
        }
    }

    /** Whose pair it is, from memory; null when it has to be checked. Never blocks. */
    public @Nullable Identity ready(byte[] user, byte[] password) {
        return known.getIfPresent(pair(user, password));
    }

    /**
     * Whose pair it is; waits for its turn, and then takes a good part of a second of the processor.
     *
     * @throws GatewayException BAD_CREDENTIALS, or OVERLOADED when its turn did not come
     */
    public Identity find(byte[] user, byte[] password) {
        boolean possible = password.length > 0 && password.length <= MOST_PASSWORD_BYTES && !hasZero(password);
        UserList.User found = users.get(new String(user, StandardCharsets.UTF_8));
        if (!matches(password, possible, found) || found == null) {
            throw new GatewayException(Cause.BAD_CREDENTIALS, "the user or the password is wrong");
        }
        Identity identity = found.owner().identity(Identity.Proof.PASSWORD, filter);
        known.put(pair(user, password), identity);
        return identity;
    }

    private boolean matches(byte[] password, boolean possible, UserList.@Nullable User user) {
        try {
            if (!turns.tryAcquire(config.turnWait().toNanos(), TimeUnit.NANOSECONDS)) {
                throw new GatewayException(
                        Cause.OVERLOADED, config.checks() + " passwords are being checked, and others wait");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GatewayException(Cause.DRAINING, "interrupted", e);
        }
        try {
            byte[] tried = possible ? password : new byte[] {'x'};
            boolean right = BCrypt.verifyer().verify(tried, user == null ? nobody : user.hash()).verified;
            return right && possible;
        } finally {
            turns.release();
        }
    }

    private static boolean hasZero(byte[] password) {
        for (byte b : password) {
            if (b == 0) {
                return true;
            }
        }
        return false;
    }

    private Digest pair(byte[] user, byte[] password) {
        byte[] all = new byte[salt.length + user.length + 1 + password.length];
        System.arraycopy(salt, 0, all, 0, salt.length);
        System.arraycopy(user, 0, all, salt.length, user.length);
        // no user has a colon (RFC 7617 §2)
        all[salt.length + user.length] = ':';
        System.arraycopy(password, 0, all, salt.length + user.length + 1, password.length);
        return Digest.of(all);
    }

    /** What it knows. */
    public MemoryUse memory() {
        return new MemoryUse(
                "filter", filter, MemoryUse.Unit.ENTRIES, known.estimatedSize(), config.entries(), evicted.sum());
    }
}

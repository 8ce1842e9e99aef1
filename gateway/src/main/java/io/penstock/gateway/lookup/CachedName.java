// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.lookup;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of one name: held for the life of their records, asked for again shortly before its end, and served beyond it
 * while no server answers: then without waiting, since a server that is silent is asked in the background.
 *
 * <p>Shared between threads. The lock is held while the servers are asked, so that one question per name is under way.
 */
final class CachedName {
    /** A record's life counts as at least this, so that a life of 0 does not put a name server on the path of each request. */
    static final Duration MIN_LIFE = Duration.ofSeconds(1);
    /** A record's life counts as at most this. */
    static final Duration MAX_LIFE = Duration.ofHours(1);
    /** How long "no such name" holds. */
    static final Duration ABSENT_LIFE = Duration.ofSeconds(5);
    /** How long nobody asks again after no server answered. */
    static final Duration PAUSE = Duration.ofSeconds(1);
    /**
     * How long after a question without an answer nobody waits for the next one. Whoever comes later waits for it: a name that nobody
     * used for long may have moved long ago.
     */
    static final Duration DISTRUST = Duration.ofMinutes(1);

    private static final long NEVER = -DISTRUST.toMillis();

    /** What is known; replaced as a whole. Empty list: the name has no address. Times in milliseconds of the clock. */
    private record Known(List<InetAddress> list, long refreshAt, long expiresAt) {}

    private final String host;
    private final Dns dns;
    private final InstantSource clock;
    private final ReentrantLock asking = new ReentrantLock();
    private volatile @Nullable Known known;
    /** When the last question failed; long ago when it did not. */
    private volatile long failedAt = NEVER;

    private volatile String failure = "";

    CachedName(String host, Dns dns, InstantSource clock) {
        this.host = host;
        this.dns = dns;
        this.clock = clock;
    }

    /**
     * The addresses as far as they are known without waiting, or null when they have to be {@linkplain #resolve asked for}.
     *
     * @throws GatewayException NAME_UNRESOLVED when it is known that there are none
     */
    @Nullable
    List<InetAddress> ready() {
        long now = clock.millis();
        Known current = known;
        long sinceFailure = now - failedAt;
        boolean paused = sinceFailure < PAUSE.toMillis();
        if (current == null) {
            if (paused) {
                throw new GatewayException(Cause.NAME_UNRESOLVED, failure);
            }
            return null;
        }
        if (now >= current.expiresAt() && sinceFailure >= DISTRUST.toMillis()) {
            return null;
        }
        if (now >= current.refreshAt() && !paused && !asking.isLocked()) {
            Thread.ofVirtual().name("name " + host).start(this::ask);
        }
        return someOf(current);
    }

    /**
     * The addresses; blocks up to {@link Dns#TIMEOUT} when they have to be asked for.
     *
     * @throws GatewayException NAME_UNRESOLVED
     */
    List<InetAddress> resolve() {
        List<InetAddress> list = ready();
        while (list == null) {
            ask();
            list = ready();
        }
        return list;
    }

    private List<InetAddress> someOf(Known current) {
        if (current.list().isEmpty()) {
            throw new GatewayException(Cause.NAME_UNRESOLVED, host + " has no address");
        }
        return current.list();
    }

    /** Asks unless another thread just did; afterwards {@link #ready} has an answer of some kind. */
    private void ask() {
        asking.lock();
        try {
            long now = clock.millis();
            Known current = known;
            if (now - failedAt < PAUSE.toMillis() || (current != null && now < current.refreshAt())) {
                return;
            }
            known = held(dns.ask(host), clock.millis());
            failedAt = NEVER;
        } catch (IOException e) {
            failure = String.valueOf(e.getMessage());
            if (Thread.currentThread().isInterrupted()) {
                throw new GatewayException(Cause.NAME_UNRESOLVED, failure, e);
            }
            failedAt = clock.millis();
        } finally {
            asking.unlock();
        }
    }

    private static Known held(Dns.Addresses found, long now) {
        long life = found.list().isEmpty()
                ? ABSENT_LIFE.toMillis()
                : Math.clamp(found.ttlSeconds(), MIN_LIFE.toSeconds(), MAX_LIFE.toSeconds()) * 1000;
        return new Known(found.list(), now + life - life / 5, now + life);
    }
}

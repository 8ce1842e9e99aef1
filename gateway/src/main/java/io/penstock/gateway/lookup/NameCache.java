// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.lookup;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.penstock.gateway.exchange.MemoryUse;
import java.time.InstantSource;
import java.util.concurrent.atomic.LongAdder;

/**
 * The DNS names that targets use, with their addresses: at most {@value #MAX_NAMES}, the least useful forgotten first.
 *
 * <p>Addresses follow the life of their records, 1 s to 1 h, are asked for again in its last fifth when the name is in use, and
 * the last good ones serve while no name server answers. {@code /etc/hosts} comes before the servers, and the search list and the
 * servers are those of {@code /etc/resolv.conf}.
 */
public final class NameCache {
    /** The most names held. */
    public static final int MAX_NAMES = 10_000;

    private final Dns dns;
    private final InstantSource clock;
    private final LongAdder evictions = new LongAdder();
    private final Cache<String, CachedName> names = Caffeine.newBuilder()
            .maximumSize(MAX_NAMES)
            .evictionListener((name, cached, cause) -> evictions.increment())
            .executor(Runnable::run)
            .build();

    NameCache(Dns dns, InstantSource clock) {
        this.dns = dns;
        this.clock = clock;
    }

    /** A cache before the name servers and the hosts file of this machine. */
    public static NameCache ofSystem(InstantSource clock) {
        return new NameCache(Dns.ofSystem(), clock);
    }

    CachedName name(String host) {
        return names.get(host, key -> new CachedName(key, dns, clock));
    }

    /** What it holds. */
    public MemoryUse memory() {
        return new MemoryUse("names", "", MemoryUse.Unit.ENTRIES, size(), MAX_NAMES, evictions.sum());
    }

    /** Names held now. */
    public long size() {
        return names.estimatedSize();
    }
}

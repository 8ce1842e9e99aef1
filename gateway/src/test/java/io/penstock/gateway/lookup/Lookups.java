// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.lookup;

import io.penstock.gateway.config.listener.Http2Config;
import io.penstock.gateway.config.lookup.AllowConfig;
import io.penstock.gateway.config.lookup.LookupConfig;
import io.penstock.gateway.config.lookup.PortRange;
import io.penstock.gateway.config.upstream.UpstreamConfig;
import io.penstock.gateway.config.upstream.UpstreamHttp1Config;
import io.penstock.gateway.exchange.Head;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Configurations and requests for tests of look-ups. */
public final class Lookups {
    public static final Duration FRESH = Duration.ofSeconds(30);
    public static final Duration ABSENT = Duration.ofSeconds(2);
    public static final Duration STALE = Duration.ofMinutes(10);

    private static final Duration ONE = Duration.ofSeconds(1);

    private Lookups() {}

    /** A lookup of loopback and 10/8 by {@code jobid}. */
    public static LookupConfig config(String key) {
        return config(key, 1000);
    }

    static LookupConfig config(String key, int cacheEntries) {
        AllowConfig allow = new AllowConfig(
                List.of(
                        AllowListTest.cidr("127.0.0.0", 8),
                        AllowListTest.cidr("10.0.0.0", 8),
                        AllowListTest.cidr("::1", 128)),
                List.of(new PortRange(1, 65_535)));
        return new LookupConfig(
                "jobs", "store", key, 64, "A-Za-z0-9._:-", allow, true, cacheEntries, FRESH, ABSENT, STALE, upstream());
    }

    /** The same, which asks for every request. */
    public static LookupConfig uncached(String key) {
        LookupConfig cached = config(key);
        return new LookupConfig(
                cached.name(),
                cached.store(),
                key,
                cached.maxKeyBytes(),
                cached.keyCharacters(),
                cached.allow(),
                false,
                cached.cacheEntries(),
                FRESH,
                ABSENT,
                STALE,
                cached.upstream());
    }

    public static Head request(String jobid) {
        return new Head().add(":method", "POST").add("jobid", jobid);
    }

    private static UpstreamConfig upstream() {
        Http2Config http2 =
                new Http2Config(128, 16_384, 8, 4096, 262_144, 4_194_304, ONE, 200, 5000, 100, 100, 200, 100, ONE);
        UpstreamHttp1Config http1 = new UpstreamHttp1Config(65_536, 1);
        return new UpstreamConfig(
                UpstreamConfig.Protocol.H2C,
                Optional.empty(),
                UpstreamConfig.ProxyProtocol.OFF,
                ONE,
                1,
                UpstreamConfig.Reuse.ALWAYS,
                1,
                1,
                ONE,
                ONE,
                ONE,
                ONE,
                ONE,
                ONE,
                ONE,
                ONE,
                1,
                http1,
                http2);
    }
}

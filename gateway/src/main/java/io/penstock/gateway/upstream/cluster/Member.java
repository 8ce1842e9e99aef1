// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.cluster;

import io.penstock.gateway.config.cluster.EndpointConfig;
import io.penstock.gateway.lookup.FixedTarget;
import io.penstock.gateway.upstream.balance.Hashing;
import io.penstock.gateway.upstream.balance.Load;
import io.penstock.gateway.upstream.guard.Breaker;
import io.penstock.gateway.upstream.health.EndpointHealth;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One endpoint of a cluster with all that is known of it. Safe for any thread but for {@link #warm} and {@link #weight}, which the cluster
 * calls under its lock.
 */
final class Member {
    private static final double COLD = 0.1;

    private final EndpointConfig config;
    private final FixedTarget target;
    private final Load load;
    private final EndpointHealth health;
    private final @Nullable Breaker breaker;
    private final long id;
    private final String cookie;
    private final LongAdder attempts;
    private final LongAdder failures;
    private boolean usable = true;
    private boolean warming;
    private long warmingSinceNanos;

    Member(EndpointConfig config, FixedTarget target, Load load, EndpointHealth health, @Nullable Breaker breaker) {
        this.config = config;
        this.target = target;
        this.load = load;
        this.health = health;
        this.breaker = breaker;
        this.id = Hashing.of(config.address());
        this.cookie = Long.toHexString(Hashing.of("cookie " + config.address()));
        this.attempts = new LongAdder();
        this.failures = new LongAdder();
    }

    /** The same endpoint with another part of the traffic. */
    Member(EndpointConfig config, Member before) {
        this(config, before, before.load, before.health, before.breaker);
    }

    /** The same endpoint in another cluster of the same name. */
    Member(EndpointConfig config, Member before, Load load, EndpointHealth health, @Nullable Breaker breaker) {
        this.config = config;
        this.target = before.target;
        this.load = load;
        this.health = health;
        this.breaker = breaker;
        this.id = before.id;
        this.cookie = before.cookie;
        this.attempts = before.attempts;
        this.failures = before.failures;
        this.usable = before.usable;
        this.warming = before.warming;
        this.warmingSinceNanos = before.warmingSinceNanos;
    }

    EndpointConfig config() {
        return config;
    }

    String name() {
        return config.address();
    }

    FixedTarget target() {
        return target;
    }

    Load load() {
        return load;
    }

    EndpointHealth health() {
        return health;
    }

    @Nullable
    Breaker breaker() {
        return breaker;
    }

    /** Its place on a hash ring. */
    long id() {
        return id;
    }

    /** What names it in a cookie. */
    String cookie() {
        return cookie;
    }

    LongAdder attempts() {
        return attempts;
    }

    LongAdder failures() {
        return failures;
    }

    /** Begins the slow start. */
    void warm(long nowNanos) {
        warming = true;
        warmingSinceNanos = nowNanos;
    }

    /** Looks whether it can be used; one that can be used again starts slowly. */
    boolean usable(long nowNanos) {
        boolean now = health.usable();
        if (now && !usable) {
            warm(nowNanos);
        }
        usable = now;
        return now;
    }

    boolean warming() {
        return warming;
    }

    /** Its weight, smaller while it starts. */
    double weight(long slowStartNanos, long nowNanos) {
        if (!warming) {
            return config.weight();
        }
        double part = slowStartNanos == 0 ? 1 : (double) (nowNanos - warmingSinceNanos) / slowStartNanos;
        warming = part < 1;
        return config.weight() * Math.clamp(part, COLD, 1.0);
    }
}

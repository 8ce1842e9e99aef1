// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.cluster;

import io.penstock.gateway.config.cluster.BalancerConfig;
import io.penstock.gateway.config.cluster.BreakerConfig;
import io.penstock.gateway.config.cluster.ClusterConfig;
import io.penstock.gateway.config.cluster.EndpointConfig;
import io.penstock.gateway.config.route.AuthorityConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.side.Upstream;
import io.penstock.gateway.lookup.FixedTarget;
import io.penstock.gateway.lookup.NameCache;
import io.penstock.gateway.upstream.balance.Load;
import io.penstock.gateway.upstream.guard.Breaker;
import io.penstock.gateway.upstream.guard.Bulkhead;
import io.penstock.gateway.upstream.guard.Failures;
import io.penstock.gateway.upstream.guard.HedgeRules;
import io.penstock.gateway.upstream.guard.RetryBudget;
import io.penstock.gateway.upstream.guard.RetryRules;
import io.penstock.gateway.upstream.health.EndpointHealth;
import io.penstock.gateway.upstream.health.HealthChecks;
import io.penstock.gateway.upstream.health.OutlierDetection;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A named group of interchangeable endpoints: picks one for each attempt, makes another attempt when that is allowed, and learns from all
 * of them.
 *
 * <p>Safe for any thread. {@link #start} begins the health checks, {@link #upkeep} is called a few times a second.
 */
public final class Cluster implements Upstream, AutoCloseable {
    private static final AuthorityConfig PRESERVE = new AuthorityConfig.Preserve();

    private final ClusterConfig config;
    private final EndpointOpener opener;
    private final NameCache names;
    private final Time time;
    private final Members members;
    private final OutlierDetection outliers;
    private final Failures failures;
    private final RetryRules rules;
    private final RetryBudget budget;
    private final @Nullable HedgeRules hedge;
    private final @Nullable Breaker breaker;
    private final @Nullable Bulkhead bulkhead;
    private final @Nullable HealthChecks checks;
    private final @Nullable Fallback fallback;
    private final @Nullable StickyCookie sticky;
    private final LongAdder active;
    private final LongAdder fallbacks;
    private final long slowNanos;
    private final long perTryNanos;
    private boolean started;

    /**
     * Builds the cluster; nothing is checked or sent before {@link #start}.
     *
     * @param opener the way to connections
     * @param names resolves the endpoints' names
     * @param others finds the cluster of a fallback by its name, when it is needed
     * @param before the cluster of this name in the configuration before: what it has learnt is taken over as far as its part of the
     *     configuration is the same, what is in flight at it counts here too, and discovered endpoints stay until there is an answer
     */
    public Cluster(
            ClusterConfig config,
            EndpointOpener opener,
            NameCache names,
            Time time,
            Function<String, Cluster> others,
            @Nullable Cluster before) {
        this.config = config;
        this.opener = opener;
        this.names = names;
        this.time = time;
        this.active = before == null ? new LongAdder() : before.active;
        this.fallbacks = before == null ? new LongAdder() : before.fallbacks;
        this.failures = new Failures(config.failure());
        this.rules = new RetryRules(config.retry(), time.wall(), time.random());
        this.budget = kept(before, ClusterConfig::retry, one -> one.budget, () -> new RetryBudget(config.retry()));
        this.hedge = kept(
                before,
                ClusterConfig::retry,
                one -> one.hedge,
                () -> config.retry().hedge().map(HedgeRules::new).orElse(null));
        this.outliers = new OutlierDetection(config.outlier(), time.now());
        this.breaker = kept(
                before,
                ClusterConfig::breaker,
                one -> one.breaker,
                () -> breaker(BreakerConfig.Scope.CLUSTER, config.name()));
        this.bulkhead = kept(
                before,
                ClusterConfig::bulkhead,
                one -> one.bulkhead,
                () -> config.bulkhead()
                        .map(one -> new Bulkhead(one, time.now()))
                        .orElse(null));
        this.checks = config.healthCheck()
                .map(one -> HealthChecks.of(one, config.upstream(), time.random()))
                .orElse(null);
        this.fallback = config.fallback().map(one -> new Fallback(one, others)).orElse(null);
        this.sticky = config.balancer().policy() == BalancerConfig.Policy.STICKY_COOKIE
                ? new StickyCookie(config.balancer().cookie())
                : null;
        this.slowNanos = config.breaker()
                .flatMap(BreakerConfig::slowAfter)
                .map(one -> one.toNanos())
                .orElse(Long.MAX_VALUE);
        this.perTryNanos =
                config.retry().perTryTimeout().map(one -> one.toNanos()).orElse(0L);
        this.members = new Members(config, time);
        endpoints(
                kept(
                        before,
                        ClusterConfig::discovery,
                        one -> config.discovery().isPresent() ? one.endpoints() : config.endpoints(),
                        config::endpoints),
                endpoint -> inherited(endpoint, before));
    }

    /** What the cluster before has, when this part of its configuration is the same. */
    private <P extends @Nullable Object> P kept(
            @Nullable Cluster before, Function<ClusterConfig, ?> part, Function<Cluster, P> had, Supplier<P> made) {
        boolean same = before != null && part.apply(config).equals(part.apply(before.config));
        return before != null && same ? had.apply(before) : made.get();
    }

    private List<EndpointConfig> endpoints() {
        return members.all().stream().map(Member::config).toList();
    }

    private @Nullable Breaker breaker(BreakerConfig.Scope scope, String name) {
        return config.breaker()
                .filter(one -> one.scope() == scope)
                .map(one -> new Breaker(name, one, time.wall()))
                .orElse(null);
    }

    public String name() {
        return config.name();
    }

    /**
     * Sets which endpoints there are. What is known of those that stay is kept; exchanges at those that leave go on.
     *
     * @param endpoints at most 4 000, with different addresses; none means that the cluster refuses with NO_ENDPOINT
     */
    public void endpoints(List<EndpointConfig> endpoints) {
        endpoints(endpoints, this::joined);
    }

    private synchronized void endpoints(List<EndpointConfig> endpoints, Function<EndpointConfig, Member> join) {
        members.set(endpoints, join, this::gone);
        outliers.endpoints(members.all().stream().map(Member::health).toList());
        check();
    }

    private Member joined(EndpointConfig endpoint) {
        return new Member(
                endpoint,
                new FixedTarget(endpoint, names),
                new Load(config.balancer().decay().toNanos(), time.now()),
                new EndpointHealth(() -> members().refresh()),
                breaker(BreakerConfig.Scope.ENDPOINT, endpoint.address()));
    }

    /** The endpoint with what the cluster before knows of it; one that it does not have starts slowly, as one that joins. */
    private Member inherited(EndpointConfig endpoint, @Nullable Cluster before) {
        Member made = joined(endpoint);
        if (before == null || before.members.all().isEmpty()) {
            return made;
        }
        Member old = before.members.like(endpoint);
        if (old == null) {
            made.warm(time.now());
            return made;
        }
        made.health()
                .inherit(
                        kept(before, ClusterConfig::healthCheck, one -> old.health(), made::health),
                        kept(before, ClusterConfig::outlier, one -> old.health(), made::health));
        return new Member(
                endpoint,
                old,
                kept(before, ClusterConfig::balancer, one -> old.load(), made::load),
                made.health(),
                kept(before, ClusterConfig::breaker, one -> old.breaker(), made::breaker));
    }

    private Members members() {
        return members;
    }

    private void gone(Member member) {
        if (checks != null) {
            checks.remove(member.health());
        }
    }

    /** Begins to check endpoints, if that is configured. */
    public synchronized void start() {
        started = true;
        check();
    }

    private void check() {
        if (started && checks != null) {
            for (Member member : members.all()) {
                checks.add(member.health(), member.name(), () -> member.target().resolve());
            }
        }
    }

    @Override
    public void close() {
        if (checks != null) {
            checks.close();
        }
    }

    /** Looks at the clock. */
    public void upkeep(long nowNanos) {
        outliers.upkeep(nowNanos);
        members.upkeep();
        if (breaker != null) {
            breaker.upkeep();
        }
        for (Member member : members.all()) {
            if (member.breaker() != null) {
                member.breaker().upkeep();
            }
        }
    }

    // ---- Upstream ----

    @Override
    public void open(Exchange exchange) {
        open(exchange, PRESERVE);
    }

    /**
     * Opens the exchange at one of the endpoints.
     *
     * @param authority {@link AuthorityConfig.Target} gives the request the name of the endpoint of each attempt; the others change nothing
     * @throws GatewayException NO_ENDPOINT, CIRCUIT_OPEN or OVERLOADED, or what the way to a connection throws
     */
    public void open(Exchange exchange, AuthorityConfig authority) {
        exchange.cluster(config.name());
        ClusterAttempts attempts = new ClusterAttempts(this, exchange, authority);
        exchange.upstream(attempts);
        attempts.begin();
    }

    // ---- for attempts ----

    /** An endpoint that was not tried yet; when all were, any that can be used; or null. */
    @Nullable
    Member pick(Exchange exchange, ClusterAttempts attempts, long now) {
        Levels levels = members.levels();
        if (sticky != null) {
            Member member = sticky.member(exchange, levels);
            if (member != null && !attempts.has(member)) {
                return member;
            }
        }
        boolean byKey = config.balancer().policy() == BalancerConfig.Policy.CONSISTENT_HASH;
        long key = byKey ? HashKey.of(exchange, config.balancer().hashOn()) : 0;
        Member member = levels.pick(key, byKey, attempts, time.random(), now);
        if (member == null && attempts.forgive()) {
            member = levels.pick(key, byKey, attempts, time.random(), now);
        }
        return member;
    }

    /** Whether there is an endpoint that was not tried. */
    boolean hasOther(ClusterAttempts attempts) {
        return members.levels().pick(0, false, attempts, time.random(), time.now()) != null;
    }

    /** Makes the first answer name its endpoint to the caller. */
    void stick(Exchange exchange, ClusterAttempts attempts, int attempt) {
        if (sticky != null && attempt == 1) {
            exchange.alsoOnHead((same, response) -> sticky.set(exchange, response, attempts.member()));
        }
    }

    /** Ends the attempt when it has no response head in time. */
    void limit(Exchange exchange, ClusterAttempt attempt) {
        if (perTryNanos > 0) {
            attempt.timeout(time.timer().after(perTryNanos, () -> {
                if (attempt.undecided()) {
                    exchange.downstream()
                            .failAttempt(new GatewayException(
                                    Cause.FIRST_BYTE_TIMEOUT, "no response head within per-try-timeout"));
                }
            }));
        }
    }

    /** Gives the exchange to what is configured for the time when nothing can be sent; false when nothing is. */
    boolean fallback(Exchange exchange, AuthorityConfig authority, Cause cause, ClusterAttempts attempts) {
        boolean meant = cause == Cause.CIRCUIT_OPEN || cause == Cause.NO_ENDPOINT;
        if (fallback == null || !meant || !fallback.serves(exchange)) {
            return false;
        }
        fallbacks.increment();
        fallback.serve(exchange, authority, attempts);
        return true;
    }

    void entered() {
        active.increment();
    }

    void left() {
        active.decrement();
        if (bulkhead != null) {
            bulkhead.leave();
        }
    }

    void measured(long nanos, boolean failed, long nowNanos) {
        if (bulkhead != null) {
            bulkhead.measured(nanos, failed, nowNanos);
        }
    }

    boolean slow(long nanos) {
        return nanos > slowNanos;
    }

    int active() {
        return active.intValue();
    }

    ClusterConfig config() {
        return config;
    }

    EndpointOpener opener() {
        return opener;
    }

    Time time() {
        return time;
    }

    OutlierDetection outliers() {
        return outliers;
    }

    Failures failures() {
        return failures;
    }

    RetryRules rules() {
        return rules;
    }

    RetryBudget budget() {
        return budget;
    }

    /** Which exchanges may have two attempts at a time; null when none may. */
    @Nullable
    HedgeRules hedge() {
        return hedge;
    }

    @Nullable
    Breaker breaker() {
        return breaker;
    }

    /** Whether each endpoint has a breaker of its own. */
    boolean breakers() {
        return config.breaker()
                .filter(one -> one.scope() == BreakerConfig.Scope.ENDPOINT)
                .isPresent();
    }

    @Nullable
    Bulkhead bulkhead() {
        return bulkhead;
    }

    /** What the cluster is like now. */
    public ClusterReport report() {
        return Reports.of(this, members, fallbacks.sum());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.cluster;

import io.penstock.gateway.config.cluster.BalancerConfig;
import io.penstock.gateway.config.cluster.ClusterConfig;
import io.penstock.gateway.config.cluster.EndpointConfig;
import io.penstock.gateway.upstream.balance.Balancers;
import io.penstock.gateway.upstream.balance.Load;
import io.penstock.gateway.upstream.balance.Shares;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of a cluster, and which of them can be picked. Safe for any thread: the lock is taken when something changes, and readers
 * follow one reference.
 */
final class Members {
    private static final int BACKUP = 1_000;
    private static final int MOST = 4_000;

    private final ClusterConfig config;
    private final Balancers balancers;
    private final Time time;
    private final long slowStartNanos;
    private final boolean byRing;
    private final Set<String> drained;
    private final Map<Integer, AtomicInteger> turns = new TreeMap<>();
    private volatile Map<String, Member> members = Map.of();
    private volatile Levels levels = Levels.NONE;
    private volatile boolean warming;

    Members(ClusterConfig config, Time time) {
        this.config = config;
        this.time = time;
        this.drained = Set.copyOf(config.drained());
        this.balancers = new Balancers(config.balancer(), time.random());
        this.slowStartNanos =
                config.balancer().slowStart().map(d -> d.toNanos()).orElse(0L);
        this.byRing = config.balancer().policy() == BalancerConfig.Policy.CONSISTENT_HASH;
    }

    Collection<Member> all() {
        return members.values();
    }

    /** The member at this address and of this name, or null. */
    @Nullable
    Member like(EndpointConfig endpoint) {
        Member member = members.get(endpoint.address());
        return member != null && member.config().hostname().equals(endpoint.hostname()) ? member : null;
    }

    /** Whether somebody said that it gets nothing new. */
    boolean drained(Member member) {
        return drained.contains(member.name());
    }

    Levels levels() {
        return levels;
    }

    /**
     * Sets which endpoints there are. What is known of those that stay is kept; those that join start slowly.
     *
     * @param join makes a new member
     * @param leave told of each that left
     */
    synchronized void set(
            List<EndpointConfig> endpoints, Function<EndpointConfig, Member> join, Consumer<Member> leave) {
        if (endpoints.size() > MOST) {
            throw new IllegalArgumentException(endpoints.size() + " endpoints, expected at most " + MOST);
        }
        long now = time.now();
        Map<String, Member> before = members;
        Map<String, Member> after = new LinkedHashMap<>();
        for (EndpointConfig endpoint : endpoints) {
            Member old = like(endpoint);
            Member member = old != null ? new Member(endpoint, old) : join.apply(endpoint);
            if (!before.isEmpty() && !before.containsKey(endpoint.address())) {
                member.warm(now);
            }
            after.put(endpoint.address(), member);
        }
        members = after;
        before.forEach((name, member) -> {
            Member next = after.get(name);
            if (next == null || next.health() != member.health()) {
                leave.accept(member);
            }
        });
        refresh();
    }

    /** Works out anew which endpoints can be picked. */
    synchronized void refresh() {
        TreeMap<Integer, List<Member>> byPriority = new TreeMap<>();
        for (Member member : members.values()) {
            if (drained(member)) {
                continue; // neither usable nor missing: no panic and no other priority may bring it back
            }
            byPriority
                    .computeIfAbsent(priority(member.config()), p -> new ArrayList<>())
                    .add(member);
        }
        long now = time.now();
        int[] all = new int[byPriority.size()];
        int[] usable = new int[all.length];
        int at = 0;
        for (List<Member> level : byPriority.values()) {
            all[at] = level.size();
            for (Member member : level) {
                usable[at] += member.usable(now) ? 1 : 0;
            }
            at++;
        }
        levels = compiled(byPriority, all, usable, now);
        boolean any = false;
        for (Member member : members.values()) {
            any |= member.warming();
        }
        warming = any;
    }

    private Levels compiled(Map<Integer, List<Member>> byPriority, int[] all, int[] usable, long now) {
        boolean enough = Shares.enough(usable, all);
        int[] pickable = usable.clone();
        for (int i = 0; i < all.length; i++) {
            boolean panic = !enough && usable[i] * 100 < config.panicThreshold() * all[i];
            pickable[i] = panic ? all[i] : usable[i];
        }
        int[] shares = Shares.of(usable, all);
        if (java.util.Arrays.stream(shares).sum() == 0) {
            shares = Shares.of(pickable, all);
        }
        List<Levels.Level> compiled = new ArrayList<>();
        List<Integer> parts = new ArrayList<>();
        int at = 0;
        for (Map.Entry<Integer, List<Member>> level : byPriority.entrySet()) {
            if (pickable[at] > 0) {
                boolean everyone = pickable[at] == all[at];
                compiled.add(level(
                        level.getValue().stream()
                                .filter(member -> everyone || member.health().usable())
                                .toArray(Member[]::new),
                        turns.computeIfAbsent(level.getKey(), key -> new AtomicInteger()),
                        now));
                parts.add(shares[at]);
            }
            at++;
        }
        return new Levels(
                compiled.stream().filter(level -> level.members().length > 0).toArray(Levels.Level[]::new),
                parts.stream().mapToInt(Integer::intValue).toArray());
    }

    private Levels.Level level(Member[] picks, AtomicInteger turn, long now) {
        long[] ids = new long[picks.length];
        Load[] loads = new Load[picks.length];
        double[] weights = new double[picks.length];
        for (int i = 0; i < picks.length; i++) {
            ids[i] = picks[i].id();
            loads[i] = picks[i].load();
            double weight = picks[i].weight(slowStartNanos, now);
            weights[i] =
                    byRing ? picks[i].config().weight() : weight; // keys that move back and forth are no slow start
        }
        return new Levels.Level(picks, balancers.over(ids, loads, weights, turn));
    }

    private int priority(EndpointConfig endpoint) {
        if (endpoint.backup()) {
            return BACKUP;
        }
        boolean near = config.zone().isEmpty() || config.zone().equals(endpoint.zone());
        return endpoint.priority() * 2 + (near ? 0 : 1);
    }

    /** Lets weights of a slow start grow. */
    void upkeep() {
        if (warming) {
            refresh();
        }
    }
}

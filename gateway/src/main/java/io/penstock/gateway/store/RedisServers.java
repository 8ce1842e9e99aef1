// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import io.penstock.gateway.config.store.RedisConfig;
import io.penstock.gateway.config.store.RedisConfig.Topology;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.exceptions.JedisException;

/**
 * The servers that have the data of one store now: one, the sentinels' master, or the masters of a cluster.
 *
 * <p>With sentinels or a cluster a virtual thread asks every {@link #ASK_EVERY} who they are, and at once when one is lost or
 * sends elsewhere. Safe for use by any thread: the nodes are an immutable snapshot, changed under a lock.
 */
final class RedisServers implements RedisWatch.Owner, AutoCloseable {
    static final Duration ASK_EVERY = Duration.ofSeconds(1);

    private static final Duration ASK_AGAIN = Duration.ofMillis(100);
    private static final Logger LOG = LoggerFactory.getLogger(RedisServers.class);

    private final String name;
    private final RedisConfig config;
    /** The first host of the URL: the server itself when there is but one. */
    private final HostAndPort single;

    private final RedisDialer dialer;
    private final Watchers watchers;
    private final Watcher all;
    private final @Nullable RedisMasters masters;
    private final Semaphore wake = new Semaphore(0);
    /** Open until it is known who the servers are, or that nobody tells. */
    private final CountDownLatch known = new CountDownLatch(1);

    private final ReentrantLock changing = new ReentrantLock();
    private final FormerNodes former = new FormerNodes();
    private volatile Snapshot snapshot;
    private volatile @Nullable String problem = "not connected yet";
    private volatile boolean closed;
    private volatile @Nullable Thread asker;

    private record Snapshot(Map<HostAndPort, RedisNode> nodes, List<@Nullable RedisNode> slots) {}

    RedisServers(String name, RedisConfig config, RedisUrl url, RedisDialer dialer, Watchers watchers) {
        this.name = name;
        this.config = config;
        this.dialer = dialer;
        this.watchers = watchers;
        this.all = new Watcher() {
            @Override
            public void changed(String key) {
                watchers.changed(key);
            }

            @Override
            public void allChanged() {
                watchers.allChanged();
            }
        };
        this.snapshot = new Snapshot(
                Map.of(), Collections.nCopies(config.topology() == Topology.CLUSTER ? RedisMasters.SLOTS : 1, null));
        this.masters = config.topology() == Topology.SINGLE
                ? null
                : new RedisMasters(config.topology(), config.sentinelMaster().orElse(null), url.hosts(), dialer);
        this.single = url.hosts().getFirst();
    }

    void start() {
        RedisMasters ask = masters;
        if (ask == null) {
            take(new RedisMasters.Slots(List.of(single)));
            return;
        }
        Thread thread = Thread.ofVirtual().name("redis servers of " + name).unstarted(() -> run(ask));
        asker = thread;
        thread.start();
    }

    /**
     * The server of this slot.
     *
     * @throws GatewayException STORE_UNAVAILABLE when it is not known
     */
    RedisNode node(int slot) {
        return node(slot, config.readTimeout().toNanos());
    }

    /** The same; waits for so long at most until it is known. */
    RedisNode node(int slot, long nanos) {
        awaitKnown(nanos);
        RedisNode node = snapshot.slots().get(slot);
        if (node == null) {
            throw new GatewayException(Cause.STORE_UNAVAILABLE, "store " + name + ": no server known: " + problem);
        }
        return node;
    }

    /** All of them; none as long as there are keys whose server is not known. */
    Collection<RedisNode> nodes() {
        awaitKnown(config.readTimeout().toNanos());
        Snapshot known = snapshot;
        return known.slots().contains(null) ? List.of() : known.nodes().values();
    }

    /** The server that another one sends to; it has the slot from now on unless that is -1. */
    RedisNode redirected(HostAndPort address, int slot) {
        changing.lock();
        try {
            Snapshot old = snapshot;
            Map<HostAndPort, RedisNode> nodes = new HashMap<>(old.nodes());
            RedisNode node = nodes.computeIfAbsent(address, this::newNode);
            List<@Nullable RedisNode> slots = new ArrayList<>(old.slots());
            if (slot >= 0) {
                slots.set(slot, node);
            }
            snapshot = new Snapshot(Map.copyOf(nodes), slots);
            return node;
        } finally {
            changing.unlock();
            wake.release();
        }
    }

    /** Why some keys cannot be had now, or null. */
    @Nullable
    String problem() {
        String unknown = problem;
        if (unknown != null) {
            return unknown;
        }
        for (RedisNode node : snapshot.nodes().values()) {
            String why = node.problem();
            if (why != null) {
                return "redis " + node.address() + ": " + why;
            }
        }
        return null;
    }

    List<ConnectionCounts> connections() {
        List<ConnectionCounts> counts = new ArrayList<>();
        RedisMasters ask = masters;
        if (ask != null) {
            counts.add(ask.connections());
        }
        changing.lock();
        try {
            snapshot.nodes().values().forEach(node -> counts.addAll(node.connections()));
            counts.addAll(former.connections());
        } finally {
            changing.unlock();
        }
        return counts;
    }

    /** Has every server listen for the prefixes as they are now. */
    void rearm() {
        snapshot.nodes().values().forEach(RedisNode::rearm);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<String> prefixes() {
        return watchers.prefixes();
    }

    @Override
    public boolean mastersOnly() {
        return config.topology() != Topology.SINGLE;
    }

    @Override
    public Watcher watcher() {
        return all;
    }

    @Override
    public void lost() {
        wake.release();
    }

    @Override
    public void close() {
        changing.lock();
        try {
            closed = true;
            Thread thread = asker;
            if (thread != null) {
                thread.interrupt();
            }
            snapshot.nodes().values().forEach(RedisNode::close);
        } finally {
            changing.unlock();
        }
    }

    private void run(RedisMasters ask) {
        try (ask) {
            while (!closed) {
                try {
                    take(ask.find(snapshot.nodes().keySet()));
                    doubtTheLost(ask);
                } catch (RuntimeException e) {
                    unknown(String.valueOf(e.getMessage()));
                }
                boolean soon = wake.tryAcquire(ASK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
                if (soon) {
                    Thread.sleep(ASK_AGAIN);
                    wake.drainPermits();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A server that is away may have been replaced without the one that we ask having heard of it: ask another one next. */
    private void doubtTheLost(RedisMasters ask) {
        if (snapshot.nodes().values().stream().anyMatch(node -> node.problem() != null)) {
            ask.doubt();
        }
    }

    private void unknown(String why) {
        if (snapshot.nodes().isEmpty()) {
            if (!why.equals(problem)) {
                LOG.warn("store {}: nobody tells which redis servers have the data: {}", name, why);
            }
            problem = why;
        }
        known.countDown();
    }

    /** Keeps the servers that stay, connects to the new ones and leaves the others. */
    private void take(RedisMasters.Slots found) {
        changing.lock();
        try {
            Snapshot old = snapshot;
            List<HostAndPort> addresses = RedisMasters.different(found);
            boolean same = old.nodes().keySet().equals(Set.copyOf(addresses));
            Map<HostAndPort, RedisNode> nodes = new HashMap<>();
            for (HostAndPort address : addresses) {
                RedisNode node = old.nodes().get(address);
                nodes.put(address, node == null ? newNode(address) : node);
            }
            List<@Nullable RedisNode> slots = found.masters().stream()
                    .map(address -> address == null ? null : nodes.get(address))
                    .collect(Collectors.toList());
            boolean moved = !slots.equals(old.slots());
            snapshot = new Snapshot(Map.copyOf(nodes), slots);
            problem = null;
            if (!same) {
                LOG.info("store {}: redis servers with the data: {}", name, addresses);
                old.nodes().values().stream()
                        .filter(node -> !nodes.containsKey(node.address()))
                        .forEach(node -> {
                            node.close();
                            former.add(node);
                        });
            }
            if (moved) {
                watchers.allChanged();
            }
        } finally {
            changing.unlock();
            known.countDown();
        }
    }

    /** With the lock held. */
    private RedisNode newNode(HostAndPort address) {
        if (closed) {
            throw new JedisException("closed");
        }
        RedisNode node = new RedisNode(address, config, dialer.data, this);
        node.start();
        return node;
    }

    private void awaitKnown(long nanos) {
        try {
            if (known.getCount() > 0 && !known.await(nanos, TimeUnit.NANOSECONDS)) {
                throw new GatewayException(
                        Cause.STORE_UNAVAILABLE,
                        "store " + name + ": no server known within " + nanos / 1_000_000 + " ms");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GatewayException(Cause.STORE_UNAVAILABLE, "store " + name + ": interrupted", e);
        }
    }
}

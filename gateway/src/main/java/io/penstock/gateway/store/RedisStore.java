// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import io.penstock.gateway.config.store.RedisConfig;
import io.penstock.gateway.config.store.RedisConfig.Topology;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.store.document.Documents;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisAskDataException;
import redis.clients.jedis.exceptions.JedisRedirectionException;
import redis.clients.jedis.util.JedisClusterCRC16;

/**
 * A store in Redis 6 or later: one server, a master that sentinels watch, or a cluster.
 *
 * <p>Each server with data is asked over a bounded pool and listened to over one more connection, on which Redis itself tells
 * which keys changed. A server that is away is noticed within the read timeout and half a second, also when it accepts
 * connections and never answers; from then until it answers again nobody waits for it. That the store is away at start, restarts
 * or fails over needs no restart of the gateway.
 *
 * <p>The user of the URL needs {@code +get +ping +client|id +client|tracking +subscribe}, the channel {@code
 * &__redis__:invalidate} and read access to its keys; {@code +role} with sentinels, {@code +cluster|slots} in a cluster. Without
 * the rights to listen the store still works, and changes are seen when entries are no longer fresh. Decisions need {@code +evalsha +eval
 * +time +get +set +del} and write access to their keys; sets that are read as a whole {@code +scan +get +pttl}, and {@code +set} and write
 * access where something is added.
 */
public final class RedisStore implements Store {
    private static final int MAX_REDIRECTIONS = 3;

    private final String name;
    private final RedisConfig config;
    private final RedisUrl url;
    private final Watchers watchers = new Watchers();
    private final RedisCalls calls;
    private final RedisDecisions decisions;
    private volatile @Nullable RedisServers servers;

    /**
     * Makes a store that is not yet started.
     *
     * @throws IllegalArgumentException when the URL is none, or the name of the sentinels' master is missing
     */
    public RedisStore(String name, RedisConfig config) {
        this.name = name;
        this.config = config;
        this.url = RedisUrl.parse(config.url(), config.topology() == Topology.SENTINEL ? 26_379 : 6379);
        this.calls = new RedisCalls(name, config.topology() == Topology.CLUSTER, this::started);
        this.decisions = new RedisDecisions(calls);
        if (config.topology() == Topology.SINGLE && url.hosts().size() > 1) {
            throw new IllegalArgumentException("redis url has several hosts, expected one, or another topology");
        }
        if (config.topology() == Topology.SENTINEL && config.sentinelMaster().isEmpty()) {
            throw new IllegalArgumentException("redis needs the name of the master that the sentinels watch");
        }
        if (config.topology() == Topology.CLUSTER && url.database() != 0) {
            throw new IllegalArgumentException("a redis cluster has no databases, and the url names one");
        }
    }

    @Override
    public String name() {
        return name;
    }

    /** Tells of each file that it could not start with, by its key; connects to nobody. */
    public void check(BiConsumer<String, String> wrong) {
        RedisDialer.check(config, wrong);
    }

    @Override
    public void start() throws IOException {
        servers = new RedisServers(name, config, url, RedisDialer.of(url, config), watchers);
        Objects.requireNonNull(servers).start();
    }

    @Override
    public @Nullable String get(String key) {
        byte[] bytes = key.getBytes(StandardCharsets.ISO_8859_1);
        return asked(bytes, (node, asking) -> Optional.ofNullable(node.get(bytes, asking)))
                .orElse(null);
    }

    /** As {@link RedisNode#over}, at the server that has the key. */
    <T> T over(byte[] key, Function<Connection, T> questions) {
        return asked(key, (node, asking) -> node.over(asking, questions));
    }

    private interface Question<T> {
        T ask(RedisNode node, boolean asking);
    }

    private <T> T asked(byte[] key, Question<T> question) {
        RedisServers started = started();
        int slot = config.topology() == Topology.CLUSTER ? JedisClusterCRC16.getSlot(key) : 0;
        RedisNode node = started.node(slot);
        boolean asking = false;
        for (int i = 0; i <= MAX_REDIRECTIONS; i++) {
            try {
                return question.ask(node, asking);
            } catch (JedisRedirectionException e) {
                asking = e instanceof JedisAskDataException;
                node = started.redirected(e.getTargetNode(), asking ? -1 : slot);
            }
        }
        throw new GatewayException(
                Cause.STORE_UNAVAILABLE, "store " + name + ": more than " + MAX_REDIRECTIONS + " redirections");
    }

    /**
     * The servers that have the data now.
     *
     * @throws GatewayException STORE_UNAVAILABLE when they are not known
     */
    Collection<RedisNode> nodes() {
        Collection<RedisNode> nodes = started().nodes();
        if (nodes.isEmpty()) {
            throw new GatewayException(Cause.STORE_UNAVAILABLE, "store " + name + ": not every server is known");
        }
        return nodes;
    }

    @Override
    public StoredSet set(String prefix) {
        return new RedisSet(this, prefix, calls);
    }

    @Override
    public Decisions decisions() {
        return decisions;
    }

    /**
     * The documents under a key. Their user needs {@code +hget +hgetall +hmget +hset +hdel +del}, too.
     *
     * @param history how many changes are kept, 1 or more
     * @param timeout of each question
     */
    public Documents documents(String key, int history, Duration timeout) {
        return new RedisDocuments(calls, this, key, history, timeout);
    }

    @Override
    public Watch watch(String prefix, Watcher watcher) {
        List<String> before = watchers.prefixes();
        Watch watch = watchers.add(prefix, watcher);
        RedisServers started = servers;
        if (started != null && !watchers.prefixes().equals(before)) {
            started.rearm();
        }
        return watch;
    }

    @Override
    public boolean available() {
        return problem() == null;
    }

    @Override
    public @Nullable String problem() {
        RedisServers started = servers;
        return started == null ? "not started" : started.problem();
    }

    @Override
    public Duration timeout() {
        return config.connectTimeout().compareTo(config.readTimeout()) > 0
                ? config.connectTimeout()
                : config.readTimeout();
    }

    @Override
    public List<ConnectionCounts> connections() {
        RedisServers started = servers;
        return started == null ? List.of() : new ArrayList<>(started.connections());
    }

    @Override
    public void close() {
        RedisServers started = servers;
        if (started != null) {
            started.close();
        }
    }

    private RedisServers started() {
        RedisServers started = servers;
        if (started == null) {
            throw new IllegalStateException("store " + name + " is not started");
        }
        return started;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.util.JedisClusterCRC16;

/** A real cluster on loopback: three masters with a third of the slots each. Closing ends its processes. */
public final class RedisCluster implements AutoCloseable {
    private static final int[] BOUNDS = {0, 5461, 10923, 16384};

    private final Path folder;
    private final List<RedisProcess> nodes = new ArrayList<>();

    private RedisCluster(Path folder) {
        this.folder = folder;
    }

    /** Starts the masters and waits until they agree. */
    public static RedisCluster start(Path folder) throws IOException {
        RedisCluster cluster = new RedisCluster(folder);
        try {
            cluster.startMasters();
            return cluster;
        } catch (IOException | RuntimeException | AssertionError e) {
            cluster.close();
            throw e;
        }
    }

    /** On a busy machine the answer may come too late: asked again, the node refuses what it has done. */
    private static void once(RedisProcess node, String... parts) {
        try {
            node.call(Stream.concat(Stream.of("CLUSTER"), Stream.of(parts)).toArray(String[]::new));
        } catch (JedisDataException e) {
            assertThat(e.getMessage()).containsAnyOf("already busy", "already non-zero");
        }
    }

    private void startMasters() throws IOException {
        for (int i = 0; i < 3; i++) {
            RedisProcess node = startNode();
            once(node, "ADDSLOTSRANGE", String.valueOf(BOUNDS[i]), String.valueOf(BOUNDS[i + 1] - 1));
            once(node, "SET-CONFIG-EPOCH", String.valueOf(i + 1));
        }
        for (RedisProcess node : nodes.subList(1, 3)) {
            meet(node);
        }
        for (RedisProcess node : nodes) {
            awaitState("agreement", () -> {
                String state = String.valueOf(node.call("CLUSTER", "INFO"));
                return state.contains("cluster_state:ok") && state.contains("cluster_slots_ok:16384");
            });
        }
    }

    private RedisProcess startNode() throws IOException {
        RedisProcess node = RedisProcess.start(
                folder,
                "--cluster-enabled",
                "yes",
                "--cluster-node-timeout",
                "1000",
                "--cluster-replica-validity-factor",
                "0",
                "--cluster-require-full-coverage",
                "no");
        nodes.add(node);
        return node;
    }

    private void meet(RedisProcess node) {
        node.call(
                "CLUSTER", "MEET", "127.0.0.1", String.valueOf(nodes.getFirst().port()));
    }

    /** Starts a replica of the master that has this key, and waits until it has what the master has. */
    public RedisProcess addReplica(String key) throws IOException {
        RedisProcess master = master(key);
        String id = String.valueOf(master.call("CLUSTER", "MYID"));
        RedisProcess replica = startNode();
        meet(replica);
        awaitState(
                "the replica knows its master",
                () -> String.valueOf(replica.call("CLUSTER", "NODES")).contains(id));
        replica.call("CLUSTER", "REPLICATE", id);
        awaitState(
                "the replica follows",
                () -> String.valueOf(replica.call("INFO", "replication")).contains("master_link_status:up"));
        for (RedisProcess other : masters()) {
            // only who knows the replica votes for it
            awaitState(
                    "all know the replica",
                    () -> String.valueOf(other.call("CLUSTER", "NODES")).contains("slave " + id));
        }
        return replica;
    }

    public List<RedisProcess> masters() {
        return List.copyOf(nodes.subList(0, 3));
    }

    /** The node that had this key's slot from the beginning. */
    public RedisProcess master(String key) {
        int slot = JedisClusterCRC16.getSlot(key);
        return nodes.get(slot < BOUNDS[1] ? 0 : slot < BOUNDS[2] ? 1 : 2);
    }

    public void set(String key, String value) {
        master(key).call("SET", key, value);
    }

    /** As it stands in the configuration. */
    public String url() {
        return nodes.getFirst().url();
    }

    @Override
    public void close() {
        nodes.forEach(RedisProcess::close);
    }

    private static void awaitState(String what, BooleanSupplier reached) {
        long deadline = System.nanoTime() + Duration.ofSeconds(15).toNanos();
        while (!reached.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            RedisProcess.pause();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import io.penstock.gateway.config.store.RedisConfig.Topology;
import io.penstock.gateway.store.ConnectionCounts.Ending;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.commands.ProtocolCommand;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Asks sentinels or cluster nodes which servers have the data, over one connection that is kept for the next question.
 *
 * <p>Used by one thread, except for {@link #connections}.
 */
final class RedisMasters implements AutoCloseable {
    /** Slots of a cluster. */
    static final int SLOTS = 16_384;

    private final Topology topology;
    private final @Nullable String masterName;
    private final List<HostAndPort> seeds;
    private final JedisClientConfig config;
    /** For a host that asks for a password when none was sent. */
    private final JedisClientConfig authenticated;

    private final ConnectionTally tally;
    private volatile @Nullable Connection current;
    private volatile @Nullable HostAndPort currentHost;

    /** The master of each slot; null where there is none. Of one slot when there is no cluster. */
    record Slots(List<@Nullable HostAndPort> masters) {}

    RedisMasters(Topology topology, @Nullable String masterName, List<HostAndPort> seeds, RedisDialer dialer) {
        this.topology = topology;
        this.masterName = masterName;
        this.seeds = seeds;
        this.config = topology == Topology.SENTINEL ? dialer.sentinel : dialer.data;
        this.authenticated = topology == Topology.SENTINEL ? dialer.sentinelAsMaster : dialer.data;
        this.tally = new ConnectionTally(topology == Topology.SENTINEL ? "sentinels" : "cluster", "topology");
    }

    ConnectionCounts connections() {
        return tally.counts();
    }

    /**
     * Asks the host that answered last, then the others.
     *
     * @param known hosts that are known beside those of the URL
     * @throws JedisException when none of them has an answer
     */
    Slots find(Collection<HostAndPort> known) {
        JedisException last = new JedisException("no host to ask");
        for (HostAndPort host : candidates(known)) {
            try {
                return ask(host);
            } catch (JedisException e) {
                disconnect(RedisNode.timedOut(e) ? Ending.TIMED_OUT : Ending.PEER_CLOSED);
                last = e;
            }
        }
        throw last;
    }

    /** Asks another host the next time: what this one said proved wrong. */
    void doubt() {
        disconnect(Ending.REPLACED);
    }

    private Set<HostAndPort> candidates(Collection<HostAndPort> known) {
        Set<HostAndPort> hosts = new LinkedHashSet<>();
        HostAndPort first = currentHost;
        if (first != null) {
            hosts.add(first);
        }
        hosts.addAll(seeds);
        if (topology == Topology.CLUSTER) {
            hosts.addAll(known);
        }
        return hosts;
    }

    private Slots ask(HostAndPort host) {
        Connection connection = connected(host);
        return topology == Topology.SENTINEL ? sentinel(connection) : cluster(connection, host);
    }

    private Connection connected(HostAndPort host) {
        Connection open = current;
        if (open != null && host.equals(currentHost)) {
            return open;
        }
        disconnect(Ending.REPLACED);
        try {
            Connection made = dialed(host);
            tally.opened.increment();
            current = made;
            currentHost = host;
            return made;
        } catch (JedisException e) {
            tally.failed.increment();
            throw e;
        }
    }

    /** Sentinels often ask for nothing while the master does; those that do usually take what the master takes. */
    private Connection dialed(HostAndPort host) {
        try {
            return new Connection(host, config);
        } catch (JedisDataException e) {
            if (!String.valueOf(e.getMessage()).startsWith("NOAUTH")) {
                throw e;
            }
            return new Connection(host, authenticated);
        }
    }

    private Slots sentinel(Connection connection) {
        connection.sendCommand(Ask.SENTINEL, "GET-MASTER-ADDR-BY-NAME", String.valueOf(masterName));
        if (!(connection.getOne() instanceof List<?> address) || address.size() != 2) {
            throw new JedisException("the sentinel knows no master " + masterName);
        }
        return new Slots(List.of(new HostAndPort(text(address.get(0)), Integer.parseInt(text(address.get(1))))));
    }

    private static Slots cluster(Connection connection, HostAndPort asked) {
        connection.sendCommand(Command.CLUSTER, "SLOTS");
        @Nullable HostAndPort[] masters = new HostAndPort[SLOTS];
        for (Object range : connection.getObjectMultiBulkReply()) {
            List<?> parts = (List<?>) range;
            List<?> master = (List<?>) parts.get(2);
            String host = master.get(0) == null ? "" : text(master.get(0));
            HostAndPort address =
                    new HostAndPort(host.isEmpty() ? asked.getHost() : host, ((Long) master.get(1)).intValue());
            int from = ((Long) parts.get(0)).intValue();
            int to = ((Long) parts.get(1)).intValue();
            Arrays.fill(masters, from, to + 1, address);
        }
        if (Arrays.stream(masters).allMatch(master -> master == null)) {
            throw new JedisException("the cluster has no slots yet");
        }
        return new Slots(Arrays.asList(masters));
    }

    private void disconnect(Ending why) {
        Connection open = current;
        current = null;
        currentHost = null;
        if (open != null) {
            tally.closed(why);
            open.disconnect();
        }
    }

    @Override
    public void close() {
        disconnect(Ending.SHUT_DOWN);
    }

    private static String text(@Nullable Object bytes) {
        return bytes instanceof byte[] array ? new String(array, StandardCharsets.ISO_8859_1) : String.valueOf(bytes);
    }

    /** Commands that the client library has no name for. */
    private enum Ask implements ProtocolCommand {
        SENTINEL;

        @Override
        public byte[] getRaw() {
            return name().getBytes(StandardCharsets.US_ASCII);
        }
    }

    /** The different masters, in the order of their first slot. */
    static List<HostAndPort> different(Slots slots) {
        List<HostAndPort> masters = new ArrayList<>();
        for (HostAndPort master : slots.masters()) {
            if (master != null && !masters.contains(master)) {
                masters.add(master);
            }
        }
        return masters;
    }
}

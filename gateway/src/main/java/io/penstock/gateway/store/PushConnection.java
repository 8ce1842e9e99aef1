// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * One connection over which Redis tells which keys change, whoever changes them, from Redis 6 on.
 *
 * <p>{@code CLIENT TRACKING ON REDIRECT id BCAST} sends the names of changed keys to a subscriber of {@code
 * __redis__:invalidate}. Here the subscriber is the tracking connection itself: with two connections the one could be lost while
 * the other lives, and then Redis goes quiet without a word. One thread reads, another one may send pings.
 */
final class PushConnection extends Connection {
    private static final String CHANNEL = "__redis__:invalidate";

    PushConnection(HostAndPort address, JedisClientConfig config) {
        super(address, config);
    }

    /**
     * Begins to listen for changes of keys with these prefixes, which must not overlap.
     *
     * @return null, or why the server refuses, in which case the connection can still be pinged
     */
    @Nullable
    String arm(List<String> prefixes) {
        try {
            sendCommand(Command.CLIENT, "ID");
            List<String> tracking =
                    new ArrayList<>(List.of("TRACKING", "ON", "REDIRECT", String.valueOf(getIntegerReply()), "BCAST"));
            if (!prefixes.contains("")) {
                prefixes.forEach(prefix -> tracking.addAll(List.of("PREFIX", prefix)));
            }
            sendCommand(
                    Command.CLIENT, tracking.stream().map(PushConnection::bytes).toArray(byte[][]::new));
            getStatusCodeReply();
            sendCommand(Command.SUBSCRIBE, CHANNEL);
            getOne();
            return null;
        } catch (JedisDataException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** Whether the server says that it is a replica. */
    boolean replica() {
        try {
            sendCommand(Command.ROLE);
            return !(getOne() instanceof List<?> role) || !"master".equals(text(role.getFirst()));
        } catch (JedisDataException e) {
            // the user may not ask: nothing to be said against it
            return false;
        }
    }

    /** Sends a ping; the answer comes back through {@link #read}. */
    void ping(long number) {
        sendCommand(Command.PING, String.valueOf(number));
        flush();
    }

    /**
     * Blocks until Redis says something and tells the hearer what it was.
     *
     * @param silence how long it may say nothing
     * @throws JedisConnectionException when it said nothing or the connection ended
     */
    void read(Duration silence, Hearer hearer) {
        setSoTimeout((int) silence.toMillis());
        Object said = getUnflushedObject();
        if (said instanceof byte[] pong) {
            hearer.pong(Long.parseLong(text(pong)));
        } else if (said instanceof List<?> parts && parts.size() == 2) {
            hearer.pong(Long.parseLong(text(parts.get(1))));
        } else if (said instanceof List<?> parts && "message".equals(text(parts.getFirst()))) {
            changed(parts.get(2), hearer);
        }
    }

    private static void changed(@Nullable Object keys, Hearer hearer) {
        if (keys instanceof List<?> list) {
            list.forEach(key -> hearer.changed(text(key)));
        } else {
            hearer.allChanged();
        }
    }

    private static String text(@Nullable Object bytes) {
        return bytes instanceof byte[] array ? new String(array, StandardCharsets.ISO_8859_1) : String.valueOf(bytes);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Who is told what came over the connection. */
    interface Hearer extends Watcher {
        /** The server answered the ping with this number. */
        void pong(long number);
    }
}

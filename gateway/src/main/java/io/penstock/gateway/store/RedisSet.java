// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisRedirectionException;

/** The keys of Redis with one prefix whose values are strings, found by walking over those of every server that has data. */
final class RedisSet implements StoredSet {
    private static final String PAGE = "1000";

    private final RedisStore store;
    private final String prefix;
    private final RedisCalls calls;

    RedisSet(RedisStore store, String prefix, RedisCalls calls) {
        this.store = store;
        this.prefix = prefix;
        this.calls = calls;
    }

    @Override
    public List<Member> members(int most) {
        Map<String, Member> found = new HashMap<>();
        for (RedisNode node : store.nodes()) {
            String cursor = "0";
            do {
                String from = cursor;
                cursor = node.over(connection -> page(connection, from, found));
            } while (!cursor.equals("0") && found.size() <= most);
        }
        return List.copyOf(found.values());
    }

    /** Returns where the next page begins. */
    private String page(Connection connection, String cursor, Map<String, Member> found) {
        connection.sendCommand(
                Command.SCAN, bytes(cursor), bytes("MATCH"), bytes(pattern()), bytes("COUNT"), bytes(PAGE));
        List<?> answer = connection.getObjectMultiBulkReply();
        List<byte[]> keys = new ArrayList<>();
        for (Object key : (List<?>) answer.get(1)) {
            keys.add((byte[]) key);
        }
        keys.forEach(key -> ask(connection, key));
        for (byte[] key : keys) {
            Object answered = read(connection, text(key));
            if (answered instanceof Member member) {
                found.put(member.name(), member);
            }
        }
        return text((byte[]) answer.getFirst());
    }

    private String pattern() {
        return prefix.replaceAll("[\\\\*?\\[\\]^]", "\\\\$0") + "*";
    }

    @Override
    public @Nullable Member member(String name) {
        byte[] key = bytes(prefix + name);
        Object answer = store.over(key, connection -> {
            ask(connection, key);
            return read(connection, prefix + name);
        });
        return answer instanceof Member member ? member : null;
    }

    private static void ask(Connection connection, byte[] key) {
        connection.sendCommand(Command.GET, key);
        connection.sendCommand(Command.PTTL, key);
    }

    /** Reads both answers. What is there, "" when there is nothing or no string. */
    private Object read(Connection connection, String key) {
        Object value = one(connection);
        Object millis = one(connection);
        if (value instanceof JedisRedirectionException elsewhere) {
            throw elsewhere;
        }
        if (value instanceof JedisDataException error
                && !String.valueOf(error.getMessage()).startsWith("WRONGTYPE")) {
            throw error;
        }
        if (millis instanceof JedisDataException error) {
            throw error;
        }
        if (!(value instanceof byte[] bytes) || !(millis instanceof Long left) || left == -2) {
            return "";
        }
        return new Member(key.substring(prefix.length()), text(bytes), left < 0 ? null : Duration.ofMillis(left));
    }

    private static @Nullable Object one(Connection connection) {
        try {
            return connection.getOne();
        } catch (JedisDataException e) {
            return e; // the answers behind it are still to be read
        }
    }

    @Override
    public void add(String name, String value, Duration life) {
        byte[] key = bytes(prefix + name);
        byte[] millis = bytes(Long.toString(Math.max(1, life.toMillis())));
        byte[][] set = {key, bytes(value), bytes("NX"), bytes("PX"), millis};
        long deadline = System.nanoTime() + store.timeout().toNanos();
        Object unused = calls.again(deadline, () -> calls.call(Command.SET, key, set, deadline));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}

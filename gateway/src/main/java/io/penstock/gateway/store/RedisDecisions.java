// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import io.penstock.gateway.exchange.MemoryUse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** Decisions in Redis: one command each. What cannot be told apart from a first time is not taken for one. */
final class RedisDecisions implements Decisions {
    private final RedisCalls calls;

    RedisDecisions(RedisCalls calls) {
        this.calls = calls;
    }

    @Override
    public Taken take(String key, Bucket bucket, int least, int most, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        Object said = calls.script(RedisScript.TAKE, bytes(key), arguments(bucket, least, most), deadline);
        if (said instanceof List<?> both
                && both.getFirst() instanceof Long tokens
                && both.getLast() instanceof Long missing) {
            return bucket.taken(tokens.intValue(), least, missing);
        }
        throw calls.unavailable("expected two numbers", null);
    }

    @Override
    public void giveBack(String key, Bucket bucket, int tokens) {
        calls.tell(RedisScript.TAKE, bytes(key), arguments(bucket, -tokens, -tokens));
    }

    private static byte[][] arguments(Bucket bucket, int least, int most) {
        return new byte[][] {
            bytes(Long.toString(bucket.unitsPerMicro())),
            bytes(Long.toString(bucket.tokenUnits())),
            bytes(Long.toString(bucket.capacityUnits())),
            bytes(Integer.toString(least)),
            bytes(Integer.toString(most))
        };
    }

    /** The value that is stored is this question's own, so that it is known again when the answer got lost. */
    @Override
    public boolean once(String value, Duration within, Duration timeout) {
        byte[] key = bytes(value);
        byte[] own = bytes(UUID.randomUUID().toString());
        byte[] millis = bytes(Long.toString(Math.max(1, within.toMillis())));
        byte[][] set = {key, own, bytes("NX"), bytes("PX"), millis};
        long deadline = System.nanoTime() + timeout.toNanos();
        try {
            return stored(calls.call(Command.SET, key, set, deadline));
        } catch (JedisConnectionException e) {
            return calls.again(
                    deadline,
                    () -> stored(calls.call(Command.SET, key, set, deadline))
                            || (calls.call(Command.GET, key, new byte[][] {key}, deadline) instanceof byte[] found
                                    && Arrays.equals(own, found)));
        }
    }

    private static boolean stored(Object said) {
        return said instanceof byte[] bytes && bytes.length == 2; // OK
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public List<MemoryUse> memory() {
        return List.of();
    }
}

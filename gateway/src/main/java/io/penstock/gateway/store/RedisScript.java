// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A script that Redis keeps, and by which name. Immutable. */
final class RedisScript {
    /**
     * Takes tokens: KEYS[1] the bucket, ARGV: units that come back in a microsecond, units of a token, of the whole bucket, the fewest and the
     * most tokens that are wanted; negative ones are given back. Answers how many were taken and what is missing then, in units.
     *
     * <p>The value is what was missing, and when, by the server's clock. A clock that was put back does not keep the bucket empty until it
     * is as late again: the earlier time is written then even when nothing is taken. What expires is a full bucket, and that is what an absent
     * one is.
     */
    static final RedisScript TAKE = new RedisScript("""
            local time = redis.call('TIME')
            local now = time[1] * 1000000 + time[2]
            local rate, token, capacity = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
            local least, most = tonumber(ARGV[4]), tonumber(ARGV[5])
            local missing, at = 0, now
            local held = redis.call('GET', KEYS[1])
            if held then
              local m, a = string.match(held, '^(%d+) (%d+)$')
              if not m then
                return redis.error_reply('WRONGTYPE the value under the key is no bucket')
              end
              at = tonumber(a)
              missing = math.max(0, m - math.max(0, now - at) * rate)
            end
            local tokens = most
            if most > 0 then
              tokens = math.min(most, math.floor((capacity - missing) / token))
              if tokens < least then
                if at <= now then
                  return {0, missing}
                end
                tokens = 0
              end
            end
            missing = math.max(0, missing + tokens * token)
            if missing == 0 then
              redis.call('DEL', KEYS[1])
            else
              local millis = math.ceil(missing / rate / 1000)
              redis.call('SET', KEYS[1], string.format('%.0f %.0f', missing, now), 'PX', string.format('%.0f', millis))
            end
            return {tokens, missing}
            """);

    /**
     * Changes documents: KEYS[1] their hash, ARGV: the revision that it has to be at, the one that it is at then, the field and the text of the
     * change, the field of a change that is forgotten, 1 to begin with nothing, then fields and values in turn, of which an empty one removes
     * the field. Answers at which revision it is then.
     */
    static final RedisScript CHANGE = new RedisScript("""
            local at = redis.call('HGET', KEYS[1], 'revision') or '0'
            if at ~= ARGV[1] then
              return at
            end
            if ARGV[6] == '1' then
              redis.call('DEL', KEYS[1])
            end
            for i = 7, #ARGV, 2 do
              if ARGV[i + 1] == '' then
                redis.call('HDEL', KEYS[1], ARGV[i])
              else
                redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
              end
            end
            redis.call('HSET', KEYS[1], ARGV[3], ARGV[4], 'revision', ARGV[2])
            redis.call('HDEL', KEYS[1], ARGV[5])
            return ARGV[2]
            """);

    private final byte[] source;
    private final byte[] name;

    private RedisScript(String source) {
        this.source = source.getBytes(StandardCharsets.US_ASCII);
        this.name = HexFormat.of().formatHex(sha1(this.source)).getBytes(StandardCharsets.US_ASCII);
    }

    /** What EVALSHA takes. */
    byte[][] byName(byte[] key, byte[][] arguments) {
        return call(name, key, arguments);
    }

    /** What EVAL takes. */
    byte[][] whole(byte[] key, byte[][] arguments) {
        return call(source, key, arguments);
    }

    private static byte[][] call(byte[] script, byte[] key, byte[][] arguments) {
        byte[][] all = new byte[arguments.length + 3][];
        all[0] = script;
        all[1] = new byte[] {'1'}; // keys
        all[2] = key;
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        return all;
    }

    /** That is how Redis names scripts. */
    private static byte[] sha1(byte[] source) {
        try {
            return MessageDigest.getInstance("SHA-1").digest(source);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }
}

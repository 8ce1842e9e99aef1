// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.Head;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Keeps the id of a request, from anybody, when it is 1 to 128 characters of {@code A-Za-z0-9._:+/=-}; otherwise makes one of 32
 * hexadecimal digits. Thread-safe.
 */
final class RequestIds {
    private static final int LONGEST_ID = 128;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.ISO_8859_1);

    /** Of counters, so that threads seldom meet; a power of two. Each is on a cache line of its own. */
    private static final int STRIPES = 16;

    private static final int LINE = 8;

    private final AtomicLongArray turns = new AtomicLongArray(STRIPES * LINE);
    private final long seedHigh;
    private final long seedLow;

    RequestIds() {
        SecureRandom random = new SecureRandom();
        seedHigh = random.nextLong();
        seedLow = random.nextLong();
    }

    /** The id that the request carries, or a new one; with {@code tell}, the upstream gets to know it. */
    String of(Head head, boolean tell) {
        String sent = head.value("x-request-id");
        if (sent != null && wellFormed(sent)) {
            return sent;
        }
        String made = newId();
        if (tell) {
            head.set(Field.of("x-request-id", made, Field.Indexing.UNINDEXED));
        }
        return made;
    }

    /** Two mixed halves of a count that began at a random place: unique within the process, and as good as unique beyond. */
    private String newId() {
        int stripe = (int) Thread.currentThread().threadId() & (STRIPES - 1);
        long turn = turns.getAndIncrement(stripe * LINE) * STRIPES + stripe;
        byte[] hex = new byte[32];
        hex(mixed(seedHigh + turn * 0x9e3779b97f4a7c15L), hex, 0);
        hex(mixed(seedLow - turn * 0xd1342543de82ef95L), hex, 16);
        return new String(hex, StandardCharsets.ISO_8859_1);
    }

    private static void hex(long bits, byte[] to, int from) {
        long rest = bits;
        for (int i = from + 15; i >= from; i--) {
            to[i] = HEX[(int) rest & 0xf];
            rest >>>= 4;
        }
    }

    /** The finaliser of SplitMix64. */
    private static long mixed(long bits) {
        long z = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    private static boolean wellFormed(String id) {
        if (id.isEmpty() || id.length() > LONGEST_ID) {
            return false;
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            boolean fine = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || "._:+/=-".indexOf(c) >= 0;
            if (!fine) {
                return false;
            }
        }
        return true;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.lab;

/**
 * The gateway host's sockets and counters at one moment.
 *
 * @param atMillis since 1970
 * @param waitRedis sockets in TIME_WAIT to Redis
 * @param waitBackend the same to the backend
 * @param openRedis established connections to Redis
 * @param openBackend the same to the backend
 * @param others other sockets, those to the client among them
 * @param activeOpens connections opened so far; likewise the others, which are counters of the kernel
 * @param cpuMicros processor time of the gateway so far
 */
public record Sample(
        long atMillis,
        long waitRedis,
        long waitBackend,
        long openRedis,
        long openBackend,
        long others,
        long activeOpens,
        long passiveOpens,
        long listenOverflows,
        long timeWaited,
        long recycled,
        long overflowed,
        long cpuMicros) {

    static final int COLUMNS = 13;

    static Sample parse(String line) {
        var parts = line.split("\t", -1);
        if (parts.length != COLUMNS) {
            throw new IllegalArgumentException("a sample has " + parts.length + " columns, expected " + COLUMNS);
        }
        var n = new long[COLUMNS];
        for (int i = 0; i < COLUMNS; i++) {
            n[i] = Long.parseLong(parts[i]);
        }
        return new Sample(n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9], n[10], n[11], n[12]);
    }

    /** Sockets in TIME_WAIT to either. */
    public long waiting() {
        return waitRedis + waitBackend;
    }
}

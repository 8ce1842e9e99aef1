// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.balance;

/** A hash of texts that spreads well and is the same in every process. */
public final class Hashing {
    private Hashing() {}

    /** Of the whole text. */
    public static long of(String text) {
        return of(text, 0, text.length());
    }

    /** Of a part of the text; allocates nothing. */
    public static long of(String text, int from, int to) {
        long hash = 0xcbf29ce484222325L; // FNV-1a
        for (int i = from; i < to; i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return mixed(hash);
    }

    /** The finalizer of MurmurHash3: each bit of the input moves half of the output. */
    static long mixed(long hash) {
        long bits = hash;
        bits = (bits ^ bits >>> 33) * 0xff51afd7ed558ccdL;
        bits = (bits ^ bits >>> 33) * 0xc4ceb9fe1a85ec53L;
        return bits ^ bits >>> 33;
    }
}

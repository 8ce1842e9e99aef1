// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1;

import io.penstock.gateway.wire.Wire;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Brings bytes cut into reads as a seed says, and keeps what is written. */
final class CutWire implements Wire {
    private final byte[] bytes;
    private final Random cuts;
    private final int longest;
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private int at;
    private int writes;

    /** Everything in one read, as far as it fits. */
    CutWire(String bytes) {
        this(bytes, 0, Integer.MAX_VALUE);
    }

    /** Reads of 1 to {@code longest} bytes. */
    CutWire(String bytes, long seed, int longest) {
        this.bytes = bytes.getBytes(StandardCharsets.ISO_8859_1);
        this.cuts = new Random(seed);
        this.longest = longest;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
        if (at == bytes.length) {
            return -1;
        }
        int most = Math.min(length, bytes.length - at);
        int now = longest >= most ? most : 1 + cuts.nextInt(Math.min(longest, most));
        System.arraycopy(bytes, at, buffer, offset, now);
        at += now;
        return now;
    }

    @Override
    public void write(byte[] buffer, int offset, int length) {
        written.write(buffer, offset, length);
        writes++;
    }

    @Override
    public void finish() {}

    @Override
    public void abort() {}

    String written() {
        return written.toString(StandardCharsets.ISO_8859_1);
    }

    int writes() {
        return writes;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1.write;

import io.penstock.gateway.exchange.Handles;
import io.penstock.gateway.wire.Wire;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * What a connection sends: gathers a head and the first bytes of its body into one write. Used by one thread at a time.
 *
 * <p>The buffer begins at 1 KiB and is at most 16 KiB, or as long as a head; what is longer goes past it.
 */
public final class Output {
    private static final int SMALLEST = 1024;
    private static final int LARGEST = 16 * 1024;

    private static final VarHandle WRITING_SINCE;
    private static final VarHandle LAST_WRITE;
    private static final VarHandle TOTAL;

    static {
        Lookup lookup = MethodHandles.lookup();
        WRITING_SINCE = Handles.of(lookup, "writingSinceNanos");
        LAST_WRITE = Handles.of(lookup, "lastWriteNanos");
        TOTAL = Handles.of(lookup, "total");
    }

    private final Wire wire;
    private volatile long writingSinceNanos;
    private volatile long lastWriteNanos;
    private volatile long total;
    private byte[] buffer = new byte[SMALLEST];
    private int size;

    public Output(Wire wire) {
        this.wire = wire;
    }

    /** Adds a text of ISO-8859-1 characters. */
    @SuppressWarnings("deprecation") // copies the low bytes, which is all that such a text has, without a look at each
    void put(String text) {
        int length = text.length();
        reserve(length);
        text.getBytes(0, length, buffer, size);
        size += length;
    }

    /** Adds the line of a field, whose name and value are such texts, without its end. */
    @SuppressWarnings("deprecation") // as above
    void field(String name, String value) {
        int nameLength = name.length();
        int valueLength = value.length();
        reserve(nameLength + valueLength + 2);
        byte[] to = buffer;
        int at = size;
        name.getBytes(0, nameLength, to, at);
        at += nameLength;
        to[at++] = ':';
        to[at++] = ' ';
        value.getBytes(0, valueLength, to, at);
        size = at + valueLength;
    }

    void put(char c) {
        reserve(1);
        buffer[size++] = (byte) c;
    }

    void lineEnd() {
        reserve(2);
        buffer[size++] = '\r';
        buffer[size++] = '\n';
    }

    /** The decimal digits of a number that is not negative. */
    void put(long number) {
        put(Long.toString(number));
    }

    void hex(int number) {
        put(Integer.toHexString(number));
    }

    private void reserve(int more) {
        if (buffer.length - size < more) {
            buffer = Arrays.copyOf(buffer, Math.max(size + more, 2 * buffer.length));
        }
    }

    /** Adds body bytes, or writes them: everything before them goes first, in one write with as many of them as fit. */
    public void body(byte[] bytes, int offset, int length) throws IOException {
        int from = offset;
        int left = length;
        if (size + left > LARGEST) {
            if (size > 0) {
                int now = Math.max(0, Math.min(left, LARGEST - size));
                gather(bytes, from, now);
                flush();
                from += now;
                left -= now;
            }
            if (left >= LARGEST / 2) {
                write(bytes, from, left);
                return;
            }
        }
        gather(bytes, from, left);
    }

    private void gather(byte[] bytes, int offset, int length) {
        reserve(length);
        System.arraycopy(bytes, offset, buffer, size, length);
        size += length;
    }

    /** Writes what was gathered. */
    public void flush() throws IOException {
        int now = size;
        if (now > 0) {
            size = 0;
            write(buffer, 0, now);
        }
    }

    private void write(byte[] bytes, int offset, int length) throws IOException {
        long now = System.nanoTime() | 1; // 0 means that nobody writes
        LAST_WRITE.setRelease(this, now);
        WRITING_SINCE.setRelease(this, now);
        try {
            TOTAL.setRelease(
                    this, total + length); // before it: of a write that fails, nobody knows how much the peer got
            wire.write(bytes, offset, length);
        } finally {
            WRITING_SINCE.setRelease(this, 0L);
        }
    }

    /** Writes what was left over on an event loop, where nothing waits. */
    public void writeRest() throws IOException {
        write(buffer, 0, 0);
    }

    /** Forgets what was not written yet. */
    public void clear() {
        size = 0;
    }

    /** Between two messages: lets go of a buffer that grew. */
    public void rest() {
        if (size == 0 && buffer.length > SMALLEST) {
            buffer = new byte[SMALLEST];
        }
    }

    /** {@link System#nanoTime()} when the write that is under way began, or last made progress; 0 when none is. Any thread may ask. */
    public long writingSinceNanos() {
        long since = writingSinceNanos;
        return since == 0 ? 0 : wire.stalledSinceNanos(since);
    }

    /** {@link System#nanoTime()} when the last write began, or last made progress. Any thread may ask. */
    public long lastWriteNanos() {
        return wire.stalledSinceNanos(lastWriteNanos);
    }

    /** How many bytes the wire was to take, whether or not it did. Any thread may ask. */
    public long total() {
        return total;
    }
}

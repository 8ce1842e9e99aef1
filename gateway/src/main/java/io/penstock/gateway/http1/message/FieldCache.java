// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1.message;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.http1.message.FieldLine.Kind;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Parses field lines, and remembers those that come again and again: one for all connections of a listener or a pool.
 *
 * <p>Bound: 512 lines of at most 256 bytes; a newer one takes the place of an older one. Lines that hold credentials, or change with each
 * message, are not kept. Safe for any thread without a lock: what it holds does not change, and a lost entry is only parsed again.
 */
public final class FieldCache {
    private static final int LINES = 512;
    private static final int LONGEST = 256;
    private static final byte[] UNKEPT = {};
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final @Nullable FieldLine[] lines = new FieldLine[LINES];

    /** The line that lies between the two places. */
    FieldLine parse(Side side, byte[] bytes, int from, int to) {
        int length = to - from;
        if (length < Long.BYTES || length > LONGEST) {
            return parsed(side, bytes, from, to);
        }
        int slot = slot(bytes, from, to);
        FieldLine known = lines[slot];
        if (known != null && Arrays.equals(known.bytes(), 0, known.bytes().length, bytes, from, to)) {
            return known;
        }
        FieldLine line = parsed(side, bytes, from, to);
        if (!FieldLine.passing(line.field().name())) {
            line = new FieldLine(Arrays.copyOfRange(bytes, from, to), line.field(), line.kind());
            lines[slot] = line;
        }
        return line;
    }

    /** Of its length and both its ends: neither name nor value alone tells lines apart, and reading all of it is what we save. */
    private static int slot(byte[] bytes, int from, int to) {
        long head = (long) LONG.get(bytes, from);
        long tail = (long) LONG.get(bytes, to - Long.BYTES);
        long mixed = (head * 0x9e3779b97f4a7c15L ^ tail) * 0xd1342543de82ef95L + (to - from) * 0x94d049bb133111ebL;
        return (int) (mixed >>> 48) & (LINES - 1);
    }

    private static FieldLine parsed(Side side, byte[] bytes, int from, int to) {
        int colon = from;
        while (colon < to && bytes[colon] != ':') {
            colon++;
        }
        if (colon == to) {
            throw side.malformed("field line without colon");
        }
        String name = FieldNames.name(bytes, from, colon);
        if (name.isEmpty()) { // folded lines and white space before the colon end up here, too (RFC 9112 §5.1, §5.2)
            throw side.malformed("character in a field name that is not allowed");
        }
        int first = colon + 1;
        while (first < to && blank(bytes[first])) {
            first++;
        }
        int end = to;
        while (end > first && blank(bytes[end - 1])) {
            end--;
        }
        for (int i = first; i < end; i++) {
            byte b = bytes[i];
            if ((b >= 0 && b < 0x20 && b != '\t') || b == 0x7f) {
                throw side.malformed("control character in the value of " + name);
            }
        }
        Kind kind = Kind.of(name);
        Field field =
                Field.of(kind == Kind.HOST ? ":authority" : name, new String(bytes, first, end - first, ISO_8859_1));
        if (kind != Kind.HOST) { // which may consist of less than other values
            field.markChecked();
        }
        return new FieldLine(UNKEPT, field, kind);
    }

    private static boolean blank(byte b) {
        return b == ' ' || b == '\t';
    }
}

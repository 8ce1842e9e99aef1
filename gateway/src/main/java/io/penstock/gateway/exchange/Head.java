// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a head or of trailers, in the order of the wire, pseudo fields first.
 *
 * <p>Changed in place by whoever has the exchange at the time; not safe for use by two threads at once. Look-ups are linear: heads
 * are short, and most names that are asked for are known to be absent from {@link #seen} alone. Names are compared exactly and are lower
 * case.
 */
public final class Head {
    private Field[] fields = new Field[16];
    private int size;
    /** One of 64 bits for each name that was ever here, by its hash. */
    private long seen;

    public int size() {
        return size;
    }

    /** Another head with the same fields. */
    public Head copy() {
        Head copy = new Head();
        copy.fields = Arrays.copyOf(fields, fields.length);
        copy.size = size;
        copy.seen = seen;
        return copy;
    }

    /** The field at this place, 0 to {@link #size()} - 1. */
    public Field at(int index) {
        if (index >= size) {
            throw new IndexOutOfBoundsException("field " + index + " of " + size);
        }
        return fields[index];
    }

    /** Adds the field after all others. */
    public Head add(Field field) {
        if (size == fields.length) {
            fields = Arrays.copyOf(fields, size * 2);
        }
        fields[size++] = field;
        seen |= bit(field.name());
        return this;
    }

    public Head add(String name, String value) {
        return add(Field.of(name, value));
    }

    /** The first field of this name, or null. */
    public @Nullable Field field(String name) {
        int index = indexOf(name, 0);
        return index < 0 ? null : fields[index];
    }

    /** The value of the first field of this name, or null. */
    public @Nullable String value(String name) {
        int index = indexOf(name, 0);
        return index < 0 ? null : fields[index].value();
    }

    public boolean has(String name) {
        return indexOf(name, 0) >= 0;
    }

    /** Puts the field in the place of the first of its name and removes the others; adds it when there is none, a pseudo field before all others. */
    public Head set(Field field) {
        int index = indexOf(field.name(), 0);
        if (index < 0) {
            return field.pseudo() ? addFirst(field) : add(field);
        }
        fields[index] = field;
        removeFrom(field.name(), index + 1);
        return this;
    }

    public Head set(String name, String value) {
        return set(Field.of(name, value));
    }

    private Head addFirst(Field field) {
        add(field);
        System.arraycopy(fields, 0, fields, 1, size - 1);
        fields[0] = field;
        return this;
    }

    /** Removes every field of this name. */
    public Head remove(String name) {
        removeFrom(name, 0);
        return this;
    }

    /** Removes the field at this place; the later ones move down by one. */
    public void removeAt(int index) {
        System.arraycopy(fields, index + 1, fields, index, size - index - 1);
        fields[--size] = null;
    }

    public @Nullable String method() {
        return value(":method");
    }

    public @Nullable String path() {
        return value(":path");
    }

    public @Nullable String authority() {
        return value(":authority");
    }

    public @Nullable String scheme() {
        return value(":scheme");
    }

    /** The response status, or 0 when there is no {@code :status} of three digits. */
    public int status() {
        String text = value(":status");
        if (text == null || text.length() != 3) {
            return 0;
        }
        int status = 0;
        for (int i = 0; i < 3; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return 0;
            }
            status = status * 10 + digit;
        }
        return status;
    }

    /** Whether the content type is gRPC's: {@code application/grpc}, alone or followed by {@code +} or {@code ;}. */
    public boolean grpc() {
        String type = value("content-type");
        if (type == null || !type.startsWith("application/grpc")) {
            return false;
        }
        int end = "application/grpc".length();
        return type.length() == end || type.charAt(end) == '+' || type.charAt(end) == ';';
    }

    private static long bit(String name) {
        int hash = name.hashCode();
        return 1L << (hash ^ hash >>> 6);
    }

    private int indexOf(String name, int from) {
        if ((seen & bit(name)) == 0) {
            return -1;
        }
        for (int i = from; i < size; i++) {
            if (fields[i].name().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    private void removeFrom(String name, int from) {
        for (int i = indexOf(name, from); i >= 0; i = indexOf(name, i)) {
            removeAt(i);
        }
    }
}

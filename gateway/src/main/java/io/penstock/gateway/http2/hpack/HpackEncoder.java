// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.hpack;

import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.Field.Indexing;
import io.penstock.gateway.exchange.Head;
import java.util.Arrays;

/**
 * Encodes the heads of one connection, in their order (<a href="https://www.rfc-editor.org/rfc/rfc7541">RFC 7541</a>).
 *
 * <p>A field that is in a table costs one probe by its hash. Others enter the table unless their {@link Indexing}, their name (see
 * {@link HpackNames.Use}) or their size speaks against it. Once the table is full, a field has to miss twice before others are
 * evicted for it, so that values that never come again do not wash out those that do. Not safe for use by two threads at once.
 */
public final class HpackEncoder {
    private static final int LARGEST_KEPT_BUFFER = 16 * 1024;
    private static final int SHORT_COOKIE = 20;
    private static final int SMALL_ENTRY = 128;

    private final int maxTableBytes;
    private final HpackTable table = new HpackTable(HpackTable.INITIAL_BYTES);
    private final HpackIndex index = new HpackIndex(table);
    private final int[] missed = new int[64];
    private int targetBytes;
    private int lowestTargetBytes;

    private byte[] text = new byte[256];
    private byte[] out = new byte[512];
    private int size;

    /**
     * An encoder for a peer that has not yet sent its SETTINGS, and so has a table of 4096 bytes.
     *
     * @param maxTableBytes the largest table that we are willing to fill, whatever the peer allows
     */
    public HpackEncoder(int maxTableBytes) {
        this.maxTableBytes = maxTableBytes;
        this.targetBytes = Math.min(maxTableBytes, HpackTable.INITIAL_BYTES);
        this.lowestTargetBytes = targetBytes;
    }

    /** Sets the peer's SETTINGS_HEADER_TABLE_SIZE, read as unsigned. The next block begins with what the peer has to know of it. */
    public void peerTableBytes(int bytes) {
        targetBytes = bytes < 0 ? maxTableBytes : Math.min(maxTableBytes, bytes);
        lowestTargetBytes = Math.min(lowestTargetBytes, targetBytes);
    }

    /** Encodes the head into {@link #buffer()} and returns the length of the block. */
    public int encode(Head head) {
        if (out.length > LARGEST_KEPT_BUFFER) {
            out = new byte[512];
        }
        size = 0;
        if (lowestTargetBytes != table.capacity() || targetBytes != table.capacity()) {
            sizeUpdates();
        }
        int fields = head.size();
        for (int i = 0; i < fields; i++) {
            field(head.at(i));
        }
        return size;
    }

    /** The last block, from 0 on; valid until the next call of {@link #encode}. */
    public byte[] buffer() {
        return out;
    }

    /** Tells the smallest size since the last block, then the present one (RFC 7541 §4.2). */
    private void sizeUpdates() {
        reserve(12);
        if (lowestTargetBytes < targetBytes && lowestTargetBytes < table.capacity()) {
            index.resize(lowestTargetBytes);
            integer(0x20, 0x1f, lowestTargetBytes);
        }
        index.resize(targetBytes);
        integer(0x20, 0x1f, targetBytes);
        lowestTargetBytes = targetBytes;
    }

    private void field(Field field) {
        reserve(6);
        if (field.indexing() != Indexing.NEVER) {
            int found = index.indexOf(field);
            if (found == 0) {
                found = HpackStaticTable.indexOf(field);
            }
            if (found != 0) {
                integer(0x80, 0x7f, found);
                return;
            }
        }
        literal(field);
    }

    private void literal(Field field) {
        int known = HpackNames.find(field.name());
        int nameIndex = known < 0 ? 0 : HpackNames.staticIndex(known);
        if (nameIndex == 0) {
            nameIndex = index.indexOf(field.name());
        }
        Indexing indexing = indexing(field, known < 0 ? HpackNames.Use.ADD : HpackNames.use(known), nameIndex == 0);
        switch (indexing) {
            case INDEXED -> integer(0x40, 0x3f, nameIndex);
            case UNINDEXED -> integer(0x00, 0x0f, nameIndex);
            case NEVER -> integer(0x10, 0x0f, nameIndex);
        }
        if (nameIndex == 0) {
            string(field.name());
        }
        if (indexing == Indexing.UNINDEXED) {
            plain(field.value());
        } else {
            string(field.value());
        }
        if (indexing == Indexing.INDEXED) {
            index.add(field);
        }
    }

    private Indexing indexing(Field field, HpackNames.Use use, boolean newName) {
        boolean shortValue = field.value().length() < SHORT_COOKIE;
        if (use == HpackNames.Use.SECRET || (use == HpackNames.Use.SECRET_IF_SHORT && shortValue)) {
            return Indexing.NEVER;
        }
        if (field.indexing() != Indexing.INDEXED) {
            return field.indexing();
        }
        return switch (use) {
            case SKIP -> newName ? worthItsName(field) : Indexing.UNINDEXED;
            case PATH -> field.value().indexOf('?') < 0 ? worthAnEntry(field) : Indexing.UNINDEXED;
            default -> worthAnEntry(field);
        };
    }

    /** A value that never comes again still brings its name into the table, to which the next ones then refer. */
    private Indexing worthItsName(Field field) {
        return field.bytes() <= SMALL_ENTRY && table.fits(field) ? Indexing.INDEXED : Indexing.UNINDEXED;
    }

    private Indexing worthAnEntry(Field field) {
        if (table.fits(field)) {
            return Indexing.INDEXED;
        }
        if (field.bytes() > table.capacity() / 2) {
            return Indexing.UNINDEXED;
        }
        int hash = field.hashCode();
        int place = (hash * 0x9e3779b9) >>> 26;
        boolean again = missed[place] == hash;
        missed[place] = hash;
        return again ? Indexing.INDEXED : Indexing.UNINDEXED;
    }

    /** A value that comes once, a request id say: Huffman would save it a few bytes and cost more than all the rest of the head. */
    @SuppressWarnings("deprecation") // see string(String)
    private void plain(String string) {
        int length = string.length();
        reserve(length + 6);
        integer(0x00, 0x7f, length);
        string.getBytes(0, length, out, size);
        size += length;
    }

    // The deprecated copy takes the low byte of each char, which is what ISO-8859-1 asks for, and allocates nothing.
    @SuppressWarnings("deprecation")
    private void string(String string) {
        int length = string.length();
        reserve(length + 6);
        if (length > text.length) {
            text = new byte[Integer.highestOneBit(length) * 2];
        }
        string.getBytes(0, length, text, 0);
        int coded = Huffman.codedLength(text, 0, length);
        if (coded < length) {
            integer(0x80, 0x7f, coded);
            size = Huffman.encode(text, 0, length, out, size);
        } else {
            integer(0x00, 0x7f, length);
            System.arraycopy(text, 0, out, size, length);
            size += length;
        }
        if (text.length > LARGEST_KEPT_BUFFER) {
            text = new byte[256];
        }
    }

    /** Writes an integer behind the bits of a representation (RFC 7541 §5.1). */
    private void integer(int bits, int mask, int value) {
        if (value < mask) {
            out[size++] = (byte) (bits | value);
            return;
        }
        out[size++] = (byte) (bits | mask);
        int rest = value - mask;
        while (rest >= 0x80) {
            out[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        out[size++] = (byte) rest;
    }

    private void reserve(int bytes) {
        if (out.length - size < bytes) {
            out = Arrays.copyOf(out, Math.max(out.length * 2, size + bytes));
        }
    }
}

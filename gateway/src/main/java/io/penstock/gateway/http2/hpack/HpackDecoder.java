// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.hpack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.Field.Indexing;
import io.penstock.gateway.exchange.Head;

/**
 * Decodes the header blocks of one connection, in their order (<a href="https://www.rfc-editor.org/rfc/rfc7541">RFC 7541</a>).
 *
 * <p>A field that is in a table is handed out as the instance that the table holds, so a repeated field costs no allocation and
 * keeps its hash. Names and values are ISO-8859-1; whether they are allowed in HTTP/2 is for the caller to check. A field that must
 * never be indexed keeps that mark. Not safe for use by two threads at once.
 */
public final class HpackDecoder {
    private static final int LARGEST_KEPT_BUFFER = 16 * 1024;
    private static final byte[] NOTHING = {};

    private final HpackTable table = new HpackTable(HpackTable.INITIAL_BYTES);
    private final int maxHeadBytes;
    private int maxTableBytes;
    /** The smallest limit since the last block when the table is larger than that, which the peer has to admit; otherwise -1. */
    private int updateDue = -1;

    private boolean oversized;
    private byte[] text = new byte[256];
    private byte[] block = NOTHING;
    private int at;
    private int end;

    /**
     * A decoder whose table begins with the 4096 bytes that a peer may use before it knows our SETTINGS.
     *
     * @param maxTableBytes what we advertise first; a value below 4096 takes effect by {@link #maxTableBytes(int)} only
     * @param maxHeadBytes what a head may have, as the sum of {@link Field#bytes()}
     */
    public HpackDecoder(int maxTableBytes, int maxHeadBytes) {
        this.maxTableBytes = Math.max(maxTableBytes, HpackTable.INITIAL_BYTES);
        this.maxHeadBytes = maxHeadBytes;
    }

    /**
     * Sets the size of the table that we advertised (SETTINGS_HEADER_TABLE_SIZE). To be called when the peer has acknowledged it; a
     * larger one may be set at once. When the table is larger than that, the next block has to begin with a size update (RFC 7541
     * §4.2).
     */
    public void maxTableBytes(int bytes) {
        maxTableBytes = bytes;
        if (bytes < table.capacity() && (updateDue < 0 || bytes < updateDue)) {
            updateDue = bytes;
        }
    }

    /** Whether the last block held more than the head may have. Then its head lacks the fields from there on. */
    public boolean oversized() {
        return oversized;
    }

    /**
     * Decodes one whole block. When its fields exceed the limit, the rest is decoded for the table's sake and dropped: see {@link
     * #oversized()}.
     *
     * @throws HpackException when the block is broken, after which this decoder is of no more use
     */
    public Head decode(byte[] source, int offset, int length) {
        block = source;
        at = offset;
        end = offset + length;
        oversized = false;
        sizeUpdates();
        Head head = new Head();
        int left = maxHeadBytes;
        while (at < end) {
            Field field = next();
            left -= field.bytes();
            if (left < 0) {
                oversized = true;
                left = 0;
            } else if (!oversized) {
                head.add(field);
            }
        }
        block = NOTHING;
        return head;
    }

    private void sizeUpdates() {
        while (at < end && (block[at] & 0xe0) == 0x20) {
            int size = integer(block[at++], 0x1f);
            int limit = updateDue < 0 ? maxTableBytes : updateDue;
            if (size > limit) {
                throw new HpackException("table size update to " + size + ", limit is " + limit);
            }
            updateDue = -1;
            table.resize(size);
        }
        if (updateDue >= 0) {
            throw new HpackException("block does not begin with the table size update that is due");
        }
    }

    private Field next() {
        int first = block[at++];
        if (first < 0) {
            return indexed(integer(first, 0x7f));
        }
        if ((first & 0x40) != 0) {
            Field field = literal(integer(first, 0x3f), Indexing.INDEXED);
            table.add(field);
            return field;
        }
        if ((first & 0x20) != 0) {
            throw new HpackException("table size update behind a field");
        }
        return literal(integer(first, 0x0f), (first & 0x10) != 0 ? Indexing.NEVER : Indexing.UNINDEXED);
    }

    private Field indexed(int index) {
        if (index > HpackStaticTable.SIZE) {
            int age = index - HpackStaticTable.SIZE - 1;
            if (age >= table.count()) {
                throw new HpackException(
                        "index " + index + ", the table ends at " + (HpackStaticTable.SIZE + table.count()));
            }
            return table.at(age);
        }
        if (index == 0) {
            throw new HpackException("index 0");
        }
        return HpackStaticTable.at(index);
    }

    private Field literal(int nameIndex, Indexing indexing) {
        String name = nameIndex == 0 ? string(true) : indexed(nameIndex).name();
        return Field.of(name, string(false), indexing);
    }

    private String string(boolean name) {
        if (at == end) {
            throw truncated();
        }
        int first = block[at++];
        int length = integer(first, 0x7f);
        if (length > end - at) {
            throw truncated();
        }
        byte[] bytes = block;
        int offset = at;
        at += length;
        if (first < 0) {
            bytes = room(Huffman.longestText(length));
            length = Huffman.decode(block, offset, length, bytes);
            offset = 0;
        }
        return name ? HpackNames.read(bytes, offset, length) : new String(bytes, offset, length, ISO_8859_1);
    }

    private byte[] room(int bytes) {
        if (bytes <= text.length) {
            return text;
        }
        byte[] larger = new byte[bytes];
        if (bytes <= LARGEST_KEPT_BUFFER) {
            text = larger;
        }
        return larger;
    }

    /** Reads an integer whose prefix has this mask (RFC 7541 §5.1): at most 28 bits more, far above any limit of ours. */
    private int integer(int first, int mask) {
        int value = first & mask;
        if (value < mask) {
            return value;
        }
        for (int shift = 0; shift < 28; shift += 7) {
            if (at == end) {
                throw truncated();
            }
            int octet = block[at++];
            value += (octet & 0x7f) << shift;
            if (octet >= 0) {
                return value;
            }
        }
        throw new HpackException("integer is longer than five octets");
    }

    private static HpackException truncated() {
        return new HpackException("block ends inside a field");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.hpack;

import io.penstock.gateway.exchange.Field;

/** Holds the 61 fields that both sides know (RFC 7541 Appendix A), numbered from 1. */
final class HpackStaticTable {
    private static final Field[] FIELDS = {
        Field.of(":authority", ""),
        Field.of(":method", "GET"),
        Field.of(":method", "POST"),
        Field.of(":path", "/"),
        Field.of(":path", "/index.html"),
        Field.of(":scheme", "http"),
        Field.of(":scheme", "https"),
        Field.of(":status", "200"),
        Field.of(":status", "204"),
        Field.of(":status", "206"),
        Field.of(":status", "304"),
        Field.of(":status", "400"),
        Field.of(":status", "404"),
        Field.of(":status", "500"),
        Field.of("accept-charset", ""),
        Field.of("accept-encoding", "gzip, deflate"),
        Field.of("accept-language", ""),
        Field.of("accept-ranges", ""),
        Field.of("accept", ""),
        Field.of("access-control-allow-origin", ""),
        Field.of("age", ""),
        Field.of("allow", ""),
        Field.of("authorization", ""),
        Field.of("cache-control", ""),
        Field.of("content-disposition", ""),
        Field.of("content-encoding", ""),
        Field.of("content-language", ""),
        Field.of("content-length", ""),
        Field.of("content-location", ""),
        Field.of("content-range", ""),
        Field.of("content-type", ""),
        Field.of("cookie", ""),
        Field.of("date", ""),
        Field.of("etag", ""),
        Field.of("expect", ""),
        Field.of("expires", ""),
        Field.of("from", ""),
        Field.of("host", ""),
        Field.of("if-match", ""),
        Field.of("if-modified-since", ""),
        Field.of("if-none-match", ""),
        Field.of("if-range", ""),
        Field.of("if-unmodified-since", ""),
        Field.of("last-modified", ""),
        Field.of("link", ""),
        Field.of("location", ""),
        Field.of("max-forwards", ""),
        Field.of("proxy-authenticate", ""),
        Field.of("proxy-authorization", ""),
        Field.of("range", ""),
        Field.of("referer", ""),
        Field.of("refresh", ""),
        Field.of("retry-after", ""),
        Field.of("server", ""),
        Field.of("set-cookie", ""),
        Field.of("strict-transport-security", ""),
        Field.of("transfer-encoding", ""),
        Field.of("user-agent", ""),
        Field.of("vary", ""),
        Field.of("via", ""),
        Field.of("www-authenticate", "")
    };

    /** The number of entries; the dynamic table is numbered from the next one on. */
    static final int SIZE = FIELDS.length;

    private static final int MASK = 255;
    /** Open addressing by the field's hash; 0 is a free place. */
    private static final byte[] INDEXES = new byte[MASK + 1];

    static {
        for (int index = 1; index <= SIZE; index++) {
            int place = place(FIELDS[index - 1]);
            while (INDEXES[place] != 0) {
                place = (place + 1) & MASK;
            }
            INDEXES[place] = (byte) index;
        }
    }

    private HpackStaticTable() {}

    /** The field of this index, 1 to {@link #SIZE}. */
    static Field at(int index) {
        return FIELDS[index - 1];
    }

    /** The index of this name and value, or 0. */
    static int indexOf(Field field) {
        int place = place(field);
        for (int index = INDEXES[place]; index != 0; index = INDEXES[place]) {
            if (FIELDS[index - 1].equals(field)) {
                return index;
            }
            place = (place + 1) & MASK;
        }
        return 0;
    }

    private static int place(Field field) {
        int hash = field.hashCode();
        return (hash ^ hash >>> 8 ^ hash >>> 16) & MASK;
    }
}

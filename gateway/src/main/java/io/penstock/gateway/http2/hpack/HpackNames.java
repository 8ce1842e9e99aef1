// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.hpack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/**
 * Knows the names that matter to the compression: one shared string for each, its place in the static table, and what an encoder
 * should do with its values.
 */
final class HpackNames {

    /** What an encoder does with a field that is in no table yet. */
    enum Use {
        /** Adds it: it will probably come again. */
        ADD,
        /** Leaves it out, once its name is in a table: the next value will be another one. */
        SKIP,
        /** Leaves it out and forbids later hops to add it: it is secret (RFC 7541 §7.1.3). */
        SECRET,
        /** Adds long values; short ones could be guessed byte by byte (RFC 7541 §7.1), so they are secret. */
        SECRET_IF_SHORT,
        /** Adds paths without a query. */
        PATH
    }

    private static final int MASK = 511;
    private static final String[] NAMES = new String[MASK + 1];
    private static final byte[] STATIC_INDEXES = new byte[MASK + 1];
    private static final Use[] USES = new Use[MASK + 1];

    static {
        for (int index = HpackStaticTable.SIZE; index > 0; index--) {
            STATIC_INDEXES[put(HpackStaticTable.at(index).name(), Use.ADD)] = (byte) index;
        }
        put(":path", Use.PATH);
        put("cookie", Use.SECRET_IF_SHORT);
        for (String name : new String[] {"authorization", "proxy-authorization"}) {
            put(name, Use.SECRET);
        }
        for (String name : new String[] {
            "age",
            "content-length",
            "content-range",
            "date",
            "etag",
            "expires",
            "if-match",
            "if-modified-since",
            "if-none-match",
            "if-range",
            "if-unmodified-since",
            "last-modified",
            "location",
            "range",
            "retry-after",
            "set-cookie",
            "b3",
            "grpc-message",
            "grpc-status-details-bin",
            "grpc-timeout",
            "grpc-trace-bin",
            "traceparent",
            "tracestate",
            "x-b3-parentspanid",
            "x-b3-spanid",
            "x-b3-traceid",
            "x-request-id"
        }) {
            put(name, Use.SKIP);
        }
        for (String name : new String[] {
            ":protocol",
            "forwarded",
            "grpc-accept-encoding",
            "grpc-encoding",
            "grpc-previous-rpc-attempts",
            "grpc-retry-pushback-ms",
            "grpc-status",
            "origin",
            "priority",
            "te",
            "trailer",
            "upgrade-insecure-requests",
            "x-b3-sampled",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto"
        }) {
            put(name, Use.ADD);
        }
    }

    private HpackNames() {}

    /** The place of this name, or -1 when it is not a known one. */
    static int find(String name) {
        int place = place(name.hashCode());
        for (String known = NAMES[place]; known != null; known = NAMES[place]) {
            if (known.equals(name)) {
                return place;
            }
            place = (place + 1) & MASK;
        }
        return -1;
    }

    /** The first index of the name at this place in the static table, or 0. */
    static int staticIndex(int place) {
        return STATIC_INDEXES[place];
    }

    static Use use(int place) {
        return USES[place];
    }

    /** The name that these bytes spell: the shared string of a known one, otherwise a new one. */
    static String read(byte[] bytes, int offset, int length) {
        int hash = 0;
        for (int i = offset; i < offset + length; i++) {
            hash = 31 * hash + (bytes[i] & 0xff);
        }
        int place = place(hash);
        for (String known = NAMES[place]; known != null; known = NAMES[place]) {
            if (spells(known, bytes, offset, length)) {
                return known;
            }
            place = (place + 1) & MASK;
        }
        return new String(bytes, offset, length, ISO_8859_1);
    }

    private static boolean spells(String name, byte[] bytes, int offset, int length) {
        if (name.length() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (name.charAt(i) != (bytes[offset + i] & 0xff)) {
                return false;
            }
        }
        return true;
    }

    private static int put(String name, Use use) {
        int place = find(name);
        if (place < 0) {
            place = place(name.hashCode());
            while (NAMES[place] != null) {
                place = (place + 1) & MASK;
            }
            NAMES[place] = name;
        }
        USES[place] = use;
        return place;
    }

    private static int place(int hash) {
        return (hash ^ hash >>> 9 ^ hash >>> 18) & MASK;
    }
}

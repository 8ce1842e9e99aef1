// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One frame as it came; HEADERS stand for themselves and their CONTINUATIONs.
 *
 * @param payload of DATA without padding
 * @param fields of HEADERS, alternating names and values
 * @param parts how many frames it took
 */
@SuppressWarnings("ArrayRecordComponent")
record WireFrame(int type, int flags, int stream, byte[] payload, List<String> fields, int parts) {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;
    static final int PADDED = 8;

    static final int NO_ERROR = 0;
    static final int PROTOCOL_ERROR = 1;
    static final int INTERNAL_ERROR = 2;
    static final int FLOW_CONTROL_ERROR = 3;
    static final int REFUSED_STREAM = 7;
    static final int CANCEL = 8;

    boolean flag(int mask) {
        return (flags & mask) != 0;
    }

    boolean end() {
        return flag(END_STREAM);
    }

    /** The first field of this name, or null. */
    @Nullable
    String value(String name) {
        for (int i = 0; i < fields.size(); i += 2) {
            if (fields.get(i).equals(name)) {
                return fields.get(i + 1);
            }
        }
        return null;
    }

    /** The fields of a response but for its date, of which it must have one. */
    List<String> undated() {
        List<String> rest = new ArrayList<>(fields);
        int at = rest.indexOf("date");
        if (at < 0 || rest.lastIndexOf("date") != at) {
            throw new AssertionError("no date, or more than one: " + fields);
        }
        rest.subList(at, at + 2).clear();
        return rest;
    }

    String status() {
        return String.valueOf(value(":status"));
    }

    String text() {
        return new String(payload, StandardCharsets.UTF_8);
    }

    /** The four bytes at this place. */
    int number(int at) {
        return (payload[at] & 0xff) << 24
                | (payload[at + 1] & 0xff) << 16
                | (payload[at + 2] & 0xff) << 8
                | (payload[at + 3] & 0xff);
    }

    /** The code of RST_STREAM or GOAWAY. */
    int code() {
        return number(type == GOAWAY ? 4 : 0);
    }

    /** The last value of this identifier in SETTINGS. */
    OptionalLong setting(int id) {
        OptionalLong found = OptionalLong.empty();
        for (int at = 0; at < payload.length; at += 6) {
            if (payload[at] == 0 && payload[at + 1] == id) {
                found = OptionalLong.of(number(at + 2) & 0xffffffffL);
            }
        }
        return found;
    }

    @Override
    public String toString() {
        return "type " + type + " stream " + stream + " flags " + flags + (fields.isEmpty() ? "" : " " + fields)
                + " of " + payload.length;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.telemetry;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Identity;
import io.penstock.gateway.exchange.Peer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes exchanges as JSON objects, one to a line, into a byte array that it keeps.
 *
 * <p>The output is ASCII but for paths: quotes, backslashes, control characters and everything above 0x7e are escaped, so no byte of a
 * request can end a string or a line. A char of a head is one byte of the wire and appears as {@code \\u00XX} when it is above 0x7e; the
 * bytes of a path that are UTF-8 for what people can see stay as they are. Strings are
 * cut after {@value #MAX_CHARS} chars and then end in an ellipsis. The query of a path is left out: it may hold secrets. What
 * there is nothing to say about is left out too. Used by one thread; allocates nothing for a line.
 */
final class LogLine {
    static final int MAX_CHARS = 2_048;

    private static final int ESCAPED_BYTES = 6;
    /** More than all keys, numbers and fixed strings of a line together. */
    private static final int FIXED_BYTES = 2_048;

    private static final byte[] HEX = ascii("0123456789abcdef");
    private static final boolean[] PLAIN = plain();
    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long ONES = 0x0101010101010101L;
    private static final long TOPS = 0x8080808080808080L;

    private static final byte[] ID = ascii(",\"id\":\"");
    private static final byte[] TRACE_ID = ascii(",\"trace_id\":\"");
    private static final byte[] SPAN_ID = ascii(",\"span_id\":\"");
    private static final byte[] METHOD = ascii(",\"method\":\"");
    private static final byte[] PATH = ascii(",\"path\":\"");
    private static final byte[] AUTHORITY = ascii(",\"authority\":\"");
    private static final byte[] PEER = ascii(",\"peer\":\"");
    private static final byte[] CLIENT = ascii(",\"client\":\"");
    private static final byte[] USER = ascii(",\"user\":\"");
    private static final byte[] LISTENER = ascii(",\"listener\":\"");
    private static final byte[] ROUTE = ascii(",\"route\":\"");
    private static final byte[] CLUSTER = ascii(",\"cluster\":\"");
    private static final byte[] TARGET = ascii(",\"target\":\"");
    private static final byte[] STATUS = ascii(",\"status\":");
    private static final byte[] GRPC_STATUS = ascii(",\"grpc_status\":");
    private static final byte[] DETAIL = ascii(",\"detail\":\"");
    private static final byte[] REQUEST_BYTES = ascii(",\"request_bytes\":");
    private static final byte[] RESPONSE_BYTES = ascii(",\"response_bytes\":");
    private static final byte[] DURATION = ascii(",\"duration_us\":");
    private static final byte[] HEAD = ascii(",\"head_us\":");
    private static final byte[] UPSTREAM = ascii(",\"upstream_us\":");
    private static final byte[] ATTEMPTS = ascii(",\"attempts\":");
    private static final byte[] REUSED = ascii(",\"connection\":\"reused\"");
    private static final byte[] NEW = ascii(",\"connection\":\"new\"");
    private static final Map<Cause, byte[]> CAUSES = causes();

    private byte[] bytes = new byte[64 * 1024];
    private int length;

    private final byte[] time = ascii("{\"time\":\"0000-00-00T00:00:00.000Z\"");
    private static final int YEAR = 9;
    private static final int MILLIS = YEAR + 20;
    private long second = Long.MIN_VALUE;

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    void clear() {
        length = 0;
    }

    /** Takes back what was appended after this length. */
    void cut(int newLength) {
        length = newLength;
    }

    void append(Exchange exchange) {
        room(FIXED_BYTES);
        time(exchange.startedMillis());
        wireTextUnlessEmpty(ID, exchange.requestId());
        trace(exchange.request().value("traceparent"));
        wireText(METHOD, exchange.method());
        path(exchange.path());
        wireTextUnlessEmpty(AUTHORITY, exchange.authority());
        peer(exchange.peer());
        if (!exchange.client().equals(exchange.peer().address())) {
            wireText(CLIENT, exchange.client());
        }
        Identity identity = exchange.identity();
        if (identity != null) {
            textUnlessEmpty(USER, identity.subject());
        }
        textUnlessEmpty(ROUTE, exchange.route());
        textUnlessEmpty(CLUSTER, exchange.cluster());
        wireTextUnlessEmpty(TARGET, exchange.target());
        outcome(exchange);
        times(exchange);
        room(2);
        bytes[length++] = '}';
        bytes[length++] = '\n';
    }

    private void outcome(Exchange exchange) {
        room(FIXED_BYTES);
        if (exchange.status() != Exchange.NONE) {
            number(STATUS, exchange.status());
        }
        if (exchange.grpcStatus() != Exchange.NONE) {
            number(GRPC_STATUS, exchange.grpcStatus());
        }
        byte[] cause = exchange.cause() == null ? null : CAUSES.get(exchange.cause());
        if (cause != null) {
            raw(cause);
            textUnlessEmpty(DETAIL, exchange.detail());
        }
    }

    private void times(Exchange exchange) {
        room(FIXED_BYTES);
        long started = exchange.startedNanos();
        long ended = exchange.endedNanos();
        number(REQUEST_BYTES, exchange.requestBytes());
        number(RESPONSE_BYTES, exchange.responseBytes());
        number(DURATION, (ended - started) / 1_000);
        if (exchange.responseStartedNanos() != 0) {
            number(HEAD, (exchange.responseStartedNanos() - started) / 1_000);
        }
        if (exchange.attempts() > 0) {
            number(UPSTREAM, (ended - exchange.upstreamStartedNanos()) / 1_000);
            number(ATTEMPTS, exchange.attempts());
            raw(exchange.connectionReused() ? REUSED : NEW);
        }
    }

    private void path(String path) {
        int query = path.indexOf('?');
        room(PATH.length);
        raw(PATH);
        wire(path, query < 0 ? path.length() : query, true);
        bytes[length++] = '"';
    }

    private void peer(Peer peer) {
        boolean brackets = peer.address().indexOf(':') >= 0;
        room(FIXED_BYTES);
        raw(PEER);
        if (brackets) {
            bytes[length++] = '[';
        }
        wire(peer.address(), peer.address().length(), false);
        if (brackets) {
            bytes[length++] = ']';
        }
        bytes[length++] = ':';
        digits(peer.port());
        bytes[length++] = '"';
        text(LISTENER, peer.listener());
    }

    /** The ids of a valid header of version 00 or later (W3C Trace Context §3.2). */
    private void trace(@Nullable String parent) {
        if (parent == null || !validTrace(parent)) {
            return;
        }
        raw(TRACE_ID);
        copy(parent, 3, 35);
        bytes[length++] = '"';
        raw(SPAN_ID);
        copy(parent, 36, 52);
        bytes[length++] = '"';
    }

    static boolean validTrace(String parent) {
        int size = parent.length();
        boolean first = parent.startsWith("00-");
        return size >= 55
                && (first ? size == 55 : size == 55 || parent.charAt(55) == '-')
                && !parent.startsWith("ff")
                && parent.charAt(2) == '-'
                && parent.charAt(35) == '-'
                && parent.charAt(52) == '-'
                && hex(parent, 0, 2) >= 0
                && hex(parent, 3, 35) > 0
                && hex(parent, 36, 52) > 0
                && hex(parent, 53, 55) >= 0;
    }

    /** -1 when a char is not lower-case hexadecimal, 0 when all are zeros, 1 otherwise. */
    private static int hex(String text, int from, int to) {
        int found = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return -1;
            }
            found |= c == '0' ? 0 : 1;
        }
        return found;
    }

    private void copy(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            bytes[length++] = (byte) text.charAt(i);
        }
    }

    private void textUnlessEmpty(byte[] key, String value) {
        if (!value.isEmpty()) {
            text(key, value);
        }
    }

    private void wireTextUnlessEmpty(byte[] key, String value) {
        if (!value.isEmpty()) {
            wireText(key, value);
        }
    }

    private void text(byte[] key, String value) {
        room(key.length);
        raw(key);
        escape(value, value.length(), false);
        bytes[length++] = '"';
    }

    /** A text of ISO-8859-1 characters, as all are that came over a wire. */
    private void wireText(byte[] key, String value) {
        room(key.length);
        raw(key);
        wire(value, value.length(), false);
        bytes[length++] = '"';
    }

    /** Leaves room for {@value #FIXED_BYTES} more. */
    @SuppressWarnings("deprecation") // copies the low bytes, which is all that such a text has
    private void wire(String value, int end, boolean utf8) {
        if (end <= MAX_CHARS) {
            room(end);
            value.getBytes(0, end, bytes, length);
            if (allPlain(bytes, length, length + end)) {
                length += end;
                return;
            }
        }
        escape(value, end, utf8);
    }

    /** Leaves room for {@value #FIXED_BYTES} more. */
    private void escape(String value, int end, boolean utf8) {
        int stop = Math.min(end, MAX_CHARS);
        room(stop * ESCAPED_BYTES);
        byte[] to = bytes;
        int at = length;
        int i = 0;
        while (i < stop) {
            char c = value.charAt(i);
            int visible = utf8 && c > 0x7f ? Utf8.visible(value, i, stop) : 0;
            if (c < 0x7f && PLAIN[c]) {
                to[at++] = (byte) c;
            } else if (visible == 0) {
                at = escaped(to, at, c);
            }
            for (int j = 0; j < visible; j++) {
                to[at++] = (byte) value.charAt(i + j);
            }
            i += Math.max(1, visible);
        }
        length = stop < end ? escaped(to, at, '\u2026') : at;
    }

    /** Whether nothing between has to be escaped: eight bytes in a step, and a few of what is behind them in the last one. */
    private static boolean allPlain(byte[] text, int from, int to) {
        int at = from;
        for (; at + Long.BYTES <= to; at += Long.BYTES) {
            if (unplain((long) EIGHT.get(text, at)) != 0) {
                return false;
            }
        }
        for (; at < to; at++) {
            if (text[at] < 0 || text[at] == 0x7f || !PLAIN[text[at]]) {
                return false;
            }
        }
        return true;
    }

    /** Not 0 when one of the eight bytes is below 0x20, above 0x7e, a quote or a backslash. */
    private static long unplain(long eight) {
        long quotes = eight ^ ONES * '"';
        long slashes = eight ^ ONES * '\\';
        return (eight
                        | (eight + ONES) // 0x7f
                        | (eight - ONES * 0x20)
                        | (quotes - ONES)
                        | (slashes - ONES))
                & TOPS;
    }

    private static int escaped(byte[] to, int from, char c) {
        int at = from;
        to[at++] = '\\';
        if (c == '"' || c == '\\') {
            to[at++] = (byte) c;
            return at;
        }
        to[at++] = 'u';
        to[at++] = HEX[c >> 12];
        to[at++] = HEX[c >> 8 & 15];
        to[at++] = HEX[c >> 4 & 15];
        to[at++] = HEX[c & 15];
        return at;
    }

    private void number(byte[] key, long value) {
        raw(key);
        digits(Math.max(0, value));
    }

    private void digits(long value) {
        if (value <= Integer.MAX_VALUE) {
            digits((int) value);
            return;
        }
        int count = 1;
        for (long rest = value / 10; rest != 0; rest /= 10) {
            count++;
        }
        put(bytes, length, count, value);
        length += count;
    }

    /** The usual case: divisions of 32 bits cost a fraction of those of 64. */
    private void digits(int value) {
        int count = 1;
        for (int rest = value / 10; rest != 0; rest /= 10) {
            count++;
        }
        int rest = value;
        for (int i = length + count - 1; i >= length; i--) {
            int tenth = rest / 10;
            bytes[i] = (byte) ('0' + rest - tenth * 10);
            rest = tenth;
        }
        length += count;
    }

    private static void put(byte[] to, int from, int count, long value) {
        long rest = value;
        for (int i = from + count - 1; i >= from; i--) {
            to[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    private void raw(byte[] text) {
        System.arraycopy(text, 0, bytes, length, text.length);
        length += text.length;
    }

    private void time(long epochMillis) {
        long now = Math.floorDiv(epochMillis, 1_000L);
        if (now != second) {
            second(now);
        }
        put(time, MILLIS, 3, Math.floorMod(epochMillis, 1_000L));
        raw(time);
    }

    private void second(long epochSecond) {
        var utc = LocalDateTime.ofEpochSecond(epochSecond, 0, ZoneOffset.UTC);
        put(time, YEAR, 4, utc.getYear());
        put(time, YEAR + 5, 2, utc.getMonthValue());
        put(time, YEAR + 8, 2, utc.getDayOfMonth());
        put(time, YEAR + 11, 2, utc.getHour());
        put(time, YEAR + 14, 2, utc.getMinute());
        put(time, YEAR + 17, 2, utc.getSecond());
        second = epochSecond;
    }

    /** Makes room for these bytes and {@value #FIXED_BYTES} more. */
    private void room(int more) {
        int needed = length + more + FIXED_BYTES;
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(needed, bytes.length * 2));
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static boolean[] plain() {
        var plain = new boolean[0x7f];
        Arrays.fill(plain, ' ', plain.length, true);
        plain['"'] = false;
        plain['\\'] = false;
        return plain;
    }

    private static Map<Cause, byte[]> causes() {
        var causes = new EnumMap<Cause, byte[]>(Cause.class);
        for (Cause cause : Cause.values()) {
            String blame = cause.blame().name().toLowerCase(Locale.ROOT);
            causes.put(cause, ascii(",\"cause\":\"" + cause.slug() + "\",\"blame\":\"" + blame + "\""));
        }
        return causes;
    }
}

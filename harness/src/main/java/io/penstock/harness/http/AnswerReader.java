// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Reads answers of HTTP/1.1 (RFC 9112) from one connection, one after the other, and drops their bodies.
 *
 * <p>What is not exactly an answer is an {@link IOException}: a measurement must not count it. Bytes after the end of an
 * answer are found out by {@link #spare()}.
 */
final class AnswerReader {

    private static final int BUFFER_BYTES = 16 << 10;
    private static final byte[] LENGTH = ascii("content-length");
    private static final byte[] ENCODING = ascii("transfer-encoding");
    private static final byte[] CONNECTION = ascii("connection");
    private static final byte[] BACKEND = ascii("x-backend");

    /** Before each read of the socket; the place to set a time limit. */
    interface Patience {
        void beforeRead() throws IOException;
    }

    private final InputStream in;
    private final Patience patience;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int from;
    private int to;

    private int status;
    private long length;
    private boolean chunked;
    private boolean close;
    private String backend = "";
    private String lastNamed = "";

    AnswerReader(InputStream in, Patience patience) {
        this.in = in;
        this.patience = patience;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Reads the next final answer; {@code bodiless} says that the request was a HEAD. */
    HttpAnswer next(boolean bodiless) throws IOException {
        do {
            head();
        } while (status < 200 && status != 101);
        long body = 0;
        boolean untilClose = false;
        if (!bodiless && status != 204 && status != 304 && status != 101) {
            if (chunked) {
                body = chunks();
            } else if (length >= 0) {
                body = length;
                skip(length);
            } else {
                untilClose = true;
                body = rest();
            }
        }
        return new HttpAnswer(status, body, !close && !untilClose && status != 101, backend);
    }

    /** Bytes that came and belong to no answer yet. */
    int spare() {
        return to - from;
    }

    private void head() throws IOException {
        length = -1;
        chunked = false;
        close = false;
        backend = "";
        int end = line();
        statusLine(end);
        for (end = line(); end > from; end = line()) {
            field(end);
            from = end + 2;
        }
        from = end + 2;
        if (chunked && length >= 0) {
            throw new IOException("answer has both content-length and transfer-encoding");
        }
    }

    private void statusLine(int end) throws IOException {
        boolean ten = starts("HTTP/1.0 ");
        if (end - from < 12 || (!ten && !starts("HTTP/1.1 "))) {
            throw new IOException("found " + text(from, Math.min(end, from + 40)) + ", expected a status line");
        }
        status = (int) number(from + 9, from + 12, 10);
        close = ten;
        from = end + 2;
    }

    private boolean starts(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (buffer[from + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private void field(int end) throws IOException {
        int colon = from;
        while (colon < end && buffer[colon] != ':') {
            colon++;
        }
        if (colon == end || colon == from) {
            throw new IOException("found " + text(from, Math.min(end, from + 40)) + ", expected a field");
        }
        int first = colon + 1;
        while (first < end && (buffer[first] == ' ' || buffer[first] == '\t')) {
            first++;
        }
        int last = end;
        while (last > first && (buffer[last - 1] == ' ' || buffer[last - 1] == '\t')) {
            last--;
        }
        if (named(LENGTH, colon)) {
            length(number(first, last, 10));
        } else if (named(ENCODING, colon)) {
            encoding(text(first, last));
        } else if (named(CONNECTION, colon)) {
            close = text(first, last).equalsIgnoreCase("close") || (close && !keeps(first, last));
        } else if (named(BACKEND, colon)) {
            lastNamed = same(first, last) ? lastNamed : text(first, last);
            backend = lastNamed;
        }
    }

    private void length(long found) throws IOException {
        if (length >= 0 && length != found) {
            throw new IOException("answer has two lengths: " + length + " and " + found);
        }
        length = found;
    }

    private void encoding(String found) throws IOException {
        if (!found.equalsIgnoreCase("chunked")) {
            throw new IOException("found transfer-encoding " + found + ", expected chunked");
        }
        chunked = true;
    }

    private boolean keeps(int first, int last) {
        return text(first, last).equalsIgnoreCase("keep-alive");
    }

    private boolean named(byte[] name, int colon) {
        if (colon - from != name.length) {
            return false;
        }
        for (int i = 0; i < name.length; i++) {
            int c = buffer[from + i];
            if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != name[i]) {
                return false;
            }
        }
        return true;
    }

    /** Most answers name the backend that was named before: no new text for those. */
    private boolean same(int first, int last) {
        if (last - first != lastNamed.length()) {
            return false;
        }
        for (int i = 0; i < lastNamed.length(); i++) {
            if (buffer[first + i] != lastNamed.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private long chunks() throws IOException {
        long sum = 0;
        while (true) {
            int end = line();
            int digits = from;
            while (digits < end && buffer[digits] != ';' && buffer[digits] != ' ') {
                digits++;
            }
            long size = number(from, digits, 16);
            from = end + 2;
            if (size == 0) {
                for (end = line(); end > from; end = line()) {
                    from = end + 2;
                }
                from = end + 2;
                return sum;
            }
            skip(size);
            if (line() != from) {
                throw new IOException("a chunk is longer than its size of " + size);
            }
            from += 2;
            sum += size;
        }
    }

    private void skip(long bytes) throws IOException {
        long left = bytes;
        while (left > 0) {
            if (from == to) {
                fill();
            }
            int taken = (int) Math.min(left, to - from);
            from += taken;
            left -= taken;
        }
    }

    private long rest() throws IOException {
        long sum = (long) to - from;
        from = to;
        while (true) {
            patience.beforeRead();
            int read = in.read(buffer, 0, buffer.length);
            if (read < 0) {
                return sum;
            }
            sum += read;
        }
    }

    /** The index of the CRLF that ends the line at {@code from}; reads as much as that needs. */
    private int line() throws IOException {
        int at = from;
        while (true) {
            for (; at + 1 < to; at++) {
                if (buffer[at] == '\r' && buffer[at + 1] == '\n') {
                    return at;
                }
                if (buffer[at] == '\n') {
                    throw new IOException("a line ends without CR");
                }
            }
            int moved = from;
            fill();
            at -= moved - from;
        }
    }

    private void fill() throws IOException {
        if (from == to) {
            from = 0;
            to = 0;
        } else if (to == buffer.length) {
            if (from == 0) {
                throw new IOException("a line is longer than " + BUFFER_BYTES + " bytes");
            }
            System.arraycopy(buffer, from, buffer, 0, to - from);
            to -= from;
            from = 0;
        }
        patience.beforeRead();
        int read = in.read(buffer, to, buffer.length - to);
        if (read < 0) {
            throw new EOFException(to == 0 ? "closed without an answer" : "closed in the middle of an answer");
        }
        to += read;
    }

    private long number(int first, int last, int radix) throws IOException {
        long number = 0;
        for (int i = first; i < last; i++) {
            int digit = Character.digit(buffer[i], radix);
            if (digit < 0 || number > Long.MAX_VALUE / 32) {
                throw new IOException("found " + text(first, last) + ", expected a number");
            }
            number = number * radix + digit;
        }
        if (first == last) {
            throw new IOException("found nothing, expected a number");
        }
        return number;
    }

    private String text(int first, int last) {
        return new String(buffer, first, last - first, StandardCharsets.ISO_8859_1);
    }
}

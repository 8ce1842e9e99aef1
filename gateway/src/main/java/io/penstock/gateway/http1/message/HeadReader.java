// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1.message;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.Trailers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads heads and trailers, strictly (RFC 9112): lines end with CR LF and nothing else, nothing is folded, nothing is guessed. However the
 * bytes are cut into reads, the result is the same. Used by one thread at a time.
 */
public final class HeadReader {
    private final Side side;
    private final Input in;
    private final Http1Limits limits;
    private final FieldCache cache;
    private int used;
    private int dropped;

    public HeadReader(Side side, Input in, Http1Limits limits, FieldCache cache) {
        this.side = side;
        this.in = in;
        this.limits = limits;
        this.cache = cache;
    }

    /** The next request; blocks until its head is here. Empty lines before it are skipped (RFC 9112 §2.2). */
    public MessageHead request(boolean secure) throws IOException {
        used = 0;
        int length = requestLine();
        while (length == 0) {
            in.skip(2);
            length = requestLine();
        }
        RequestLine line = RequestLine.parse(in.bytes(), in.start(), in.start() + length);
        in.skip(length + 2);
        MessageHead request = new MessageHead(side, line.http11());
        Head head = request.head();
        head.add(line.method()).add(SharedFields.scheme(secure)).add(Field.of(":path", line.path()));
        fields(request);
        request.finishRequest(line, limits.preferTarget());
        return request;
    }

    /** The next response, interim or final; blocks until its head is here. */
    public MessageHead response(boolean toHead) throws IOException {
        used = 0;
        int length = headLine();
        int status = StatusLine.status(in.bytes(), in.start(), length);
        MessageHead response = new MessageHead(side, StatusLine.http11(in.bytes(), in.start()));
        in.skip(length + 2);
        response.head().add(StatusLine.field(status));
        fields(response);
        response.finishResponse(status, toHead);
        return response;
    }

    /** Whether a whole head is here, so that reading it will not wait. A false answer may be wrong, a true one is not. */
    public boolean whole() {
        byte[] bytes = in.bytes();
        int from = in.start();
        int last = in.end() - 1;
        if (from > last || bytes[from] <= ' ') {
            return false; // empty lines may come before a request
        }
        if (last - from > 2 && bytes[last] == '\n' && bytes[last - 1] == '\r' && bytes[last - 2] == '\n') {
            return true; // nothing comes behind it, mostly
        }
        for (int i = from + 2; i < last - 1; i++) {
            if (bytes[i] == '\n' && bytes[i + 1] == '\r' && bytes[i + 2] == '\n') {
                return true;
            }
        }
        return false;
    }

    private int requestLine() throws IOException {
        int length = nextLine();
        if (length < 0) {
            throw new GatewayException(
                    Cause.URI_TOO_LONG,
                    "request line has more than " + Math.min(limits.lineBytes(), limits.headBytes()) + " bytes");
        }
        return length;
    }

    private int headLine() throws IOException {
        int length = nextLine();
        if (length < 0) {
            throw side.tooLarge(
                    "head has more than " + limits.headBytes() + " bytes, or a line more than " + limits.lineBytes());
        }
        return length;
    }

    /** The length of the next line of a head; -1 when it is too long. */
    private int nextLine() throws IOException {
        int length = line(Math.min(limits.lineBytes(), limits.headBytes() - used), "head");
        if (length >= 0) {
            used += length + 2;
        }
        return length;
    }

    private void fields(MessageHead message) throws IOException {
        int count = 0;
        while (true) {
            int length = headLine();
            if (length == 0) {
                in.skip(2);
                return;
            }
            if (++count > limits.fields()) {
                throw side.tooLarge("head has more than " + limits.fields() + " fields");
            }
            FieldLine line = cache.parse(side, in.bytes(), in.start(), in.start() + length);
            in.skip(length + 2);
            message.add(line);
        }
    }

    /** How many fields the last trailers had that {@link Trailers} does not allow. */
    int dropped() {
        return dropped;
    }

    /** The trailers after the last chunk, or null when none are left. */
    @Nullable
    Head trailers() throws IOException {
        Head trailers = null;
        int bytes = 0;
        int count = 0;
        dropped = 0;
        while (true) {
            int length = line(Math.min(limits.lineBytes(), limits.trailerBytes() - bytes), "trailers");
            if (length < 0) {
                throw side.tooLarge("trailers have more than " + limits.trailerBytes() + " bytes, or a line more than "
                        + limits.lineBytes());
            }
            bytes += length + 2;
            if (length == 0) {
                in.skip(2);
                return trailers;
            }
            FieldLine line = cache.parse(side, in.bytes(), in.start(), in.start() + length);
            in.skip(length + 2);
            if (++count > limits.fields()) {
                throw side.tooLarge("trailers have more than " + limits.fields() + " fields");
            }
            if (mayTrail(line)) {
                trailers = trailers == null ? new Head() : trailers;
                trailers.add(line.field());
            } else {
                dropped++;
            }
        }
    }

    private static boolean mayTrail(FieldLine line) {
        return switch (line.kind()) {
            case CONTENT_LENGTH, TRANSFER_ENCODING, HOST, CONNECTION, DROPPED, UPGRADE, TE, TRAILER, EXPECT -> false;
            case OTHER, WEBSOCKET_KEY -> Trailers.allowed(line.field().name());
        };
    }

    /**
     * Waits until a whole line is in the buffer, where it begins at the start.
     *
     * @param most how long it may be, without its end
     * @return its length without CR and LF; -1 when it is too long
     */
    int line(int most, String what) throws IOException {
        int scanned = 0;
        while (true) {
            byte[] bytes = in.bytes();
            int from = in.start();
            for (int i = from + scanned; i < in.end(); i++) {
                if (bytes[i] == '\n') {
                    return i - from - 1 > most ? -1 : checked(bytes, from, i, what);
                }
            }
            scanned = in.available();
            if (scanned > most + 1) {
                return -1;
            }
            if (!in.fill()) {
                throw side.gone("the peer ended its side within " + what);
            }
        }
    }

    private int checked(byte[] bytes, int from, int lineFeed, String what) {
        if (lineFeed == from || bytes[lineFeed - 1] != '\r') {
            throw side.malformed("bare LF in " + what);
        }
        return lineFeed - from - 1;
    }

    static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }
}

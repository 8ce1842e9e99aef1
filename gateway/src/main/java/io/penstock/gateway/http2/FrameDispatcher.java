// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2;

import io.penstock.gateway.config.Http2Config;
import io.penstock.gateway.exchange.Head;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A connection's reader: checks each frame that arrives against RFC 9113 §6 and hands on what it means.
 *
 * <p>Works through all frames of one read, then wakes every touched writer once. A rule broken on a stream resets the stream, a
 * rule broken on the connection ends it.
 */
final class FrameDispatcher {
    private static final System.Logger LOG = System.getLogger(FrameDispatcher.class.getName());

    private final FrameReader reader;
    private final Http2Connection connection;
    private final Http2Config config;
    private final FloodGuard guard;
    private final HpackDecoder decoder;
    private final int mostBlockBytes;
    private final Wakes wakes = new Wakes();

    private boolean settingsSeen;
    private int receiveWindow;
    private int unreturned;

    private int blockStream;
    private boolean blockEnd;
    private byte[] block = new byte[0];
    private int blockLength;
    private int continuations;

    private volatile boolean established;
    private volatile long headSinceNanos;

    FrameDispatcher(FrameReader reader, Http2Connection connection) {
        this.reader = reader;
        this.connection = connection;
        this.config = connection.config();
        this.guard = new FloodGuard(config);
        this.decoder = new HpackDecoder(config.headerTableBytes(), config.maxHeadBytes());
        this.mostBlockBytes = 2 * Math.max(config.maxHeadBytes(), Frames.MAX_PAYLOAD);
        this.receiveWindow = Math.max(Frames.DEFAULT_WINDOW, config.connectionWindowBytes());
    }

    /**
     * Serves the connection until it ends, from the first frame behind the preface on.
     *
     * @return why it ended
     */
    Ended run() {
        Ended ended = serve();
        connection.lose(ended.detail(), wakes);
        return ended;
    }

    /**
     * Why a connection ended.
     *
     * @param byPeer whether the peer ended it, and not we
     * @param code what our GOAWAY said, when we sent one
     * @param flood what there was too much of, if that was it
     */
    record Ended(boolean byPeer, int code, @Nullable Flood flood, String detail) {}

    private Ended serve() {
        try {
            while (true) {
                while (reader.next()) {
                    dispatch();
                }
                endOfRead();
                if (!reader.fill()) {
                    return new Ended(true, ErrorCode.NO_ERROR, null, "closed by the peer");
                }
                connection.noteRead();
            }
        } catch (Http2Exception e) {
            connection.sendGoaway(false, e.code(), e.detail(), wakes);
            connection.closeAfterWriting();
            return new Ended(false, e.code(), e.flood(), e.detail());
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "defect while reading a connection", e);
            connection.sendGoaway(false, ErrorCode.INTERNAL_ERROR, "", wakes);
            connection.closeAfterWriting();
            return new Ended(false, ErrorCode.INTERNAL_ERROR, null, "defect: " + e);
        } catch (IOException e) {
            return new Ended(true, ErrorCode.NO_ERROR, null, "connection failed: " + e.getMessage());
        }
    }

    /** Reads and drops what still comes, so that closing does not destroy our last frames on their way (RFC 1122 §4.2.2.13). */
    void linger(int mostBytes) {
        int dropped = 0;
        try {
            do {
                dropped += reader.available();
                reader.skip(reader.available());
            } while (dropped < mostBytes && reader.fill());
        } catch (IOException | RuntimeException e) {
            // gone already, which is what we wait for
        }
    }

    private void endOfRead() {
        if (unreturned >= config.connectionWindowBytes() / 2) {
            connection.sendConnectionCredit(unreturned, wakes);
            receiveWindow += unreturned;
            unreturned = 0;
        }
        boolean owesHead = blockStream != 0 || reader.partialHead();
        if (!owesHead) {
            headSinceNanos = 0;
        } else if (headSinceNanos == 0) {
            headSinceNanos = System.nanoTime();
        }
        wakes.flush();
        if (connection.server()) {
            connection.awaitRoom();
        }
    }

    /** When the head began that the peer has not finished; 0 when there is none. */
    long headSinceNanos() {
        return headSinceNanos;
    }

    /** Whether the peer's SETTINGS have arrived. */
    boolean established() {
        return established;
    }

    private void dispatch() throws Http2Exception {
        int type = reader.type();
        if (blockStream != 0 && type != Frames.CONTINUATION) {
            throw protocol("frame of type " + type + " inside a head");
        }
        if (!settingsSeen) {
            if (type != Frames.SETTINGS || reader.flag(Frames.ACK)) {
                throw protocol("first frame is of type " + type + ", expected SETTINGS");
            }
            settingsSeen = true;
        }
        try {
            switch (type) {
                case Frames.DATA -> data();
                case Frames.HEADERS -> headers();
                case Frames.PRIORITY -> priority();
                case Frames.RST_STREAM -> reset();
                case Frames.SETTINGS -> settings();
                case Frames.PUSH_PROMISE -> throw protocol("push is not allowed");
                case Frames.PING -> ping();
                case Frames.GOAWAY -> goaway();
                case Frames.WINDOW_UPDATE -> windowUpdate();
                case Frames.CONTINUATION -> continuation();
                default -> {} // unknown types are ignored (RFC 9113 §5.5)
            }
        } catch (Http2Exception e) {
            if (e.streamId() == 0) {
                throw e;
            }
            breakStream(e);
        }
    }

    private void breakStream(Http2Exception e) throws Http2Exception {
        guard.count(Flood.OWN_RESETS);
        Http2Stream stream = connection.find(e.streamId());
        if (stream == null) {
            connection.refuseStream(e.streamId(), e.code(), wakes);
            return;
        }
        stream.events.broken(e.code(), e.detail(), wakes);
        connection.reset(stream, e.code(), wakes);
    }

    // ---- DATA ----

    private void data() throws Http2Exception {
        int id = streamFrame();
        int length = reader.length();
        receiveWindow -= length;
        if (receiveWindow < 0) {
            throw Http2Exception.connection(ErrorCode.FLOW_CONTROL_ERROR, "connection window overrun");
        }
        unreturned += length;
        int offset = reader.payload();
        int count = length;
        if (reader.flag(Frames.PADDED)) {
            int padding = padding(length);
            offset += 1;
            count -= 1 + padding;
        }
        boolean end = reader.flag(Frames.END_STREAM);
        Http2Stream stream = connection.find(id);
        if (stream == null) {
            lateFrame(id, "DATA");
            return;
        }
        if (!connection.receive(stream, length, count, end)) {
            throw Http2Exception.connection(ErrorCode.FLOW_CONTROL_ERROR, "stream window overrun");
        }
        if (count == 0 && !end) {
            guard.count(Flood.EMPTY_FRAMES);
            connection.returnCredit(stream, 0, wakes); // for the padding
            return;
        }
        stream.events.data(reader.bytes(), offset, count, end, wakes);
        if (end) {
            connection.closeIfEnded(stream, wakes);
        }
    }

    private int padding(int length) throws Http2Exception {
        if (length == 0) {
            throw Http2Exception.connection(ErrorCode.FRAME_SIZE_ERROR, "padded frame without padding length");
        }
        int padding = reader.bytes()[reader.payload()] & 0xff;
        if (padding >= length) {
            throw protocol("padding of " + padding + " bytes in a frame of " + length);
        }
        return padding;
    }

    /** A frame on a stream that is not open: an error, unless it was on its way when we reset the stream. */
    private void lateFrame(int id, String what) throws Http2Exception {
        if (connection.idle(id)) {
            throw protocol(what + " on an idle stream");
        }
        if (connection.ending(id) != StreamTable.Ending.RESET_BY_US) {
            throw Http2Exception.stream(id, ErrorCode.STREAM_CLOSED, what + " on a closed stream");
        }
    }

    // ---- heads ----

    private void headers() throws Http2Exception {
        int id = streamFrame();
        int offset = reader.payload();
        int count = reader.length();
        if (reader.flag(Frames.PADDED)) {
            int padding = padding(count);
            offset += 1;
            count -= 1 + padding;
        }
        if (reader.flag(Frames.PRIORITISED)) {
            if (count < 5) {
                throw Http2Exception.connection(ErrorCode.FRAME_SIZE_ERROR, "HEADERS too short for its priority");
            }
            if ((Frames.int32(reader.bytes(), offset) & 0x7fffffff) == id) {
                throw protocol("stream depends on itself");
            }
            offset += 5;
            count -= 5;
        }
        boolean end = reader.flag(Frames.END_STREAM);
        if (reader.flag(Frames.END_HEADERS)) {
            head(id, reader.bytes(), offset, count, end);
            return;
        }
        blockStream = id;
        blockEnd = end;
        blockLength = 0;
        continuations = 0;
        append(offset, count);
    }

    private void continuation() throws Http2Exception {
        if (blockStream == 0 || reader.streamId() != blockStream) {
            throw protocol("CONTINUATION without HEADERS");
        }
        if (++continuations > config.maxContinuations()) {
            throw Http2Exception.flood(Flood.HEAD, "head of more than " + config.maxContinuations() + " CONTINUATIONs");
        }
        append(reader.payload(), reader.length());
        if (reader.flag(Frames.END_HEADERS)) {
            int id = blockStream;
            blockStream = 0;
            byte[] whole = block;
            block = new byte[0];
            head(id, whole, 0, blockLength, blockEnd);
        }
    }

    private void append(int offset, int count) throws Http2Exception {
        if (blockLength + count > mostBlockBytes) {
            throw Http2Exception.flood(Flood.HEAD, "head of more than " + mostBlockBytes + " compressed bytes");
        }
        if (blockLength + count > block.length) {
            block = Arrays.copyOf(block, Math.max(blockLength + count, block.length * 2));
        }
        System.arraycopy(reader.bytes(), offset, block, blockLength, count);
        blockLength += count;
    }

    private void head(int id, byte[] bytes, int offset, int count, boolean end) throws Http2Exception {
        Head head;
        try {
            head = decoder.decode(bytes, offset, count);
        } catch (HpackException e) {
            throw Http2Exception.connection(ErrorCode.COMPRESSION_ERROR, String.valueOf(e.getMessage()));
        }
        boolean oversized = decoder.oversized();
        Http2Stream stream = connection.find(id);
        if (stream == null) {
            unknownHead(id, head, oversized, end);
        } else if (oversized) {
            throw Http2Exception.stream(
                    id, ErrorCode.ENHANCE_YOUR_CALM, "head above " + config.maxHeadBytes() + " bytes");
        } else if (stream.headReceived) {
            trailers(stream, head, end);
        } else {
            response(stream, head, end);
        }
    }

    private void unknownHead(int id, Head head, boolean oversized, boolean end) throws Http2Exception {
        if (connection.idle(id)) {
            if (!connection.server() || !connection.peers(id)) {
                throw protocol("HEADERS on stream " + id + ", which is not the peer's to open");
            }
            if (connection.admit(id)) {
                connection.role().opened(id, head, oversized, end, wakes);
            }
            return;
        }
        switch (connection.ending(id)) {
            case RESET_BY_US -> {} // was on its way
            case UNKNOWN -> throw protocol("HEADERS on stream " + id + ", below the newest one");
            case ENDED, RESET_BY_PEER ->
                throw Http2Exception.connection(ErrorCode.STREAM_CLOSED, "HEADERS on a closed stream");
        }
    }

    private void response(Http2Stream stream, Head head, boolean end) throws Http2Exception {
        String wrong = HeadRules.response(head);
        int status = head.status();
        boolean interim = status < 200;
        if (wrong == null && interim && end) {
            wrong = "the stream ends with an interim response";
        }
        if (wrong != null) {
            throw Http2Exception.stream(stream.id, ErrorCode.PROTOCOL_ERROR, wrong);
        }
        if (!interim) {
            stream.headReceived = true;
            if (!stream.bodiless && status != 304) {
                declare(stream, head);
            }
        }
        if (end) {
            connection.receiveEnd(stream);
        }
        stream.events.head(head, end, wakes);
        if (end) {
            connection.closeIfEnded(stream, wakes);
        }
    }

    /** Takes the declared length of the body into the stream, so that a body of another length is an error. */
    static void declare(Http2Stream stream, Head head) throws Http2Exception {
        long length = HeadRules.contentLength(head);
        if (length < Http2Stream.UNDECLARED) {
            throw Http2Exception.stream(stream.id, ErrorCode.PROTOCOL_ERROR, "content-length is no number");
        }
        stream.declaredBytes = length;
    }

    private void trailers(Http2Stream stream, Head head, boolean end) throws Http2Exception {
        if (stream.endReceived) {
            throw Http2Exception.stream(stream.id, ErrorCode.STREAM_CLOSED, "HEADERS after the end of the stream");
        }
        String wrong = "trailers do not end the stream";
        if (end) {
            wrong = connection.server() ? HeadRules.trailers(head) : HeadRules.responseTrailers(head);
        }
        if (wrong != null) {
            throw Http2Exception.stream(stream.id, ErrorCode.PROTOCOL_ERROR, wrong);
        }
        connection.receiveEnd(stream);
        stream.events.trailers(head, wakes);
        connection.closeIfEnded(stream, wakes);
    }

    // ---- the small frames ----

    private void priority() throws Http2Exception {
        int id = streamFrame();
        if (reader.length() != 5) {
            throw Http2Exception.stream(id, ErrorCode.FRAME_SIZE_ERROR, "PRIORITY of " + reader.length() + " bytes");
        }
        if ((Frames.int32(reader.bytes(), reader.payload()) & 0x7fffffff) == id) {
            throw Http2Exception.stream(id, ErrorCode.PROTOCOL_ERROR, "stream depends on itself");
        }
        guard.count(Flood.EMPTY_FRAMES);
    }

    private void reset() throws Http2Exception {
        int id = streamFrame();
        size("RST_STREAM", 4);
        if (connection.idle(id)) {
            throw protocol("RST_STREAM on an idle stream");
        }
        Http2Stream stream = connection.find(id);
        if (stream != null
                && connection.receiveReset(stream, Frames.int32(reader.bytes(), reader.payload()), wakes)
                && connection.server()) {
            guard.count(Flood.RESETS);
        }
    }

    private void settings() throws Http2Exception {
        connectionFrame("SETTINGS");
        int length = reader.length();
        if (reader.flag(Frames.ACK)) {
            if (length != 0) {
                throw Http2Exception.connection(ErrorCode.FRAME_SIZE_ERROR, "SETTINGS acknowledgement with payload");
            }
            return;
        }
        if (length % 6 != 0) {
            throw Http2Exception.connection(ErrorCode.FRAME_SIZE_ERROR, "SETTINGS of " + length + " bytes");
        }
        guard.count(Flood.SETTINGS);
        established = true;
        connection.receiveSettings(reader.bytes(), reader.payload(), length, wakes);
    }

    private void ping() throws Http2Exception {
        connectionFrame("PING");
        size("PING", 8);
        long opaque = ((long) Frames.int32(reader.bytes(), reader.payload()) << 32)
                | (Frames.int32(reader.bytes(), reader.payload() + 4) & 0xffffffffL);
        if (reader.flag(Frames.ACK)) {
            connection.role().pong(opaque, wakes);
        } else {
            if (!connection.sentSincePing()) {
                guard.count(Flood.PINGS);
            }
            connection.sendPing(opaque, true, wakes);
        }
    }

    private void goaway() throws Http2Exception {
        connectionFrame("GOAWAY");
        if (reader.length() < 8) {
            throw Http2Exception.connection(ErrorCode.FRAME_SIZE_ERROR, "GOAWAY of " + reader.length() + " bytes");
        }
        guard.count(Flood.SETTINGS);
        int last = Frames.int32(reader.bytes(), reader.payload()) & 0x7fffffff;
        connection.receiveGoaway(last, Frames.int32(reader.bytes(), reader.payload() + 4), wakes);
    }

    private void windowUpdate() throws Http2Exception {
        size("WINDOW_UPDATE", 4);
        int id = reader.streamId();
        int increment = Frames.int32(reader.bytes(), reader.payload()) & 0x7fffffff;
        if (increment == 0) {
            throw id == 0
                    ? protocol("WINDOW_UPDATE of 0")
                    : Http2Exception.stream(id, ErrorCode.PROTOCOL_ERROR, "WINDOW_UPDATE of 0");
        }
        if (id == 0) {
            connection.receiveWindowUpdate(increment, wakes);
            return;
        }
        Http2Stream stream = connection.find(id);
        if (stream != null) {
            connection.receiveWindowUpdate(stream, increment, wakes);
        } else if (connection.idle(id)) {
            throw protocol("WINDOW_UPDATE on an idle stream");
        }
    }

    private int streamFrame() throws Http2Exception {
        int id = reader.streamId();
        if (id == 0) {
            throw protocol("frame of type " + reader.type() + " on stream 0");
        }
        return id;
    }

    private void connectionFrame(String name) throws Http2Exception {
        if (reader.streamId() != 0) {
            throw protocol(name + " on stream " + reader.streamId());
        }
    }

    private void size(String name, int bytes) throws Http2Exception {
        if (reader.length() != bytes) {
            throw Http2Exception.connection(
                    ErrorCode.FRAME_SIZE_ERROR, name + " of " + reader.length() + " bytes, expected " + bytes);
        }
    }

    private static Http2Exception protocol(String detail) {
        return Http2Exception.connection(ErrorCode.PROTOCOL_ERROR, detail);
    }

    @Nullable
    Http2Stream stream(int id) {
        return connection.find(id);
    }

    FloodGuard guard() {
        return guard;
    }

    Wakes wakes() {
        return wakes;
    }
}

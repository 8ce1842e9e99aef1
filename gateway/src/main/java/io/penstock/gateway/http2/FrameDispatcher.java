// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2;

import io.penstock.gateway.config.listener.Http2Config;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.http2.frame.ErrorCode;
import io.penstock.gateway.http2.frame.Flood;
import io.penstock.gateway.http2.frame.FloodGuard;
import io.penstock.gateway.http2.frame.FrameReader;
import io.penstock.gateway.http2.frame.Frames;
import io.penstock.gateway.http2.frame.HeadAssembly;
import io.penstock.gateway.http2.frame.Http2Exception;
import io.penstock.gateway.http2.stream.Http2Connection;
import io.penstock.gateway.http2.stream.Http2Stream;
import io.penstock.gateway.http2.stream.ReceivedHeads;
import io.penstock.gateway.http2.stream.StreamTable;
import io.penstock.gateway.http2.stream.Wakes;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A connection's reader: checks each frame that arrives against RFC 9113 §6 and hands on what it means.
 *
 * <p>Works through all frames of one read, then wakes every touched writer once. A rule broken on a stream resets the stream, a
 * rule broken on the connection ends it.
 */
public final class FrameDispatcher {
    private static final System.Logger LOG = System.getLogger(FrameDispatcher.class.getName());

    private final FrameReader reader;
    private final Http2Connection connection;
    private final Http2Config config;
    private final FloodGuard guard;
    private final Wakes wakes = new Wakes();
    private final HeadAssembly assembly;
    private final ReceivedHeads heads;
    private final ControlFrames control;

    private boolean settingsSeen;
    private int receiveWindow;
    private int unreturned;
    private volatile long headSinceNanos;
    private volatile boolean messageSeen = true;

    FrameDispatcher(FrameReader reader, Http2Connection connection) {
        this.reader = reader;
        this.connection = connection;
        this.config = connection.config();
        this.guard = new FloodGuard(config);
        this.assembly = new HeadAssembly(reader, config);
        this.heads = new ReceivedHeads(connection, wakes);
        this.control = new ControlFrames(reader, connection, assembly, guard, wakes);
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
        boolean owesHead = assembly.open() || reader.partialHead();
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

    /** Whether the peer has sent a head or DATA since {@link #forgetMessages}, or that was never called; from any thread. */
    boolean messageSeen() {
        return messageSeen;
    }

    void forgetMessages() {
        messageSeen = false;
    }

    /** Whether the peer's SETTINGS have arrived. */
    boolean established() {
        return control.established();
    }

    private void dispatch() throws Http2Exception {
        int type = reader.type();
        if (assembly.open() && type != Frames.CONTINUATION) {
            throw protocol("frame of type " + type + " inside a head");
        }
        if (!settingsSeen) {
            if (type != Frames.SETTINGS || reader.flag(Frames.ACK)) {
                throw protocol("first frame is of type " + type + ", expected SETTINGS");
            }
            settingsSeen = true;
        }
        if (type <= Frames.HEADERS && !messageSeen) {
            messageSeen = true;
        }
        try {
            switch (type) {
                case Frames.DATA -> data();
                case Frames.HEADERS -> headers();
                case Frames.PRIORITY -> control.priority();
                case Frames.RST_STREAM -> reset();
                case Frames.SETTINGS -> control.settings();
                case Frames.PUSH_PROMISE -> throw protocol("push is not allowed");
                case Frames.PING -> control.ping();
                case Frames.GOAWAY -> control.goaway();
                case Frames.WINDOW_UPDATE -> control.windowUpdate();
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
        Http2Stream stream = connection.streams().find(e.streamId());
        if (stream == null) {
            connection.send().refuse(e.streamId(), e.code(), wakes);
            return;
        }
        stream.events.broken(e.code(), e.detail(), wakes);
        connection.send().reset(stream, e.code(), wakes);
    }

    private void data() throws Http2Exception {
        int id = reader.checkedStreamId();
        int length = reader.length();
        receiveWindow -= length;
        if (receiveWindow < 0) {
            throw Http2Exception.connection(ErrorCode.FLOW_CONTROL_ERROR, "connection window overrun");
        }
        unreturned += length;
        int offset = reader.payload();
        int count = length;
        if (reader.flag(Frames.PADDED)) {
            int padding = reader.padding();
            offset += 1;
            count -= 1 + padding;
        }
        boolean end = reader.flag(Frames.END_STREAM);
        Http2Stream stream = connection.streams().find(id);
        if (stream == null) {
            lateFrame(id, "DATA");
            if (count == 0 && !end) {
                guard.count(Flood.EMPTY_FRAMES); // whatever became of the stream, it moves nothing
            }
            return;
        }
        if (!connection.receive().data(stream, length, count, end)) {
            throw Http2Exception.connection(ErrorCode.FLOW_CONTROL_ERROR, "stream window overrun");
        }
        if (count == 0 && !end) {
            guard.count(Flood.EMPTY_FRAMES);
            connection.receive().returnCredit(stream, 0, wakes); // for the padding
            return;
        }
        stream.events.data(reader.bytes(), offset, count, end, wakes);
        if (end) {
            connection.streams().closeIfEnded(stream, wakes);
        }
    }

    /** A frame on a stream that is not open: an error, unless it was on its way when we reset the stream. */
    private void lateFrame(int id, String what) throws Http2Exception {
        if (connection.streams().idle(id)) {
            throw protocol(what + " on an idle stream");
        }
        if (connection.streams().ending(id) != StreamTable.Ending.RESET_BY_US) {
            throw Http2Exception.stream(id, ErrorCode.STREAM_CLOSED, what + " on a closed stream");
        }
    }

    private void headers() throws Http2Exception {
        reader.checkedStreamId();
        head(assembly.headers());
    }

    private void continuation() throws Http2Exception {
        head(assembly.continuation());
    }

    private void head(@Nullable Head whole) throws Http2Exception {
        if (whole != null) {
            heads.head(assembly.streamId(), whole, assembly.oversized(), assembly.end());
        }
    }

    private void reset() throws Http2Exception {
        int id = reader.checkedStreamId();
        reader.checkLength("RST_STREAM", 4);
        if (connection.streams().idle(id)) {
            throw protocol("RST_STREAM on an idle stream");
        }
        Http2Stream stream = connection.streams().find(id);
        int code = Frames.int32(reader.bytes(), reader.payload());
        Flood flood = stream == null
                ? connection.receive().resetClosed(id, code)
                : connection.receive().reset(stream, code, wakes);
        if (flood != null && connection.server()) {
            guard.count(flood);
        }
    }

    private static Http2Exception protocol(String detail) {
        return Http2Exception.connection(ErrorCode.PROTOCOL_ERROR, detail);
    }

    FloodGuard guard() {
        return guard;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2;

import io.penstock.gateway.http2.frame.ErrorCode;
import io.penstock.gateway.http2.frame.Flood;
import io.penstock.gateway.http2.frame.FloodGuard;
import io.penstock.gateway.http2.frame.FrameReader;
import io.penstock.gateway.http2.frame.Frames;
import io.penstock.gateway.http2.frame.HeadAssembly;
import io.penstock.gateway.http2.frame.Http2Exception;
import io.penstock.gateway.http2.stream.Http2Connection;
import io.penstock.gateway.http2.stream.Http2Stream;
import io.penstock.gateway.http2.stream.Wakes;

/** Checks and applies the small frames: SETTINGS, PING, GOAWAY, WINDOW_UPDATE and PRIORITY (RFC 9113 §6). For the reader alone. */
final class ControlFrames {
    private final FrameReader reader;
    private final Http2Connection connection;
    private final HeadAssembly heads;
    private final FloodGuard guard;
    private final Wakes wakes;
    private volatile boolean established;

    ControlFrames(FrameReader reader, Http2Connection connection, HeadAssembly heads, FloodGuard guard, Wakes wakes) {
        this.reader = reader;
        this.connection = connection;
        this.heads = heads;
        this.guard = guard;
        this.wakes = wakes;
    }

    /** Whether the peer's SETTINGS have arrived; from any thread. */
    boolean established() {
        return established;
    }

    void settings() throws Http2Exception {
        connectionFrame("SETTINGS");
        int length = reader.length();
        if (reader.flag(Frames.ACK)) {
            if (length != 0) {
                throw Http2Exception.connection(ErrorCode.FRAME_SIZE_ERROR, "SETTINGS acknowledgement with payload");
            }
            heads.settingsAcknowledged();
            return;
        }
        if (length % 6 != 0) {
            throw Http2Exception.connection(ErrorCode.FRAME_SIZE_ERROR, "SETTINGS of " + length + " bytes");
        }
        guard.count(Flood.SETTINGS);
        established = true;
        connection.receiveSettings(reader.bytes(), reader.payload(), length, wakes);
    }

    void ping() throws Http2Exception {
        connectionFrame("PING");
        reader.checkLength("PING", 8);
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

    void goaway() throws Http2Exception {
        connectionFrame("GOAWAY");
        if (reader.length() < 8) {
            throw Http2Exception.connection(ErrorCode.FRAME_SIZE_ERROR, "GOAWAY of " + reader.length() + " bytes");
        }
        guard.count(Flood.SETTINGS);
        int last = Frames.int32(reader.bytes(), reader.payload()) & 0x7fffffff;
        connection.receiveGoaway(last, Frames.int32(reader.bytes(), reader.payload() + 4), wakes);
    }

    void windowUpdate() throws Http2Exception {
        reader.checkLength("WINDOW_UPDATE", 4);
        int id = reader.streamId();
        int increment = Frames.int32(reader.bytes(), reader.payload()) & 0x7fffffff;
        if (increment == 0) {
            throw id == 0
                    ? protocol("WINDOW_UPDATE of 0")
                    : Http2Exception.stream(id, ErrorCode.PROTOCOL_ERROR, "WINDOW_UPDATE of 0");
        }
        if (id == 0) {
            connection.send().receiveWindowUpdate(increment, wakes);
            return;
        }
        Http2Stream stream = connection.streams().find(id);
        if (stream != null) {
            connection.send().receiveWindowUpdate(stream, increment, wakes);
        } else if (connection.streams().idle(id)) {
            throw protocol("WINDOW_UPDATE on an idle stream");
        }
    }

    void priority() throws Http2Exception {
        int id = reader.checkedStreamId();
        if (reader.length() != 5) {
            throw Http2Exception.stream(id, ErrorCode.FRAME_SIZE_ERROR, "PRIORITY of " + reader.length() + " bytes");
        }
        if ((Frames.int32(reader.bytes(), reader.payload()) & 0x7fffffff) == id) {
            throw Http2Exception.stream(id, ErrorCode.PROTOCOL_ERROR, "stream depends on itself");
        }
        guard.count(Flood.EMPTY_FRAMES);
    }

    private void connectionFrame(String name) throws Http2Exception {
        if (reader.streamId() != 0) {
            throw protocol(name + " on stream " + reader.streamId());
        }
    }

    private static Http2Exception protocol(String detail) {
        return Http2Exception.connection(ErrorCode.PROTOCOL_ERROR, detail);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.stream;

import io.penstock.gateway.config.listener.Http2Config;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.http2.frame.Frames;
import io.penstock.gateway.http2.frame.Preface;
import io.penstock.gateway.http2.hpack.HpackEncoder;
import java.nio.charset.StandardCharsets;

/** Puts frames into a connection's output. Every call and every field is under the connection's lock. */
final class FrameWriter {
    /** Above this, larger frames save nothing and hold other streams up. */
    private static final int MOST_PAYLOAD = 64 * 1024;

    private final Output output;
    private final HpackEncoder encoder;
    private int maxPayload = Frames.MAX_PAYLOAD;
    private boolean sentSincePing;

    FrameWriter(Output output, int headerTableBytes) {
        this.output = output;
        this.encoder = new HpackEncoder(headerTableBytes);
    }

    // ---- what the peer allows ----

    /** The peer's SETTINGS_HEADER_TABLE_SIZE, read as unsigned. */
    void peerTableBytes(int bytes) {
        encoder.peerTableBytes(bytes);
    }

    /** The peer's SETTINGS_MAX_FRAME_SIZE. */
    void peerMaxPayload(int bytes) {
        maxPayload = Math.min(bytes, MOST_PAYLOAD);
    }

    int maxPayload() {
        return maxPayload;
    }

    /** Whether a head or DATA was put here since the last answer to a PING. */
    boolean sentSincePing() {
        return sentSincePing;
    }

    // ---- frames of streams ----

    void head(Http2Stream stream, Head head, boolean end) {
        int length = encoder.encode(head);
        byte[] block = encoder.buffer();
        OutputBatch batch = output.batch();
        int first = Math.min(length, maxPayload);
        int flags = (end ? Frames.END_STREAM : 0) | (first == length ? Frames.END_HEADERS : 0);
        batch.frame(first, Frames.HEADERS, flags, stream.id);
        batch.put(block, 0, first);
        for (int at = first; at < length; ) {
            int next = Math.min(length - at, maxPayload);
            batch.frame(next, Frames.CONTINUATION, at + next == length ? Frames.END_HEADERS : 0, stream.id);
            batch.put(block, at, next);
            at += next;
        }
        stream.headSent = true;
        sentSincePing = true;
        stream.localEnd = end;
    }

    /** Writes DATA, as many frames as it takes; the caller has looked at the windows. */
    void data(Http2Stream stream, byte[] bytes, int offset, int length, boolean end) {
        OutputBatch batch = output.batch();
        int at = 0;
        do {
            int now = Math.min(length - at, maxPayload);
            boolean last = end && at + now == length;
            batch.frame(now, Frames.DATA, last ? Frames.END_STREAM : 0, stream.id);
            batch.put(bytes, offset + at, now);
            at += now;
        } while (at < length);
        sentSincePing = true;
        if (length > 0) {
            batch.credit(stream, length);
        }
        stream.localEnd = end;
    }

    void reset(int streamId, int code) {
        OutputBatch batch = output.batch();
        batch.frame(4, Frames.RST_STREAM, 0, streamId);
        batch.int32(code);
    }

    /** Gives the peer window: of a stream, or with 0 of the connection. */
    void windowUpdate(int streamId, int increment) {
        OutputBatch batch = output.batch();
        batch.frame(4, Frames.WINDOW_UPDATE, 0, streamId);
        batch.int32(increment);
    }

    // ---- frames of the connection ----

    /** Writes what a connection begins with: the preface of a client, our SETTINGS and the connection's window. */
    void greeting(Http2Config config, boolean server) {
        OutputBatch batch = output.batch();
        if (!server) {
            batch.put(Preface.BYTES, 0, Preface.BYTES.length);
        }
        batch.frame(5 * 6, Frames.SETTINGS, 0, 0);
        setting(Frames.SETTING_HEADER_TABLE_SIZE, config.headerTableBytes());
        setting(Frames.SETTING_INITIAL_WINDOW_SIZE, config.streamWindowBytes());
        setting(Frames.SETTING_MAX_HEADER_LIST_SIZE, config.maxHeadBytes());
        if (server) {
            setting(Frames.SETTING_MAX_CONCURRENT_STREAMS, config.maxConcurrentStreams());
            setting(Frames.SETTING_ENABLE_CONNECT_PROTOCOL, 1);
        } else {
            setting(Frames.SETTING_ENABLE_PUSH, 0);
            setting(Frames.SETTING_MAX_CONCURRENT_STREAMS, 0);
        }
        int extra = config.connectionWindowBytes() - Frames.DEFAULT_WINDOW;
        if (extra > 0) {
            windowUpdate(0, extra);
        }
    }

    private void setting(int id, int value) {
        output.batch().int16(id);
        output.batch().int32(value);
    }

    void settingsAck() {
        output.batch().frame(0, Frames.SETTINGS, Frames.ACK, 0);
    }

    void ping(long opaque, boolean ack) {
        if (ack) {
            sentSincePing = false;
        }
        OutputBatch batch = output.batch();
        batch.frame(8, Frames.PING, ack ? Frames.ACK : 0, 0);
        batch.int32((int) (opaque >>> 32));
        batch.int32((int) opaque);
    }

    void goaway(int lastStreamId, int code, String detail) {
        byte[] text = detail.getBytes(StandardCharsets.UTF_8);
        OutputBatch batch = output.batch();
        batch.frame(8 + text.length, Frames.GOAWAY, 0, 0);
        batch.int32(lastStreamId);
        batch.int32(code);
        batch.put(text, 0, text.length);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.frame;

import io.penstock.gateway.config.listener.Http2Config;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.http2.hpack.HpackDecoder;
import io.penstock.gateway.http2.hpack.HpackException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Puts heads together from HEADERS and CONTINUATION frames and decodes them, in their order. Used by the connection's reader alone. */
public final class HeadAssembly {
    private static final byte[] NOTHING = {};

    private final FrameReader reader;
    private final HpackDecoder decoder;
    private final int headerTableBytes;
    private final int maxContinuations;
    private final int mostBlockBytes;

    private int streamId;
    private boolean end;
    private boolean open;
    private boolean acknowledged;
    private byte[] block = NOTHING;
    private int blockLength;
    private int continuations;

    public HeadAssembly(FrameReader reader, Http2Config config) {
        this.reader = reader;
        this.decoder = new HpackDecoder(config.headerTableBytes(), config.maxHeadBytes());
        this.headerTableBytes = config.headerTableBytes();
        this.maxContinuations = config.maxContinuations();
        this.mostBlockBytes = 2 * Math.max(config.maxHeadBytes(), Frames.MAX_PAYLOAD);
    }

    /** Whether a head has begun that only CONTINUATION may go on with. */
    public boolean open() {
        return open;
    }

    /** The stream of the last head. */
    public int streamId() {
        return streamId;
    }

    /** Whether the last head ends its stream. */
    public boolean end() {
        return end;
    }

    /** Whether the last head was larger than allowed; it lacks the fields from there on. */
    public boolean oversized() {
        return decoder.oversized();
    }

    /**
     * The peer has applied our SETTINGS: from here on its heads keep to our table, and the next one says so if ours is smaller than
     * the one that it began with (RFC 7541 §4.2).
     */
    public void settingsAcknowledged() {
        if (!acknowledged) {
            acknowledged = true;
            decoder.maxTableBytes(headerTableBytes);
        }
    }

    /** Takes the HEADERS frame that the reader is at; returns the head when it is whole, otherwise null. */
    public @Nullable Head headers() throws Http2Exception {
        int id = reader.streamId();
        int offset = reader.payload();
        int count = reader.length();
        if (reader.flag(Frames.PADDED)) {
            int padding = reader.padding();
            offset += 1;
            count -= 1 + padding;
        }
        if (reader.flag(Frames.PRIORITISED)) {
            if (count < 5) {
                throw Http2Exception.connection(ErrorCode.FRAME_SIZE_ERROR, "HEADERS too short for its priority");
            }
            if ((Frames.int32(reader.bytes(), offset) & 0x7fffffff) == id) {
                throw Http2Exception.connection(ErrorCode.PROTOCOL_ERROR, "stream depends on itself");
            }
            offset += 5;
            count -= 5;
        }
        streamId = id;
        end = reader.flag(Frames.END_STREAM);
        if (reader.flag(Frames.END_HEADERS)) {
            return decode(reader.bytes(), offset, count);
        }
        open = true;
        blockLength = 0;
        continuations = 0;
        append(offset, count);
        return null;
    }

    /** Takes the CONTINUATION frame that the reader is at; returns the head when it is whole, otherwise null. */
    public @Nullable Head continuation() throws Http2Exception {
        if (!open || reader.streamId() != streamId) {
            throw Http2Exception.connection(ErrorCode.PROTOCOL_ERROR, "CONTINUATION without HEADERS");
        }
        if (++continuations > maxContinuations) {
            throw Http2Exception.flood(Flood.HEAD, "head of more than " + maxContinuations + " CONTINUATIONs");
        }
        append(reader.payload(), reader.length());
        if (!reader.flag(Frames.END_HEADERS)) {
            return null;
        }
        open = false;
        byte[] whole = block;
        block = NOTHING;
        return decode(whole, 0, blockLength);
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

    private Head decode(byte[] bytes, int offset, int count) throws Http2Exception {
        try {
            return decoder.decode(bytes, offset, count);
        } catch (HpackException e) {
            throw Http2Exception.connection(ErrorCode.COMPRESSION_ERROR, String.valueOf(e.getMessage()));
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.wire;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/2 connection on a plain blocking socket, in either role, that does nothing by itself.
 *
 * <p>No frame is answered, no window is kept, no rule is enforced: that is the caller's, who may want to break it.
 * One thread reads; any thread may write, since each write is one whole frame (or one byte sequence) under a lock.
 */
public final class FrameConnection implements Closeable {

    /** The client's connection preface, RFC 9113 §3.4. */
    public static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    /** The largest payload that a frame may have until SETTINGS say otherwise. */
    public static final int FRAME_BYTES = 16_384;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final HeadCodec heads = new HeadCodec();
    private final ReentrantLock writing = new ReentrantLock();

    private FrameConnection(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        this.in = new BufferedInputStream(socket.getInputStream(), 32 << 10);
        this.out = socket.getOutputStream();
    }

    /** Takes over an accepted or connected socket, which {@link #close} closes. */
    public static FrameConnection of(Socket socket) throws IOException {
        return new FrameConnection(socket);
    }

    /** Connects, and sends the client preface with the given SETTINGS identifier and value pairs. */
    public static FrameConnection connect(InetSocketAddress to, Duration timeout, long... settings) throws IOException {
        var socket = new Socket();
        try {
            socket.connect(to, Math.toIntExact(timeout.toMillis()));
            socket.setSoTimeout(Math.toIntExact(timeout.toMillis()));
            var connection = of(socket);
            connection.writeText(PREFACE);
            connection.write(Frame.settings(settings));
            return connection;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Sets how long one read may block; a read that takes longer fails with {@code SocketTimeoutException}. */
    public void readTimeout(Duration timeout) throws IOException {
        socket.setSoTimeout(Math.toIntExact(timeout.toMillis()));
    }

    /** Reads exactly the client preface, or fails. */
    public void readPreface() throws IOException {
        var seen = new String(in.readNBytes(PREFACE.length()), StandardCharsets.ISO_8859_1);
        if (!seen.equals(PREFACE)) {
            throw new IOException("no HTTP/2 preface");
        }
    }

    /** Reads up to 8 KiB of whatever comes and throws it away; answers false at the end of the stream. */
    public boolean skip() throws IOException {
        return in.read(new byte[8192]) >= 0;
    }

    /** Reads the next frame, or null when the peer closed between two frames. */
    public @Nullable Frame read() throws IOException {
        byte[] head = in.readNBytes(9);
        if (head.length == 0) {
            return null;
        }
        if (head.length < 9) {
            throw new EOFException("connection closed inside a frame head");
        }
        int length = (head[0] & 0xff) << 16 | (head[1] & 0xff) << 8 | (head[2] & 0xff);
        byte[] payload = in.readNBytes(length);
        if (payload.length < length) {
            throw new EOFException("connection closed after " + payload.length + " of " + length + " payload bytes");
        }
        return new Frame(head[3] & 0xff, head[4] & 0xff, Bytes.int32(head, 5) & 0x7fff_ffff, payload);
    }

    /** Reads the next head or other frame, or null when the peer closed between two frames. */
    public @Nullable Message next() throws IOException {
        var frame = read();
        if (frame == null) {
            return null;
        }
        if (frame.type() != Frame.HEADERS) {
            return new Message.Other(frame);
        }
        var block = new ByteArrayOutputStream();
        int from = (frame.has(Frame.PADDED) ? 1 : 0) + (frame.has(Frame.PRIORITY) ? 5 : 0);
        int padding = frame.has(Frame.PADDED) ? frame.payload()[0] & 0xff : 0;
        block.write(frame.payload(), from, frame.payload().length - from - padding);
        for (var part = frame; !part.has(Frame.END_HEADERS); block.write(part.payload())) {
            part = read();
            if (part == null || part.type() != Frame.CONTINUATION) {
                throw new IOException("a head was not finished by CONTINUATION");
            }
        }
        return new Message.Head(
                frame.stream(), heads.decode(frame.stream(), block.toByteArray()), frame.has(Frame.END_STREAM));
    }

    /** Writes one frame whole, whatever it says; blocks while the peer does not read. */
    public void write(Frame frame) throws IOException {
        writeBytes(bytes(frame));
    }

    /** Writes a head, split into HEADERS and CONTINUATION frames where it is longer than one frame. */
    public void writeHead(int stream, List<Field> fields, boolean endStream) throws IOException {
        byte[] block = HeadCodec.encode(fields);
        var joined = new ByteArrayOutputStream();
        int at = 0;
        do {
            int end = Math.min(block.length, at + FRAME_BYTES);
            int flags = (at == 0 && endStream ? Frame.END_STREAM : 0) | (end == block.length ? Frame.END_HEADERS : 0);
            byte[] part = Arrays.copyOfRange(block, at, end);
            joined.write(bytes(new Frame(at == 0 ? Frame.HEADERS : Frame.CONTINUATION, flags, stream, part)));
            at = end;
        } while (at < block.length);
        writeBytes(joined.toByteArray());
    }

    /** Writes text as ISO 8859-1: a preface, or something that is not HTTP/2 at all. */
    public void writeText(String text) throws IOException {
        writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Writes bytes as they are: part of a frame, for example. */
    public void writeBytes(byte[] bytes) throws IOException {
        writing.lock();
        try {
            out.write(bytes);
            out.flush();
        } finally {
            writing.unlock();
        }
    }

    /** Tells the peer that nothing more will be written; it may still write. */
    public void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** Serializes a frame without sending it. */
    public static byte[] bytes(Frame frame) {
        int length = frame.payload().length;
        var bytes = new byte[9 + length];
        bytes[0] = (byte) (length >> 16);
        bytes[1] = (byte) (length >> 8);
        bytes[2] = (byte) length;
        bytes[3] = (byte) frame.type();
        bytes[4] = (byte) frame.flags();
        Bytes.putInt32(bytes, 5, frame.stream());
        System.arraycopy(frame.payload(), 0, bytes, 9, length);
        return bytes;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

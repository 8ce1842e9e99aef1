// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One end of an HTTP/2 connection, moved frame by frame by a test: a client, or a connection of the {@link Origin}.
 *
 * <p>Its reader acknowledges SETTINGS and PING and gives windows back unless told otherwise; everything that it reads waits in order
 * until the test takes it. Nothing blocks longer than {@link #PATIENCE_MILLIS}.
 */
final class FramePeer implements AutoCloseable {
    static final long PATIENCE_MILLIS = 10_000;
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);
    private static final int FRAME_BYTES = 16_384;

    private final Socket socket;
    private final boolean client;
    private final DataInputStream in;
    private final OutputStream out;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, 1 << 20);
    private final Object writing = new Object();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<WireFrame> received = new ArrayList<>();
    private final Map<Integer, Long> streamWindows = new HashMap<>();
    private long window = 65_535;
    private long initialWindow = 65_535;
    private boolean ended;
    private boolean reading = true;
    private boolean settled;
    private int nextStream = 1;
    private long pings;
    private volatile boolean acknowledges = true;
    private volatile boolean credits = true;
    private volatile boolean answersPings = true;

    private FramePeer(Socket socket, boolean client) throws IOException {
        this.socket = socket;
        this.client = client;
        socket.setTcpNoDelay(true);
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 64 * 1024));
        this.out = socket.getOutputStream();
    }

    /** Connects, and sends the preface and these SETTINGS, alternating identifiers and values. */
    static FramePeer connect(InetSocketAddress to, long... settings) {
        try {
            Socket socket = new Socket();
            socket.setReceiveBufferSize(64 * 1024);
            socket.connect(to, (int) PATIENCE_MILLIS);
            FramePeer peer = new FramePeer(socket, true);
            peer.raw(PREFACE);
            peer.settings(settings);
            peer.start();
            return peer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Connects as {@link #connect}, with the system's own receive buffer: on loopback a small one costs 200 ms for each time it is full. */
    static FramePeer connectWide(InetSocketAddress to) {
        try {
            Socket socket = new Socket();
            socket.connect(to, (int) PATIENCE_MILLIS);
            FramePeer peer = new FramePeer(socket, true);
            peer.raw(PREFACE);
            peer.settings();
            peer.start();
            return peer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Speaks as a client over a socket that is connected already. */
    static FramePeer over(Socket socket) {
        try {
            FramePeer peer = new FramePeer(socket, true);
            peer.raw(PREFACE);
            peer.settings();
            peer.start();
            return peer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Connects as {@link #connect}, but leaves it to the test to acknowledge the other side's SETTINGS. */
    static FramePeer connectSlow(InetSocketAddress to, long... settings) {
        try {
            Socket socket = new Socket();
            socket.connect(to, (int) PATIENCE_MILLIS);
            FramePeer peer = new FramePeer(socket, true);
            peer.acknowledges = false;
            peer.raw(PREFACE);
            peer.settings(settings);
            peer.start();
            return peer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void acknowledgeSettings() {
        frame(WireFrame.SETTINGS, WireFrame.ACK, 0, new byte[0]);
    }

    /** Takes an accepted connection; with settings null it stays silent. */
    static FramePeer accepted(Socket socket, long @Nullable [] settings) throws IOException {
        FramePeer peer = new FramePeer(socket, false);
        peer.acknowledges = settings != null;
        if (settings != null) {
            peer.settings(settings);
        }
        peer.start();
        return peer;
    }

    private void start() {
        Thread.ofVirtual().name("peer").start(this::read);
    }

    // ---- behaviour ----

    /** From here on windows are given back by the test alone. */
    FramePeer withoutCredit() {
        credits = false;
        return this;
    }

    FramePeer withoutPong() {
        answersPings = false;
        return this;
    }

    /** Stops reading the socket, or goes on. */
    void reading(boolean on) {
        lock.lock();
        try {
            reading = on;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    // ---- sending ----

    int newStream() {
        int id = nextStream;
        nextStream += 2;
        return id;
    }

    /** Opens a stream with this head; the fields alternate names and values. */
    int open(boolean end, String... fields) {
        int id = newStream();
        head(id, end, fields);
        return id;
    }

    /** Opens a gRPC call with an open request. */
    int grpc(String... more) {
        return open(false, grpcHead(more));
    }

    static String[] grpcHead(String... more) {
        return joined(
                new String[] {
                    ":method",
                    "POST",
                    ":scheme",
                    "http",
                    ":path",
                    "/pkg.Service/Method",
                    ":authority",
                    "example.test",
                    "content-type",
                    "application/grpc",
                    "te",
                    "trailers"
                },
                more);
    }

    /** Opens a GET without a body. */
    int get(String path, String... more) {
        return open(
                true,
                joined(
                        new String[] {":method", "GET", ":scheme", "http", ":path", path, ":authority", "example.test"},
                        more));
    }

    /** Opens a POST whose body is still to come. */
    int post(String path, String... more) {
        return open(
                false,
                joined(
                        new String[] {":method", "POST", ":scheme", "http", ":path", path, ":authority", "example.test"
                        },
                        more));
    }

    /** Asks for a WebSocket by extended CONNECT (RFC 8441). */
    int webSocket(String path) {
        return open(
                false,
                ":method",
                "CONNECT",
                ":protocol",
                "websocket",
                ":scheme",
                "http",
                ":path",
                path,
                ":authority",
                "example.test",
                "sec-websocket-version",
                "13");
    }

    static String[] joined(String[] first, String... second) {
        String[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    /** Begins a gRPC response. */
    void grpcResponse(int stream) {
        head(stream, false, ":status", "200", "content-type", "application/grpc");
    }

    /** Gives a whole gRPC response. */
    void grpcAnswer(int stream, String body) {
        grpcResponse(stream);
        data(stream, body, false);
        head(stream, true, "grpc-status", "0");
    }

    void head(int stream, boolean end, String... fields) {
        headInParts(stream, end, FRAME_BYTES, fields);
    }

    /** Sends a head cut into HEADERS and CONTINUATIONs of at most so many bytes. */
    void headInParts(int stream, boolean end, int partBytes, String... fields) {
        byte[] block = block(fields);
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        int at = 0;
        do {
            int next = Math.min(block.length, at + partBytes);
            int flags =
                    (at == 0 && end ? WireFrame.END_STREAM : 0) | (next == block.length ? WireFrame.END_HEADERS : 0);
            frames.writeBytes(bytes(
                    at == 0 ? WireFrame.HEADERS : WireFrame.CONTINUATION,
                    flags,
                    stream,
                    Arrays.copyOfRange(block, at, next)));
            at = next;
        } while (at < block.length);
        raw(frames.toByteArray());
    }

    /** HPACK with literals alone (RFC 7541 §6.2.2), so that any order and any character can be sent. */
    static byte[] block(String... fields) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < fields.length; i += 2) {
            block.write(0);
            literal(block, fields[i]);
            literal(block, fields[i + 1]);
        }
        return block.toByteArray();
    }

    private static void literal(ByteArrayOutputStream block, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length < 127) {
            block.write(bytes.length);
        } else {
            block.write(127);
            int rest = bytes.length - 127;
            while (rest >= 128) {
                block.write(rest % 128 + 128);
                rest /= 128;
            }
            block.write(rest);
        }
        block.writeBytes(bytes);
    }

    void data(int stream, String text, boolean end) {
        data(stream, text.getBytes(StandardCharsets.UTF_8), end);
    }

    /** Sends one DATA frame, whatever the windows say. */
    void data(int stream, byte[] bytes, boolean end) {
        lock.lock();
        try {
            window -= bytes.length;
            streamWindows.merge(stream, initialWindow - bytes.length, (old, any) -> old - bytes.length);
        } finally {
            lock.unlock();
        }
        frame(WireFrame.DATA, end ? WireFrame.END_STREAM : 0, stream, bytes);
    }

    /** Sends a padded DATA frame: the payload begins with the length of its padding. */
    void padded(int stream, byte[] payload) {
        lock.lock();
        try {
            window -= payload.length;
            streamWindows.merge(stream, initialWindow - payload.length, (old, any) -> old - payload.length);
        } finally {
            lock.unlock();
        }
        frame(WireFrame.DATA, WireFrame.PADDED, stream, payload);
    }

    /** Sends the bytes in DATA frames of at most so many bytes as the windows allow it; waits for them. */
    void dataWithinWindows(int stream, byte[] bytes, int frameBytes, boolean end) {
        int at = 0;
        do {
            int now = Math.min(Math.min(bytes.length - at, frameBytes), awaitWindow(stream, bytes.length > at ? 1 : 0));
            boolean last = end && at + now == bytes.length;
            data(stream, Arrays.copyOfRange(bytes, at, at + now), last);
            at += now;
        } while (at < bytes.length);
    }

    /** Waits until at least so many bytes may be sent; how many may be. */
    int awaitWindow(int stream, int least) {
        long deadline = deadline();
        lock.lock();
        try {
            while (sendable(stream) < least) {
                pause(deadline, "window of stream " + stream);
            }
            return (int) sendable(stream);
        } finally {
            lock.unlock();
        }
    }

    /** How many bytes may be sent on this stream now. */
    long sendable(int stream) {
        lock.lock();
        try {
            return Math.min(window, streamWindows.getOrDefault(stream, initialWindow));
        } finally {
            lock.unlock();
        }
    }

    /** How many bytes may be sent on all streams together. */
    long connectionWindow() {
        lock.lock();
        try {
            return window;
        } finally {
            lock.unlock();
        }
    }

    void reset(int stream, int code) {
        frame(WireFrame.RST_STREAM, 0, stream, int32(code));
    }

    void windowUpdate(int stream, int increment) {
        frame(WireFrame.WINDOW_UPDATE, 0, stream, int32(increment));
    }

    void goaway(int lastStream, int code) {
        byte[] payload = Arrays.copyOf(int32(lastStream), 8);
        System.arraycopy(int32(code), 0, payload, 4, 4);
        frame(WireFrame.GOAWAY, 0, 0, payload);
    }

    /** Sends SETTINGS: alternating identifiers and values. */
    void settings(long... pairs) {
        byte[] payload = new byte[pairs.length / 2 * 6];
        for (int i = 0; i < pairs.length / 2; i++) {
            payload[i * 6] = (byte) (pairs[i * 2] >> 8);
            payload[i * 6 + 1] = (byte) pairs[i * 2];
            System.arraycopy(int32((int) pairs[i * 2 + 1]), 0, payload, i * 6 + 2, 4);
        }
        frame(WireFrame.SETTINGS, 0, 0, payload);
    }

    void frame(int type, int flags, int stream, byte[] payload) {
        raw(bytes(type, flags, stream, payload));
    }

    static byte[] bytes(int type, int flags, int stream, byte[] payload) {
        byte[] frame = new byte[9 + payload.length];
        frame[0] = (byte) (payload.length >> 16);
        frame[1] = (byte) (payload.length >> 8);
        frame[2] = (byte) payload.length;
        frame[3] = (byte) type;
        frame[4] = (byte) flags;
        System.arraycopy(int32(stream), 0, frame, 5, 4);
        System.arraycopy(payload, 0, frame, 9, payload.length);
        return frame;
    }

    /** Sends bytes as they are. */
    void raw(byte[] bytes) {
        try {
            synchronized (writing) {
                out.write(bytes);
                out.flush();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] int32(int value) {
        return new byte[] {(byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value};
    }

    // ---- receiving ----

    /** Takes the next frame of this type on this stream. */
    WireFrame await(int stream, int type) {
        return await(
                "type " + type + " on stream " + stream, frame -> frame.stream() == stream && frame.type() == type);
    }

    WireFrame awaitHead(int stream) {
        return await(stream, WireFrame.HEADERS);
    }

    /** Takes the next frame of this stream but WINDOW_UPDATE, whatever its type: for tests of the order. */
    WireFrame next(int stream) {
        return await(
                "any frame on stream " + stream,
                frame -> frame.stream() == stream && frame.type() != WireFrame.WINDOW_UPDATE);
    }

    /** Takes the next frame that fits. */
    WireFrame await(String what, Predicate<WireFrame> fits) {
        long deadline = deadline();
        lock.lock();
        try {
            while (true) {
                for (Iterator<WireFrame> all = received.iterator(); all.hasNext(); ) {
                    WireFrame frame = all.next();
                    if (fits.test(frame)) {
                        all.remove();
                        return frame;
                    }
                }
                if (ended) {
                    throw new AssertionError("connection ended while waiting for " + what + "; here: " + received);
                }
                pause(deadline, what);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes DATA of this stream until so many bytes have come. */
    byte[] awaitData(int stream, int count) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (bytes.size() < count) {
            bytes.writeBytes(await(stream, WireFrame.DATA).payload());
        }
        return bytes.toByteArray();
    }

    /**
     * What a stream sent after its head.
     *
     * @param trailers null when it ended with DATA
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Rest(byte[] body, @Nullable WireFrame trailers) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        WireFrame trailer() {
            if (trailers == null) {
                throw new AssertionError("the stream ended without trailers");
            }
            return trailers;
        }
    }

    /** Takes what is left of the stream, to its end. */
    Rest awaitRest(int stream) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            WireFrame frame = next(stream);
            switch (frame.type()) {
                case WireFrame.DATA -> {
                    body.writeBytes(frame.payload());
                    if (frame.end()) {
                        return new Rest(body.toByteArray(), null);
                    }
                }
                case WireFrame.HEADERS -> {
                    return new Rest(body.toByteArray(), frame);
                }
                default -> throw new AssertionError("unexpected " + frame);
            }
        }
    }

    /** Waits until the peer has answered a PING: it has worked through all that was sent before. */
    FramePeer roundTrip() {
        byte[] opaque = new byte[8];
        lock.lock();
        try {
            System.arraycopy(int32((int) ++pings), 0, opaque, 4, 4);
        } finally {
            lock.unlock();
        }
        opaque[0] = 0x77;
        frame(WireFrame.PING, 0, 0, opaque);
        await(
                "answer to PING",
                frame -> frame.type() == WireFrame.PING
                        && frame.flag(WireFrame.ACK)
                        && Arrays.equals(frame.payload(), opaque));
        return this;
    }

    /** What has come on this stream and was not taken yet, windows aside. */
    List<WireFrame> pending(int stream) {
        lock.lock();
        try {
            List<WireFrame> found = new ArrayList<>();
            for (WireFrame frame : received) {
                if (frame.stream() == stream && frame.type() != WireFrame.WINDOW_UPDATE) {
                    found.add(frame);
                }
            }
            return found;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the peer has sent its first SETTINGS. */
    FramePeer awaitSettings() {
        long deadline = deadline();
        lock.lock();
        try {
            while (!settled) {
                pause(deadline, "SETTINGS");
            }
            return this;
        } finally {
            lock.unlock();
        }
    }

    /** Whether the connection is over. */
    boolean ended() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the peer has closed the connection. */
    void awaitEnd() {
        long deadline = deadline();
        lock.lock();
        try {
            while (!ended) {
                pause(deadline, "end of the connection");
            }
        } finally {
            lock.unlock();
        }
    }

    private static long deadline() {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    }

    @SuppressWarnings("WaitNotInLoop") // the callers loop
    private void pause(long deadline, String what) {
        try {
            if (changed.awaitNanos(deadline - System.nanoTime()) <= 0) {
                throw new AssertionError("waited too long for " + what + "; here: " + received);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void read() {
        try {
            if (!client) {
                in.readFully(new byte[PREFACE.length]);
            }
            while (true) {
                awaitReading();
                WireFrame frame = readFrame();
                note(frame);
            }
        } catch (IOException | UncheckedIOException | Http2Exception e) {
            lock.lock();
            try {
                ended = true;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private void awaitReading() {
        lock.lock();
        try {
            while (!reading) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    private WireFrame readFrame() throws IOException, Http2Exception {
        WireFrame frame = readOne();
        if (frame.type() == WireFrame.DATA) {
            if (credits && frame.payload().length > 0) {
                raw(joined(
                        bytes(WireFrame.WINDOW_UPDATE, 0, 0, int32(frame.payload().length)),
                        frame.end()
                                ? new byte[0]
                                : bytes(WireFrame.WINDOW_UPDATE, 0, frame.stream(), int32(frame.payload().length))));
            }
            return frame;
        }
        if (frame.type() != WireFrame.HEADERS) {
            return frame;
        }
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.writeBytes(frame.payload());
        int parts = 1;
        for (WireFrame part = frame; !part.flag(WireFrame.END_HEADERS); parts++) {
            part = readOne();
            if (part.type() != WireFrame.CONTINUATION) {
                throw new IOException("a head was not finished by CONTINUATION");
            }
            block.writeBytes(part.payload());
        }
        List<String> fields = new ArrayList<>();
        decoder.decodeHeaders(frame.stream(), Unpooled.wrappedBuffer(block.toByteArray()))
                .forEach(field -> {
                    fields.add(field.getKey().toString());
                    fields.add(field.getValue().toString());
                });
        return new WireFrame(WireFrame.HEADERS, frame.flags(), frame.stream(), block.toByteArray(), fields, parts);
    }

    /** Sets what our decoder allows; to be called before the SETTINGS that say so. */
    void decoderTable(long bytes) throws Http2Exception {
        decoder.configuration().maxHeaderTableSize(bytes);
    }

    static byte[] joined(byte[] first, byte[] second) {
        byte[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    private WireFrame readOne() throws IOException {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        int stream = in.readInt() & 0x7fffffff;
        byte[] payload = new byte[length];
        in.readFully(payload);
        return new WireFrame(type, flags, stream, payload, List.of(), 1);
    }

    private void note(WireFrame frame) {
        switch (frame.type()) {
            case WireFrame.SETTINGS -> {
                if (!frame.flag(WireFrame.ACK) && acknowledges) {
                    frame(WireFrame.SETTINGS, WireFrame.ACK, 0, new byte[0]);
                }
            }
            case WireFrame.PING -> {
                if (!frame.flag(WireFrame.ACK) && answersPings) {
                    frame(WireFrame.PING, WireFrame.ACK, 0, frame.payload());
                }
            }
            default -> {}
        }
        lock.lock();
        try {
            switch (frame.type()) {
                case WireFrame.SETTINGS -> noteSettings(frame);
                case WireFrame.WINDOW_UPDATE -> noteWindow(frame);
                default -> {}
            }
            received.add(frame);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void noteSettings(WireFrame frame) {
        settled |= !frame.flag(WireFrame.ACK);
        for (int at = 0; at < frame.payload().length; at += 6) {
            if (frame.payload()[at + 1] == 4) {
                long value = frame.number(at + 2);
                long change = value - initialWindow;
                initialWindow = value;
                streamWindows.replaceAll((id, old) -> old + change);
            }
        }
    }

    private void noteWindow(WireFrame frame) {
        if (frame.stream() == 0) {
            window += frame.number(0);
        } else {
            streamWindows.merge(frame.stream(), initialWindow + frame.number(0), (old, any) -> old + frame.number(0));
        }
    }

    /** Ends our side; the peer may still send. */
    void finish() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Closes with a TCP reset. */
    void abort() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        reading(true);
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

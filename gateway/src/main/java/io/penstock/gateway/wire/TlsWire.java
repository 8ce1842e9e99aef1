// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.wire;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * A TLS connection over a {@link ChannelWire}, in blocking style, either side.
 *
 * <p>Whoever waits for bytes waits with a small buffer, which grows to the record that comes, and while reads fill it: a connection that
 * says nothing costs little. The buffer of writes has to hold the largest record, and goes back by {@link #restWriting}.
 *
 * <p>An engine and not a socket of the JDK: a TLS socket cannot be asked without waiting whether its peer has closed. Only {@link
 * ReentrantLock}s are held while it blocks, here and in the engine, so that no carrier thread is pinned on any JDK from 21 on. What a peer
 * wants to be answered after the handshake (a new key) goes out with the next write. An end without {@code close_notify} is an error,
 * since a body that ends with the connection would else be cut unnoticed (RFC 9112 §9.8).
 */
public final class TlsWire implements PooledWire {
    private static final byte[] NONE = {};
    /** What a wait needs: most requests, and most answers of small services, are one record that fits. */
    private static final int SMALLEST = 2 * 1024;

    private static final int RECORD_HEADER_BYTES = 5;
    /** Of an engine that has failed: what it had prepared, an alert, and what a task has thrown. */
    private static final int MOST_LAST_RECORDS = 8;

    private static final int MOST_LINGER_READS = 32;
    private static final int LINGER_MILLIS = 100;

    private final ChannelWire raw;
    private final SSLEngine engine;
    private final ReentrantLock writing = new ReentrantLock();
    /** Received and not decrypted; empty without memory of its own while nothing is. Of the reading thread. */
    private ByteBuffer encrypted = ByteBuffer.wrap(NONE);
    /** Decrypted and not read. Of the reading thread. */
    private ByteBuffer plain = ByteBuffer.wrap(NONE);
    /** How large {@link #encrypted} is when nothing is in it. Of the reading thread. */
    private int room = SMALLEST;

    /** Whether the peer has sent anything. Of the handshake. */
    private boolean heard;

    /** Under the lock. */
    private ByteBuffer output = ByteBuffer.wrap(NONE);

    private TlsWire(ChannelWire raw, SSLEngine engine) {
        this.raw = raw;
        this.engine = engine;
    }

    /**
     * Makes the handshake, which takes the wire over; blocks for the timeout at most. When it fails, our alert has been sent, and our side
     * of the wire has ended; the caller closes it.
     *
     * @throws TlsFailure the peer's certificate, name, versions or protocols do not fit, or ours do not for it, or it speaks no TLS
     * @throws SocketTimeoutException the handshake took too long
     * @throws EOFException the peer has closed the connection before its first byte
     */
    public static TlsWire connect(ChannelWire raw, SSLEngine engine, long timeoutNanos) throws IOException {
        TlsWire wire = new TlsWire(raw, engine);
        long deadline = System.nanoTime() + timeoutNanos;
        try {
            engine.beginHandshake();
            wire.handshake(deadline);
            return wire;
        } catch (TlsFailure e) {
            throw e;
        } catch (SSLException e) {
            wire.sendAlert();
            wire.linger();
            throw TlsFailure.of(e);
        }
    }

    private void handshake(long deadline) throws IOException {
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_WRAP -> wrap(ByteBuffer.wrap(NONE));
                case NEED_TASK -> runTasks(); // what one of them throws, the next wrap or unwrap throws
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    SSLEngineResult.Status status = unwrap();
                    if (status == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
                        receiveBefore(deadline);
                    } else if (status == SSLEngineResult.Status.CLOSED) {
                        throw TlsFailure.closedByPeer(true);
                    }
                }
                case FINISHED, NOT_HANDSHAKING -> {
                    if (engine.isInboundDone() || engine.isOutboundDone()) {
                        throw new SSLException("the engine is closed");
                    }
                    return;
                }
            }
        }
    }

    /** After the engine has failed its last word is the alert that says why (RFC 8446 §6.2). */
    private void sendAlert() {
        writing.lock();
        try {
            for (int i = 0; i < MOST_LAST_RECORDS && sendsMore(); i++) {}
            raw.finish();
        } catch (IOException e) {
            // the failure itself is told
        } finally {
            writing.unlock();
        }
    }

    private boolean sendsMore() throws IOException {
        try {
            return wrap(ByteBuffer.wrap(NONE)) > 0;
        } catch (SSLException e) {
            return true; // what a task has thrown, again
        }
    }

    /** Takes for a moment what the peer still sends: closing over unread bytes resets the connection, and the alert may be lost by it. */
    private void linger() {
        byte[] unread = new byte[SMALLEST];
        try {
            for (int i = 0;
                    i < MOST_LINGER_READS && raw.readWithin(unread, 0, unread.length, LINGER_MILLIS) >= 0;
                    i++) {}
        } catch (IOException e) {
            // it is over, or silent
        }
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    private void receiveBefore(long deadline) throws IOException {
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
            throw new SocketTimeoutException("TLS handshake");
        }
        makeRoom();
        int count = raw.readWithin(encrypted.array(), encrypted.limit(), freeBytes(), (int) left);
        if (count < 0 && !heard) {
            throw new EOFException("the peer closed the connection before the TLS handshake");
        }
        if (count < 0) {
            throw TlsFailure.closedByPeer(false);
        }
        heard = true;
        received(count);
    }

    private int freeBytes() {
        return encrypted.capacity() - encrypted.limit();
    }

    private void received(int count) {
        boolean filled = count == freeBytes();
        encrypted.limit(encrypted.limit() + count);
        if (filled) {
            room = Math.min(8 * room, engine.getSession().getPacketBufferSize());
        } else if (count < room / 8) {
            room = SMALLEST;
        }
    }

    /** How long the record is that begins what is here; 0 while nobody can tell. */
    private int recordBytes() {
        if (encrypted.remaining() < RECORD_HEADER_BYTES) {
            return 0;
        }
        int at = encrypted.position();
        return RECORD_HEADER_BYTES + (((encrypted.get(at + 3) & 0xff) << 8) | (encrypted.get(at + 4) & 0xff));
    }

    /** Moves what is there to the front of a buffer that holds the whole record, and has room for a byte at least. */
    private void makeRoom() throws SSLException {
        int left = encrypted.remaining();
        int most = Math.max(engine.getSession().getPacketBufferSize(), left);
        int size = Math.min(Math.max(room, recordBytes()), most);
        if (left == 0 && plain.capacity() > SMALLEST && !plain.hasRemaining()) {
            plain = ByteBuffer.wrap(NONE);
        }
        if (left >= size) {
            size = most;
        }
        if (left >= size) {
            throw new SSLException("a record of more than " + size + " bytes");
        }
        if (encrypted.capacity() < size || (left == 0 && encrypted.capacity() > size)) {
            byte[] other = new byte[size];
            encrypted.get(other, 0, left);
            encrypted = ByteBuffer.wrap(other);
            encrypted.limit(left);
        } else {
            encrypted.compact().flip();
        }
    }

    /** Decrypts one record into {@link #plain}, which is empty before. */
    private SSLEngineResult.Status unwrap() throws SSLException {
        SSLEngineResult.Status status = unwrap(recordBytes());
        return status == SSLEngineResult.Status.BUFFER_OVERFLOW
                ? unwrap(engine.getSession().getApplicationBufferSize())
                : status;
    }

    private SSLEngineResult.Status unwrap(int size) throws SSLException {
        ByteBuffer to = plain.capacity() < size ? ByteBuffer.allocate(size) : plain.clear();
        SSLEngineResult result = engine.unwrap(encrypted, to);
        plain = to.flip();
        return result.getStatus();
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        while (!plain.hasRemaining()) {
            int direct = decrypt(buffer, offset, length);
            if (direct != 0) {
                return direct;
            }
        }
        int count = Math.min(length, plain.remaining());
        plain.get(buffer, offset, count);
        return count;
    }

    /** Decrypts the next record, into the caller's buffer when it fits there: how many bytes went there; -1 at the end. */
    private int decrypt(byte[] buffer, int offset, int length) throws IOException {
        SSLEngineResult.Status status;
        int produced;
        try {
            SSLEngineResult result = engine.unwrap(encrypted, ByteBuffer.wrap(buffer, offset, length));
            status = result.getStatus();
            produced = result.bytesProduced();
            if (status == SSLEngineResult.Status.BUFFER_OVERFLOW) {
                status = unwrap();
            }
        } catch (SSLException e) {
            sendAlert();
            throw TlsFailure.of(e);
        }
        if (engine.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
            runTasks();
        }
        return switch (status) {
            case CLOSED -> produced > 0 ? produced : -1;
            case BUFFER_UNDERFLOW -> {
                makeRoom();
                int count = raw.read(encrypted.array(), encrypted.limit(), freeBytes());
                if (count < 0) {
                    throw new EOFException("the connection ended without close_notify");
                }
                received(count);
                yield 0;
            }
            case OK, BUFFER_OVERFLOW -> produced;
        };
    }

    @Override
    public void write(byte[] buffer, int offset, int length) throws IOException {
        writing.lock();
        try {
            ByteBuffer bytes = ByteBuffer.wrap(buffer, offset, length);
            while (bytes.hasRemaining()) {
                wrap(bytes);
                if (bytes.hasRemaining()) {
                    raw.noteProgress();
                }
            }
        } finally {
            writing.unlock();
        }
    }

    @Override
    public long stalledSinceNanos(long beganNanos) {
        return raw.stalledSinceNanos(beganNanos);
    }

    /** Encrypts and sends one record, or what the handshake needs: how many bytes went out. */
    @SuppressWarnings("CanIgnoreReturnValueSuggester")
    private int wrap(ByteBuffer bytes) throws IOException {
        int size = engine.getSession().getPacketBufferSize();
        if (output.capacity() < size) {
            output = ByteBuffer.allocate(size);
        }
        SSLEngineResult result = engine.wrap(bytes, output.clear());
        if (result.bytesProduced() > 0) {
            raw.write(output.array(), 0, result.bytesProduced());
        }
        if (result.getStatus() == SSLEngineResult.Status.CLOSED && bytes.hasRemaining()) {
            throw new IOException("the TLS connection is closed");
        }
        if (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
            runTasks();
        }
        return result.bytesProduced();
    }

    @Override
    public void finish() {
        writing.lock();
        try {
            engine.closeOutbound();
            wrap(ByteBuffer.wrap(NONE));
            raw.finish();
        } catch (IOException e) {
            raw.abort();
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void abort() {
        raw.abort();
    }

    /** Tickets and key changes are no data: they are taken, and the connection is still quiet. */
    @Override
    public boolean quiet() {
        try {
            while (!plain.hasRemaining()) {
                SSLEngineResult.Status status = unwrap();
                if (status == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
                    makeRoom();
                    int count = raw.readAtHand(encrypted.array(), encrypted.limit(), freeBytes());
                    if (count <= 0) {
                        return count == 0;
                    }
                    received(count);
                } else if (status != SSLEngineResult.Status.OK) {
                    return false;
                }
            }
            return false;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void rest() {
        if (!encrypted.hasRemaining()) {
            encrypted = ByteBuffer.wrap(NONE);
        }
        if (!plain.hasRemaining()) {
            plain = ByteBuffer.wrap(NONE);
        }
        restWriting();
    }

    @Override
    public void restWriting() {
        if (writing.tryLock()) {
            try {
                output = ByteBuffer.wrap(NONE);
            } finally {
                writing.unlock();
            }
        }
    }

    /** How much memory its buffers take. For tests, while nobody uses it. */
    int bufferBytes() {
        return encrypted.capacity() + plain.capacity() + output.capacity();
    }

    /** What the peer has shown and was verified, its own first; none where none was asked for. */
    public List<X509Certificate> peerCertificates() {
        List<X509Certificate> shown = new ArrayList<>();
        if (!engine.getNeedClientAuth() && !engine.getWantClientAuth()) {
            return shown;
        }
        try {
            for (Certificate one : engine.getSession().getPeerCertificates()) {
                if (one instanceof X509Certificate certificate) {
                    shown.add(certificate);
                }
            }
        } catch (SSLPeerUnverifiedException e) {
            return List.of(); // it has none, and needs none
        }
        return shown;
    }

    @Override
    public String protocol() {
        String protocol = engine.getApplicationProtocol();
        return protocol == null ? "" : protocol;
    }
}

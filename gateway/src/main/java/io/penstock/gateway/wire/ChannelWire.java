// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.wire;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A cleartext TCP connection: blocking, for virtual threads, or for a time on an {@link EventLoop}.
 *
 * <p>On a loop nothing waits: a read returns 0 when nothing is there. A small write by the loop's thread goes out at the end of the loop's
 * turn, or before a {@link #flush}, another write, and whatever ends the stay or the connection. What the kernel does not take of a write is
 * kept ({@link #unwritten}) and goes out before everything else once the connection has left the loop. The same holds when such a late write
 * fails: whoever writes next learns why, and what has come from the peer before can still be read.
 */
public final class ChannelWire implements PooledWire {
    private static final byte[] NOTHING = {};

    /** A stay on a loop; what the loop calls. */
    private final class Stay implements Runnable {
        private final EventLoop loop;
        private final Runnable ready;
        private @Nullable SelectionKey key;

        private Stay(EventLoop loop, Runnable ready) {
            this.loop = loop;
            this.ready = ready;
        }

        @Override
        public void run() {
            if (stay == this) {
                ready.run();
            }
        }
    }

    private final SocketChannel channel;
    private volatile @Nullable Stay stay;
    private volatile byte[] unwritten = NOTHING;
    /** Where a write lies that goes out at the end of a turn, and where in it; guarded by this. */
    private @Nullable TurnWrites held;

    private int heldFrom;
    private int heldTo;
    /** When a part of a write was taken, and not the last one; 0 before. */
    private volatile long progressNanos;

    private ChannelWire(SocketChannel channel) {
        this.channel = channel;
    }

    /** Takes over a channel that is open and blocking. */
    public static ChannelWire of(SocketChannel channel) {
        return new ChannelWire(channel);
    }

    /** Connects; blocks for the timeout at most. */
    public static ChannelWire connect(InetSocketAddress address, Duration timeout) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            // without it, every small frame waits for the delayed acknowledgement of the one before: 40 ms
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            channel.socket().connect(address, (int) timeout.toMillis());
            return new ChannelWire(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    // ---- on a loop ----

    @Override
    public ChannelWire channel() {
        return this;
    }

    /**
     * Puts it on a loop, which calls {@code ready} on its thread each time that something can be read, that it was closed, or that something
     * is {@link #unwritten} at the end of a turn. From any thread, while no read and no write is under way.
     *
     * @throws IOException it is closed
     */
    public void attach(EventLoop loop, Runnable ready) throws IOException {
        Stay begun = new Stay(loop, ready);
        synchronized (this) {
            channel.configureBlocking(false);
            stay = begun;
        }
        if (EventLoop.current() == loop) {
            register(begun);
        } else {
            loop.execute(() -> register(begun));
        }
    }

    /** On the loop's thread. */
    private void register(Stay begun) {
        try {
            synchronized (this) {
                if (stay == begun) {
                    begun.key = channel.register(begun.loop.selector(), SelectionKey.OP_READ, begun);
                }
            }
        } catch (CancelledKeyException e) {
            begun.loop.execute(() -> registerAgain(begun)); // it has just left this loop
        } catch (IOException e) {
            begun.run(); // it is closed
        } catch (ClosedSelectorException e) {
            abort(); // so is the loop
        }
    }

    private void registerAgain(Stay begun) {
        try {
            begun.loop.flushCancelled();
        } catch (IOException e) {
            abort();
        }
        register(begun);
    }

    /** Takes it off its loop: reads and writes block again, and {@code ready} is not called any more. Does nothing without one. */
    public void detach() throws IOException {
        if (stay == null) {
            return;
        }
        synchronized (this) {
            flushHeld();
            Stay ended = stay;
            stay = null;
            if (ended != null && ended.key != null) {
                ended.key.cancel();
            }
            channel.configureBlocking(true);
        }
    }

    /** Whether the loop tells of bytes; on the loop's thread. */
    public void listen(boolean on) {
        Stay now = stay;
        try {
            if (now != null && now.key != null) {
                now.key.interestOps(on ? SelectionKey.OP_READ : 0);
            }
        } catch (CancelledKeyException e) {
            // it was closed meanwhile
        }
    }

    /** The loop that it is on, or null. */
    public @Nullable EventLoop loop() {
        Stay now = stay;
        return now == null ? null : now.loop;
    }

    /** Whether nobody has closed it here; the peer may have. */
    public boolean isOpen() {
        return channel.isOpen();
    }

    /** How many bytes of writes the kernel did not take yet, or will never take. */
    public int unwritten() {
        return unwritten.length;
    }

    /** Writes what was put off to the end of the turn; what is not taken is {@link #unwritten} then. */
    public void flush() {
        synchronized (this) {
            flushHeld();
        }
    }

    /** Called by the loop. */
    void endTurn() {
        Stay now = stay;
        synchronized (this) {
            if (held == null) {
                return;
            }
            flushHeld();
            if (unwritten.length == 0) {
                return;
            }
        }
        if (now != null) {
            now.run();
        }
    }

    private void flushHeld() {
        TurnWrites turn = held;
        if (turn != null) {
            held = null;
            ByteBuffer bytes = turn.view(heldFrom, heldTo);
            try {
                writeNow(bytes);
            } catch (IOException e) {
                keep(bytes); // the next write finds the same
            }
        }
    }

    /** False when it is on no loop. */
    private boolean writeOnLoop(byte[] buffer, int offset, int length) throws IOException {
        synchronized (this) {
            Stay here = stay;
            if (here == null) {
                return false;
            }
            if (EventLoop.current() != here.loop || !hold(here.loop.writes(), buffer, offset, length)) {
                flushHeld();
                writeNow(ByteBuffer.wrap(buffer, offset, length));
            }
            return true;
        }
    }

    /** Puts the write off to the end of the turn, if it may be. */
    private boolean hold(TurnWrites turn, byte[] buffer, int offset, int length) {
        if (unwritten.length > 0) {
            return false;
        }
        if (held != null && heldTo != turn.end()) {
            return false; // somebody else's is between
        }
        int from = turn.end();
        if (!turn.take(buffer, offset, length) || (held == null && !turn.enter(this))) {
            return false;
        }
        if (held == null) {
            held = turn;
            heldFrom = from;
        }
        heldTo = turn.end();
        return true;
    }

    private void writeNow(ByteBuffer bytes) throws IOException {
        if (unwritten.length == 0) {
            channel.write(bytes);
        }
        if (bytes.hasRemaining()) {
            keep(bytes);
        }
    }

    private void keep(ByteBuffer bytes) {
        byte[] before = unwritten;
        byte[] all = Arrays.copyOf(before, before.length + bytes.remaining());
        bytes.get(all, before.length, bytes.remaining());
        unwritten = all;
    }

    // ---- bytes ----

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        return channel.read(ByteBuffer.wrap(buffer, offset, length));
    }

    @Override
    public void write(byte[] buffer, int offset, int length) throws IOException {
        if (stay != null && writeOnLoop(buffer, offset, length)) {
            return;
        }
        byte[] first = unwritten;
        if (first.length > 0) {
            unwritten = NOTHING;
            writeAll(ByteBuffer.wrap(first));
        }
        writeAll(ByteBuffer.wrap(buffer, offset, length));
    }

    private void writeAll(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
            if (bytes.hasRemaining()) {
                noteProgress();
            }
        }
    }

    /** A part of what is being written was taken. */
    void noteProgress() {
        progressNanos = System.nanoTime() | 1;
    }

    @Override
    public long stalledSinceNanos(long beganNanos) {
        long progress = progressNanos;
        return progress != 0 && progress - beganNanos > 0 ? progress : beganNanos;
    }

    /** As {@link #read}, for so many milliseconds at most; then it throws {@link java.net.SocketTimeoutException}. */
    int readWithin(byte[] buffer, int offset, int length, int millis) throws IOException {
        channel.socket().setSoTimeout(millis);
        return channel.socket().getInputStream().read(buffer, offset, length);
    }

    /** Reads what is there, perhaps nothing. */
    int readAtHand(byte[] buffer, int offset, int length) throws IOException {
        if (stay != null) {
            return read(buffer, offset, length);
        }
        channel.configureBlocking(false);
        try {
            return channel.read(ByteBuffer.wrap(buffer, offset, length));
        } finally {
            channel.configureBlocking(true);
        }
    }

    @Override
    public boolean quiet() {
        try {
            return readAtHand(new byte[1], 0, 1) == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void rest() {
        // it has no buffers
    }

    @Override
    public String protocol() {
        return "";
    }

    @Override
    public void finish() {
        try {
            flush();
            channel.shutdownOutput();
        } catch (IOException e) {
            abort(); // closed already
        }
    }

    @Override
    public void abort() {
        try (channel) {
            flush(); // as all else that was written before
        } catch (IOException e) {
            // a descriptor that cannot be closed is gone
        }
        Stay now = stay; // after it: who attaches a closed channel finds out
        if (now != null) {
            now.loop.execute(now); // it does not learn of it otherwise
        }
    }
}

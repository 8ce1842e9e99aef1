// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EventLoopTest {
    private static final int SMALL = 8 * 1024;
    private static final int LARGE = 4 * 1024 * 1024;

    private final EventLoop loop = new EventLoop("loop");
    private final LinkedBlockingQueue<Integer> reads = new LinkedBlockingQueue<>();
    private ChannelWire wire;
    private SocketChannel peer;

    @BeforeEach
    void connect() throws IOException {
        try (ServerSocketChannel listening = ServerSocketChannel.open()) {
            listening.setOption(StandardSocketOptions.SO_RCVBUF, SMALL);
            listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            SocketChannel ours = SocketChannel.open();
            ours.setOption(StandardSocketOptions.SO_SNDBUF, SMALL);
            ours.connect(listening.getLocalAddress());
            peer = listening.accept();
            wire = ChannelWire.of(ours);
        }
    }

    @AfterEach
    void close() throws IOException {
        wire.abort();
        peer.close();
        loop.close();
    }

    private void readAndNote() {
        try {
            reads.add(wire.read(new byte[16], 0, 16));
        } catch (IOException e) {
            reads.add(-2);
        }
    }

    private int read() throws InterruptedException {
        Integer read = reads.poll(30, TimeUnit.SECONDS);
        assertThat(read).as("the loop has told of it").isNotNull();
        return read;
    }

    private void send(int bytes) throws IOException {
        peer.write(ByteBuffer.allocate(bytes));
    }

    /** Runs it on the loop's thread and waits. */
    private void onLoop(Runnable task) throws Exception {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        loop.execute(() -> {
            task.run();
            done.complete(EventLoop.current() == loop);
        });
        assertThat(done.get(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void tellsOfBytesAndOfTheEnd() throws Exception {
        wire.attach(loop, this::readAndNote);
        assertThat(wire.loop()).isSameAs(loop);
        assertThat(EventLoop.current()).isNull();

        send(3);
        assertThat(read()).isEqualTo(3);
        send(5);
        assertThat(read()).isEqualTo(5);
        peer.close();
        assertThat(read()).isEqualTo(-1);
    }

    @Test
    void readsNothingWithoutWaiting() throws Exception {
        wire.attach(loop, () -> {});

        assertThat(wire.read(new byte[1], 0, 1)).isZero();
        assertThat(wire.quiet()).isTrue();
        assertThat(wire.quiet()).as("and stays as it is").isTrue();
    }

    @Test
    void tellsThatItWasClosedHere() throws Exception {
        wire.attach(loop, this::readAndNote);
        onLoop(() -> {});

        wire.abort();

        assertThat(read()).isEqualTo(-2);
    }

    @Test
    void waitsAgainOnceItHasLeft() throws Exception {
        wire.attach(loop, this::readAndNote);
        onLoop(() -> {});
        wire.detach();
        wire.detach();
        CompletableFuture<Integer> read = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try {
                read.complete(wire.read(new byte[16], 0, 16));
            } catch (IOException e) {
                read.completeExceptionally(e);
            }
        });

        send(4);

        assertThat(read.get(30, TimeUnit.SECONDS)).isEqualTo(4);
        assertThat(wire.loop()).isNull();
        assertThat(reads).isEmpty();
    }

    @Test
    void comesAndGoesFromAnyThread() throws Exception {
        for (int i = 0; i < 200; i++) {
            wire.attach(loop, this::readAndNote);
            if (i % 2 == 0) {
                send(1);
                assertThat(read()).isEqualTo(1);
            }
            if (i % 3 == 0) {
                onLoop(this::detach);
            } else {
                wire.detach();
            }
        }

        onLoop(() -> attachAgain(3));
        send(2);

        assertThat(read()).isEqualTo(2);
    }

    private void detach() {
        try {
            wire.detach();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void attachAgain(int times) {
        try {
            for (int i = 0; i < times; i++) {
                wire.detach();
                wire.attach(loop, this::readAndNote);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void keepsWhatTheKernelDoesNotTakeUntilItHasLeft() throws Exception {
        wire.attach(loop, () -> {});
        byte[] all = new byte[LARGE];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) ((i * 31) >> 3);
        }
        wire.write(all, 0, LARGE - 7);
        assertThat(wire.unwritten()).isPositive();
        wire.write(all, LARGE - 7, 3);
        wire.detach();
        Thread.startVirtualThread(() -> {
            try {
                wire.write(all, LARGE - 4, 4);
            } catch (IOException e) {
                wire.abort();
            }
        });

        ByteBuffer got = ByteBuffer.allocate(LARGE);
        while (got.hasRemaining() && peer.read(got) >= 0) {
            // more comes
        }

        assertThat(got.array()).isEqualTo(all);
        assertThat(wire.unwritten()).isZero();
    }

    @Test
    void hearsNothingWhileItDoesNotListen() throws Exception {
        wire.attach(loop, this::readAndNote);
        onLoop(() -> wire.listen(false));
        send(1);
        onLoop(() -> {});
        onLoop(() -> {});
        assertThat(reads).isEmpty();

        onLoop(() -> wire.listen(true));

        assertThat(read()).isEqualTo(1);
    }

    @Test
    void survivesADefect() throws Exception {
        wire.attach(loop, () -> {
            readAndNote();
            throw new IllegalStateException("asked for");
        });
        send(1);
        assertThat(read()).isEqualTo(1);
        send(2);

        assertThat(read()).isEqualTo(2);
    }

    @Test
    void doesWhatItWasToldBeforeItIsClosed() throws Exception {
        CompletableFuture<String> done = new CompletableFuture<>();
        loop.execute(() -> done.complete("done"));
        loop.close();

        assertThat(done.get(30, TimeUnit.SECONDS)).isEqualTo("done");
    }

    @Test
    void takesEachLoopInTurn() {
        try (EventLoops loops = new EventLoops(2)) {
            EventLoop first = loops.next();

            assertThat(loops.next()).isNotSameAs(first);
            assertThat(loops.next()).isSameAs(first);
        }
    }

    @Test
    void triesAgainLaterEachTimeThatALoopWasNoUse() {
        LoopOdds odds = new LoopOdds();
        for (int pause = 1; pause <= 7; pause = 2 * pause + 1) {
            assertThat(odds.good()).isTrue();
            odds.lost();
            for (int i = 0; i < pause; i++) {
                assertThat(odds.good()).isFalse();
            }
        }

        assertThat(odds.good()).isTrue();
        odds.won();
        odds.lost();
        assertThat(odds.good()).isFalse();
        assertThat(odds.good()).isTrue();
    }
}

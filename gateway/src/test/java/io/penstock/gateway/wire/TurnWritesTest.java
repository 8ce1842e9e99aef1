// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a loop's thread writes in one turn, as its peers see it. */
@Timeout(60)
class TurnWritesTest {
    private final EventLoop loop = new EventLoop("loop");
    private final List<Pair> pairs = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (Pair pair : pairs) {
            pair.wire.abort();
            pair.peer.close();
        }
        loop.close();
    }

    private interface Step {
        void run() throws Exception;
    }

    /** A connection on the loop, and its peer. */
    private final class Pair {
        final ChannelWire wire;
        final SocketChannel peer;
        final Semaphore ready = new Semaphore(0);

        Pair() throws Exception {
            try (ServerSocketChannel listening = ServerSocketChannel.open()) {
                listening.setOption(StandardSocketOptions.SO_RCVBUF, 8 * 1024);
                listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SocketChannel ours = SocketChannel.open();
                ours.setOption(StandardSocketOptions.SO_SNDBUF, 8 * 1024);
                ours.setOption(StandardSocketOptions.TCP_NODELAY, true);
                ours.connect(listening.getLocalAddress());
                peer = listening.accept();
                wire = ChannelWire.of(ours);
            }
            pairs.add(this);
            wire.attach(loop, ready::release);
            onLoop(() -> {});
        }

        void write(String text) throws IOException {
            byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
            wire.write(bytes, 0, bytes.length);
        }

        /** What the kernel has for the peer. */
        String atHand() throws IOException {
            peer.configureBlocking(false);
            try {
                ByteBuffer bytes = ByteBuffer.allocate(64 * 1024);
                while (peer.read(bytes) > 0) {
                    // more may be here
                }
                return text(bytes);
            } finally {
                peer.configureBlocking(true);
            }
        }

        String read(int length) throws IOException {
            ByteBuffer bytes = ByteBuffer.allocate(length);
            while (bytes.hasRemaining() && peer.read(bytes) >= 0) {
                // more comes
            }
            return text(bytes);
        }

        private static String text(ByteBuffer bytes) {
            return StandardCharsets.ISO_8859_1.decode(bytes.flip()).toString();
        }
    }

    /** In one turn of the loop; waits for its end. */
    private void onLoop(Step step) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                step.run();
                done.complete(null);
            } catch (Exception | AssertionError e) {
                done.completeExceptionally(e);
            }
        });
        done.get(30, TimeUnit.SECONDS);
        CompletableFuture<Void> next = new CompletableFuture<>();
        loop.execute(() -> next.complete(null));
        next.get(30, TimeUnit.SECONDS);
    }

    @Test
    void goOutAtTheEndOfTheTurn() throws Exception {
        Pair one = new Pair();
        Pair other = new Pair();

        onLoop(() -> {
            one.write("a");
            other.write("b");
            assertThat(one.atHand() + other.atHand()).isEmpty();
        });

        assertThat(one.read(1)).isEqualTo("a");
        assertThat(other.read(1)).isEqualTo("b");
        assertThat(one.ready.availablePermits())
                .as("nobody is told of what was taken")
                .isZero();
    }

    @Test
    void keepTheOrderOfTheirConnection() throws Exception {
        Pair one = new Pair();
        Pair other = new Pair();

        onLoop(() -> {
            one.write("a");
            one.write("b");
            other.write("x");
            one.write("c");
            other.write("y");
            one.write("d");
        });

        assertThat(one.read(4)).isEqualTo("abcd");
        assertThat(other.read(2)).isEqualTo("xy");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1500, 4096})
    void mayBeMoreThanATurnHolds(int length) throws Exception {
        for (int i = 0; i < 50; i++) {
            new Pair();
        }

        onLoop(() -> {
            for (int i = 0; i < pairs.size(); i++) {
                pairs.get(i).write(Character.toString('0' + i).repeat(length));
            }
        });

        for (int i = 0; i < pairs.size(); i++) {
            assertThat(pairs.get(i).read(length))
                    .isEqualTo(Character.toString('0' + i).repeat(length));
        }
    }

    @Test
    void goOutBeforeALongOne() throws Exception {
        Pair one = new Pair();
        String longer = "b".repeat(4097);

        onLoop(() -> {
            one.write("a");
            one.write(longer);
            assertThat(one.atHand()).isEqualTo("a" + longer);
        });
    }

    @Test
    void goOutBeforeOneOfAnotherThread() throws Exception {
        Pair one = new Pair();

        onLoop(() -> {
            one.write("a");
            CompletableFuture.runAsync(() -> unchecked(() -> one.write("b"))).get(30, TimeUnit.SECONDS);
            assertThat(one.atHand()).isEqualTo("ab");
            one.write("c");
        });

        assertThat(one.read(1)).isEqualTo("c");
    }

    private enum End {
        FLUSH {
            @Override
            void of(ChannelWire wire) throws IOException {
                wire.flush();
            }
        },
        DETACH {
            @Override
            void of(ChannelWire wire) throws IOException {
                wire.detach();
            }
        },
        FINISH {
            @Override
            void of(ChannelWire wire) {
                wire.finish();
            }
        },
        ABORT {
            @Override
            void of(ChannelWire wire) {
                wire.abort();
            }
        };

        abstract void of(ChannelWire wire) throws IOException;
    }

    @ParameterizedTest
    @EnumSource
    void goOutBefore(End end) throws Exception {
        Pair one = new Pair();

        onLoop(() -> {
            one.write("a");
            end.of(one.wire);
            assertThat(one.atHand()).isEqualTo("a");
        });
    }

    @Test
    void goOutBeforeAnotherThreadAborts() throws Exception {
        Pair one = new Pair();

        onLoop(() -> {
            one.write("a");
            CompletableFuture.runAsync(one.wire::abort).get(30, TimeUnit.SECONDS);
            assertThat(one.atHand()).isEqualTo("a");
        });

        assertThat(one.ready.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void areKeptAndToldOfWhenTheKernelDoesNotTakeThem() throws Exception {
        Pair one = new Pair();
        String kilo = "0123456789abcdef".repeat(64);
        StringBuilder all = new StringBuilder();
        while (one.wire.unwritten() == 0) {
            assertThat(one.ready.availablePermits()).isZero();
            onLoop(() -> one.write(kilo));
            all.append(kilo);
        }
        assertThat(one.ready.tryAcquire(30, TimeUnit.SECONDS)).isTrue();

        onLoop(() -> one.write("end"));
        all.append("end");
        one.wire.detach();
        Thread.startVirtualThread(() -> unchecked(() -> one.write("")));

        assertThat(one.read(all.length())).isEqualTo(all.toString());
    }

    /** The peer may have said why before. */
    @Test
    void leaveWhatThePeerSaidToBeReadWhenTheyFail() throws Exception {
        Pair one = new Pair();
        one.peer.write(ByteBuffer.wrap(new byte[] {'z'}));
        assertThat(one.ready.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
        one.wire.finish();
        one.ready.drainPermits();

        onLoop(() -> {
            one.write("a");
            one.ready.drainPermits();
        });

        assertThat(one.ready.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
        byte[] said = new byte[1];
        assertThat(one.wire.read(said, 0, 1)).isEqualTo(1);
        assertThat(said).containsExactly('z');
        one.wire.detach();
        assertThatThrownBy(() -> one.write("b")).isInstanceOf(IOException.class);
    }

    @Test
    void goOutInATurnOfManyBeforeItsEnd() throws Exception {
        for (int i = 0; i < 40; i++) {
            new Pair();
        }
        Semaphore all = new Semaphore(0);
        CompletableFuture<List<String>> seen = new CompletableFuture<>();

        CompletableFuture<Void> waiting = new CompletableFuture<>();
        loop.execute(() -> {
            waiting.complete(null);
            all.acquireUninterruptibly();
        });
        waiting.get(30, TimeUnit.SECONDS); // what follows is the next turn's
        for (Pair pair : pairs) {
            loop.execute(() -> unchecked(() -> pair.write("a")));
        }
        loop.execute(() -> unchecked(() -> {
            List<String> atHand = new ArrayList<>();
            for (Pair pair : pairs) {
                atHand.add(pair.atHand());
            }
            seen.complete(atHand);
        }));
        all.release();

        assertThat(seen.get(30, TimeUnit.SECONDS)).startsWith("a").endsWith("");
    }

    private static void unchecked(Step step) {
        try {
            step.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}

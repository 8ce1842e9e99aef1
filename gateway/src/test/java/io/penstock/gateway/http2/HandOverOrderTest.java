// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.gateway.config.ConfigReader;
import io.penstock.gateway.config.listener.Http2Config;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.exchange.half.RequestHalf;
import io.penstock.gateway.http2.frame.ErrorCode;
import io.penstock.gateway.http2.relay.Relay;
import io.penstock.gateway.http2.stream.Http2Connection;
import io.penstock.gateway.http2.stream.Wakes;
import io.penstock.gateway.wire.Wire;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A relayed request that moves to a thread: whatever has come before, between and after that, the thread reads what was sent, or learns why
 * it cannot. Every order is made by one thread, so that a seed that fails once fails always.
 */
class HandOverOrderTest {
    private static final int SEEDS = 20_000;
    private static final Http2Config CONFIG = config();
    private static final byte[] NOTHING = {};
    private static final Peer CLIENT = new Peer("main", "127.0.0.1", 1, false, false);

    /** What ends a request before its time. */
    private enum Cut {
        RESET(Cause.DOWNSTREAM_GONE) {
            @Override
            void on(Relay relay, Wakes wakes) {
                relay.reset(ErrorCode.CANCEL, wakes);
            }
        },
        BROKEN(Cause.DOWNSTREAM_PROTOCOL) {
            @Override
            void on(Relay relay, Wakes wakes) {
                relay.broken(ErrorCode.PROTOCOL_ERROR, "body is 4 bytes, content-length says 8", wakes);
            }
        },
        LOST(Cause.DOWNSTREAM_GONE) {
            @Override
            void on(Relay relay, Wakes wakes) {
                relay.lost("closed by the peer", wakes);
            }
        },
        REFUSED(Cause.DEADLINE) {
            @Override
            void on(Relay relay, Wakes wakes) {
                relay.refuse(new GatewayException(Cause.DEADLINE, "the time is over"));
            }
        },
        LATE(Cause.REQUEST_TIMEOUT) {
            @Override
            void on(Relay relay, Wakes wakes) {
                relay.late(Cause.REQUEST_TIMEOUT, "no byte of the request body in time", wakes);
            }
        };

        private final Cause cause;

        Cut(Cause cause) {
            this.cause = cause;
        }

        abstract void on(Relay relay, Wakes wakes);
    }

    /** One request: what was sent of it, and what a thread has read. */
    private static final class Scene {
        private final Wakes wakes = new Wakes();
        private final Relay relay;
        private final List<Exchange> opened = new ArrayList<>();
        private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
        private final ByteArrayOutputStream read = new ByteArrayOutputStream();
        private @Nullable RequestHalf half;
        private @Nullable Head trailers;
        private @Nullable Cut cut;
        private boolean ended;

        Scene(int replayBytes) {
            Http2Connection connection = new Http2Connection(new NoWire(), CONFIG, true, new NoRole());
            Head head = new Head()
                    .add(Field.of(":method", "POST"))
                    .add(Field.of(":scheme", "http"))
                    .add(Field.of(":path", "/"));
            relay = new Relay(connection, head, CLIENT, opened::add, exchange -> {}, replayBytes, wakes);
            connection.accept(1, relay, false);
            relay.begin(false);
        }

        void data(byte[] bytes, boolean end) {
            sent.writeBytes(bytes);
            ended |= end;
            relay.data(bytes, 0, bytes.length, end, wakes);
        }

        void trailers() {
            ended = true;
            Head last = new Head().add(Field.of("x-sum", "1"));
            trailers = last;
            relay.trailers(last, wakes);
        }

        void cut(Cut by) {
            cut = by;
            by.on(relay, wakes);
        }

        RequestHalf handOver() {
            RequestHalf taken = opened.getFirst().downstream().half();
            half = taken;
            return taken;
        }

        /** Reads once, if that does not wait. */
        void readSome(RequestHalf from, int most) {
            if (cut == null && from.ready()) {
                byte[] buffer = new byte[most];
                read.write(buffer, 0, Math.max(0, from.read(buffer, 0, most)));
            }
        }

        void rewind(RequestHalf from) {
            if (from.rewind()) {
                read.reset();
            }
        }

        /** The thread comes to its end. */
        void settle(int seed) {
            RequestHalf from = half == null ? handOver() : half;
            Cut by = cut;
            if (by != null) {
                assertThatThrownBy(() -> from.read(new byte[8], 0, 8))
                        .as("seed %d", seed)
                        .isInstanceOfSatisfying(
                                GatewayException.class,
                                e -> assertThat(e.reason()).as("seed %d", seed).isEqualTo(by.cause));
            } else {
                if (!ended) {
                    data(NOTHING, true);
                }
                byte[] buffer = new byte[8];
                for (int count = 0; count >= 0; count = from.read(buffer, 0, buffer.length)) {
                    read.write(buffer, 0, count);
                }
                assertThat(from.trailers()).as("seed %d", seed).isSameAs(trailers);
            }
            assertThat(Arrays.copyOf(sent.toByteArray(), read.size()))
                    .as("seed %d", seed)
                    .isEqualTo(read.toByteArray());
            if (by == null) {
                assertThat(read.size()).as("seed %d", seed).isEqualTo(sent.size());
            }
        }
    }

    private static Http2Config config() {
        return ConfigReader.read("""
                        listeners: [{port: 0}]
                        routes: [{name: all, cluster: c}]
                        clusters: [{name: c, endpoints: ["127.0.0.1:1"]}]
                        """, Map.of()).listeners().getFirst().http2();
    }

    /** DATA that its length disagrees with, and then the move to a thread that was under way. */
    @ParameterizedTest
    @EnumSource
    void tellsTheThreadWhyTheRequestIsOver(Cut cut) {
        Scene scene = new Scene(64);
        scene.data(new byte[4], false);

        scene.cut(cut);

        assertThatThrownBy(() -> scene.handOver().read(new byte[8], 0, 8))
                .isInstanceOfSatisfying(
                        GatewayException.class, e -> assertThat(e.reason()).isEqualTo(cut.cause));
    }

    @Test
    void bringsTheRequestInEveryOrderOfFramesHandOverAndEnd() {
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            Scene scene = new Scene(random.nextInt(12));
            int steps = 1 + random.nextInt(12);
            for (int i = 0; i < steps && scene.cut == null; i++) {
                step(scene, random);
            }
            scene.settle(seed);
        }
    }

    private static void step(Scene scene, Random random) {
        RequestHalf half = scene.half;
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> {
                if (!scene.ended) {
                    byte[] bytes = new byte[random.nextInt(9)];
                    random.nextBytes(bytes);
                    scene.data(bytes, random.nextInt(5) == 0);
                }
            }
            case 3 -> {
                if (!scene.ended && random.nextInt(3) == 0) {
                    scene.trailers();
                }
            }
            case 4 -> {
                if (random.nextInt(3) == 0) {
                    scene.cut(Cut.values()[random.nextInt(Cut.values().length)]);
                }
            }
            case 5 -> scene.handOver();
            case 6 -> {
                if (half != null) {
                    scene.readSome(half, 1 + random.nextInt(8));
                }
            }
            default -> {
                if (half != null) {
                    scene.rewind(half);
                }
            }
        }
    }

    private static final class NoWire implements Wire {
        @Override
        public int read(byte[] buffer, int offset, int length) {
            return -1;
        }

        @Override
        public void write(byte[] buffer, int offset, int length) {}

        @Override
        public void finish() {}

        @Override
        public void abort() {}
    }

    private static final class NoRole implements Http2Connection.Role {
        @Override
        public void opened(int streamId, Head head, boolean oversized, boolean end, Wakes wakes) {}

        @Override
        public void settings(Wakes wakes) {}

        @Override
        public void pong(long opaque, Wakes wakes) {}

        @Override
        public void goaway(int lastStreamId, int code, Wakes wakes) {}

        @Override
        public void streamClosed(Wakes wakes) {}
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Cause;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * An exchange that moves from where its head arrived to a thread, while more of it arrives or it ends: real sockets race the move, many
 * times. Whoever wins, the exchange ends for its own reason, no defect shows, and the gateway serves the next one.
 */
@Timeout(120)
class HandOverTest {
    private static final int TIMES = 400;
    private static final int SEEDS = 120;
    private static final int CALLS = 8;

    /** Why an exchange needs a thread. */
    private enum Way {
        HTTP1_UPSTREAM("", "cluster: origin"),
        HEDGED(", retry: {budget-percent: 100, hedge: {after: 1ms, methods: [GET, PUT]}}", "cluster: origin"),
        LOOK_UP("", "lookup: job");

        private final String cluster;
        private final String route;

        Way(String cluster, String route) {
            this.cluster = cluster;
            this.route = route;
        }

        RunningGateway gateway(Http1Origin origin, Http1Origin other) {
            return RunningGateway.with("""
                            listeners: [{name: main, address: 127.0.0.1, port: 0, http1: {half-close: true}, http2: {max-own-resets: 1000000, max-resets: 1000000}}]
                            routes: [{name: all, %1$s}]
                            clusters: [{name: origin, endpoints: ["%2$s", "%3$s"], upstream: {protocol: http1}%4$s}]
                            lookups: [{name: job, store: jobs, key: "${x-job}", upstream: {protocol: http1}}]
                            stores: [{name: jobs, embedded: {seed: {a: "%2$s", b: "%3$s"}}}]
                            admin: {port: 0}
                            access-log: {output: none}
                            """.formatted(route, origin.address(), other.address(), cluster))
                    .start();
        }
    }

    private final Defects defects = new Defects();

    @AfterEach
    void stopListening() {
        defects.close();
    }

    private static byte[] head(int stream, boolean end, String... fields) {
        return FramePeer.bytes(
                WireFrame.HEADERS,
                WireFrame.END_HEADERS | (end ? WireFrame.END_STREAM : 0),
                stream,
                FramePeer.block(fields));
    }

    private static byte[] put(int stream, String job, String... more) {
        return head(
                stream,
                false,
                FramePeer.joined(
                        new String[] {
                            ":method", "PUT", ":scheme", "http", ":authority", "a.test", ":path", "/", "x-job", job
                        },
                        more));
    }

    private static byte[] data(int stream, int bytes, boolean end) {
        return FramePeer.bytes(WireFrame.DATA, end ? WireFrame.END_STREAM : 0, stream, new byte[bytes]);
    }

    /** In one write, so that DATA races the move; and in two, so that it comes when the move is done or nearly so. */
    @ParameterizedTest
    @EnumSource
    void endsARequestWhoseLengthIsWrongForThatReason(Way way) {
        try (Http1Origin origin = Http1Origin.echoing();
                Http1Origin other = Http1Origin.echoing();
                RunningGateway gateway = way.gateway(origin, other)) {
            FramePeer client = gateway.client();
            for (int i = 0; i < TIMES; i++) {
                int call = client.newStream();
                // a key of its own each time: the look-up has to ask, and so takes a thread
                byte[] head = put(call, i % 2 == 0 ? "a" : "b" + i, "content-length", "8");
                byte[] body = FramePeer.joined(data(call, 4, false), data(call, 0, true));
                if (i % 2 == 0) {
                    client.raw(FramePeer.joined(head, body));
                } else {
                    client.raw(head);
                    client.raw(body);
                }

                assertThat(gateway.ended().cause()).isIn(Cause.DOWNSTREAM_PROTOCOL, unknownKey(way));
            }

            assertThat(defects.found()).isEmpty();
            assertServes(gateway, "get /last");
        }
    }

    /** A look-up may find out that it knows no such key before the body is wrong. */
    private static Cause unknownKey(Way way) {
        return way == Way.LOOK_UP ? Cause.KEY_UNKNOWN : Cause.DOWNSTREAM_PROTOCOL;
    }

    private static void assertServes(RunningGateway gateway, String answer) {
        FramePeer client = gateway.client();
        int call = client.open(
                true, ":method", "GET", ":scheme", "http", ":authority", "a.test", ":path", "/last", "x-job", "a");
        assertThat(client.awaitHead(call).status()).isEqualTo("200");
        assertThat(client.awaitRest(call).text()).isEqualTo(answer);
    }

    @ParameterizedTest
    @EnumSource
    void survivesFramesInEveryOrder(Way way) throws IOException {
        try (Http1Origin origin = Http1Origin.following(HandOverTest::answerSomehow);
                Http1Origin other = Http1Origin.following(HandOverTest::answerSomehow);
                RunningGateway gateway = way.gateway(origin, other)) {
            for (int seed = 0; seed < SEEDS; seed++) {
                Random random = new Random(seed);
                try (FramePeer client = FramePeer.connect(gateway.address())) {
                    talk(client, random);
                    client.finish();
                    client.awaitEnd();
                } catch (UncheckedIOException e) {
                    // the gateway has closed the connection already, as it may
                }
                // the first has been read in any case; a wrong frame may have ended the connection before the others
                do {
                    assertThat(gateway.ended().cause()).as("seed %d", seed).isNotEqualTo(Cause.INTERNAL);
                } while (gateway.endedCount() > 0);
            }

            assertThat(defects.found()).isEmpty();
            gateway.awaitNoStreams();
            while (gateway.endedCount() > 0) {
                assertThat(gateway.ended().cause()).isNotEqualTo(Cause.INTERNAL);
            }
            assertServes(gateway, "whole");
        }
    }

    /** So many calls, each of a few frames that belong together or do not, cut into writes by chance. */
    private static void talk(FramePeer client, Random random) {
        List<List<byte[]>> calls = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            calls.add(call(client.newStream(), random));
        }
        ByteArrayOutputStream write = new ByteArrayOutputStream();
        // heads in the order of their streams, the rest as it comes
        for (List<byte[]> call : calls) {
            write.writeBytes(call.removeFirst());
            mix(client, calls.subList(0, calls.indexOf(call) + 1), random, write, random.nextInt(4));
        }
        mix(client, calls, random, write, Integer.MAX_VALUE);
        client.raw(write.toByteArray());
    }

    private static void mix(
            FramePeer client, List<List<byte[]>> calls, Random random, ByteArrayOutputStream write, int most) {
        for (int i = 0; i < most; i++) {
            List<List<byte[]>> left =
                    calls.stream().filter(call -> !call.isEmpty()).toList();
            if (left.isEmpty()) {
                return;
            }
            write.writeBytes(left.get(random.nextInt(left.size())).removeFirst());
            if (random.nextInt(3) == 0) {
                client.raw(write.toByteArray());
                write.reset();
            }
        }
    }

    private static List<byte[]> call(int stream, Random random) {
        List<byte[]> frames = new ArrayList<>();
        String job = random.nextBoolean() ? "a" : random.nextBoolean() ? "b" : "none-" + random.nextInt(1000);
        int length = random.nextInt(3) == 0 ? -1 : random.nextInt(12);
        String way = String.valueOf(random.nextInt(6));
        frames.add(
                length < 0
                        ? put(stream, job, "x-way", way)
                        : put(stream, job, "x-way", way, "content-length", String.valueOf(length)));
        for (int i = random.nextInt(4); i > 0; i--) {
            frames.add(data(stream, random.nextInt(9), false));
        }
        switch (random.nextInt(6)) {
            case 0 -> frames.add(FramePeer.bytes(WireFrame.RST_STREAM, 0, stream, FramePeer.int32(8)));
            case 1 -> frames.add(head(stream, true, "x-sum", "1"));
            case 2 -> frames.add(FramePeer.bytes(WireFrame.WINDOW_UPDATE, 0, stream, FramePeer.int32(0)));
            case 3 -> {} // the end of the connection ends it
            default -> frames.add(data(stream, random.nextInt(9), true));
        }
        return frames;
    }

    /** As the request says: at once, after its body, in pieces, never, or by an end. */
    private static void answerSomehow(Http1Origin.Connection connection) throws IOException {
        while (true) {
            String head = connection.head();
            int way = head.indexOf("x-way: ");
            switch (way < 0 ? '1' : head.charAt(way + 7)) {
                case '0' -> {
                    connection.answer("early");
                    return;
                }
                case '1', '2' -> {
                    body(connection, head);
                    connection.answer("whole");
                }
                case '3' -> {
                    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
                    body(connection, head);
                    connection.send("0\r\nx-sum: 1\r\n\r\n");
                }
                case '4' -> {
                    connection.reset();
                    return;
                }
                default -> {
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf");
                    return;
                }
            }
        }
    }

    private static void body(Http1Origin.Connection connection, String head) throws IOException {
        if (head.toLowerCase(java.util.Locale.ROOT).contains("transfer-encoding")) {
            connection.until("0\r\n");
            connection.until("\r\n");
        } else {
            connection.text(Http1Origin.length(head));
        }
    }
}

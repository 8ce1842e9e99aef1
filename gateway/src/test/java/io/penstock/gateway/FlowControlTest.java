// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlowControlTest {
    private static final byte[] EMPTY = {};
    private static final int WINDOW = 256 * 1024; // default stream-window-bytes
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int MAX_FRAME_SIZE = 5;
    private static final int HEADER_TABLE_SIZE = 1;

    @RegisterExtension
    final RunningGateway gateway = RunningGateway.toOrigin();

    @Test
    void stopsTheOriginWhenTheClientDoesNotRead() {
        FramePeer client = gateway.client().withoutCredit();
        int call = client.grpc();
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        origin.grpcResponse(1);

        int sent = sendUntilStopped(origin, client, 1);

        // what the client's window took, what was given back for it, and what waits
        assertThat(sent).isBetween(WINDOW, 65_535 + WINDOW);
        assertThat(client.awaitHead(call).status()).isEqualTo("200");
        assertThat(client.awaitData(call, 65_535)).hasSize(65_535);
        assertThat(client.pending(call)).isEmpty();
    }

    @Test
    void stopsTheClientWhenTheOriginDoesNotRead() {
        gateway.origin().prepare(FramePeer::withoutCredit);
        FramePeer client = gateway.client();
        int call = client.grpc();
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);

        int sent = sendUntilStopped(client, origin, call);

        assertThat(sent).isBetween(WINDOW, 65_535 + WINDOW);
    }

    /** Sends while the windows allow it; returns how many bytes went. */
    private static int sendUntilStopped(FramePeer from, FramePeer to, int stream) {
        int sent = 0;
        from.awaitWindow(stream, WINDOW);
        while (true) {
            long most = Math.min(16_384, from.sendable(stream));
            if (most == 0) {
                to.roundTrip();
                from.roundTrip();
                to.roundTrip();
                from.roundTrip();
                if (from.sendable(stream) == 0) {
                    return sent;
                }
                continue;
            }
            from.data(stream, new byte[(int) most], false);
            sent += (int) most;
        }
    }

    @Test
    void servesOtherStreamsOfTheConnectionWhileOneIsStopped() {
        FramePeer slow = gateway.client().withoutCredit();
        FramePeer fast = gateway.client();
        int stopped = slow.grpc();
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        origin.grpcResponse(1);
        sendUntilStopped(origin, slow, 1);

        int call = fast.grpc();
        fast.data(call, EMPTY, true);
        origin.awaitHead(3);
        origin.grpcResponse(3);
        origin.dataWithinWindows(3, new byte[16 * 1024 * 1024], 16_384, true);

        fast.awaitHead(call);
        assertThat(fast.awaitRest(call).body()).hasSize(16 * 1024 * 1024);
        assertThat(slow.awaitHead(stopped).status()).isEqualTo("200");
    }

    @Test
    void servesOtherStreamsOfTheClientWhileOneUploadIsStopped() {
        gateway.origin().prepare(FramePeer::withoutCredit);
        FramePeer client = gateway.client();
        int stopped = client.grpc();
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        sendUntilStopped(client, origin, stopped);
        origin.windowUpdate(0, 1_000_000); // the connection may, the stream may not

        int call = client.grpc();
        client.data(call, "small", true);

        origin.awaitHead(3);
        assertThat(origin.awaitRest(3).text()).isEqualTo("small");
    }

    @Test
    void keepsLittleOfALongResponseWhileItsReaderStalls() throws InterruptedException {
        FramePeer client = gateway.client().withoutCredit();
        int call = client.grpc();
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        origin.grpcResponse(1);
        client.awaitHead(call);
        int rest = 64 * 1024 * 1024;
        byte[] chunk = new byte[16_384];
        long before = UsedHeap.bytes();

        int sent = sendUntilStopped(origin, client, 1);
        UsedHeap.awaitAtMost(before + 2L * 1024 * 1024); // with what waits for the reader that stalls
        Thread producer = Thread.ofVirtual().start(() -> {
            for (int at = 0; at < rest; at += chunk.length) {
                origin.dataWithinWindows(1, chunk, chunk.length, false);
            }
        });
        int received = 0;
        int owed = 0;
        while (received < sent + rest) {
            int size = client.await(call, WireFrame.DATA).payload().length;
            received += size;
            owed += size;
            if (owed >= 32_000) {
                client.windowUpdate(0, owed);
                client.windowUpdate(call, owed);
                owed = 0;
            }
        }
        producer.join();

        UsedHeap.awaitAtMost(before + 2L * 1024 * 1024);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void losesAndReordersNothing(long seed) throws NoSuchAlgorithmException, InterruptedException {
        Random random = new Random(seed);
        gateway.origin().settings(INITIAL_WINDOW_SIZE, 1 + random.nextInt(100_000));
        FramePeer client =
                gateway.client(INITIAL_WINDOW_SIZE, 1 + random.nextInt(100_000)).withoutCredit();
        gateway.origin().prepare(FramePeer::withoutCredit);
        int call = client.grpc();
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        origin.grpcResponse(1);
        client.awaitHead(call);
        byte[] up = bytes(random, 500_000);
        byte[] down = bytes(random, 500_000);
        AtomicReference<byte[]> received = new AtomicReference<>(EMPTY);

        Thread upload = Thread.ofVirtual().start(() -> chopped(client, call, up, new Random(seed)));
        Thread download = Thread.ofVirtual().start(() -> chopped(origin, 1, down, new Random(-seed)));
        Thread reader = Thread.ofVirtual().start(() -> received.set(collected(origin, 1, new Random(seed + 100))));
        byte[] answer = collected(client, call, new Random(seed + 200));
        upload.join();
        download.join();
        reader.join();

        assertThat(hash(answer)).isEqualTo(hash(down));
        assertThat(hash(Objects.requireNonNull(received.get()))).isEqualTo(hash(up));
    }

    private static byte[] bytes(Random random, int most) {
        byte[] bytes = new byte[most / 2 + random.nextInt(most / 2)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Sends in frames of random sizes, many of them tiny. */
    private static void chopped(FramePeer from, int stream, byte[] bytes, Random random) {
        int at = 0;
        while (at < bytes.length) {
            int size = Math.min(
                    bytes.length - at, 1 + (random.nextInt(4) == 0 ? random.nextInt(16_384) : random.nextInt(200)));
            int now = Math.min(size, from.awaitWindow(stream, 1));
            from.data(stream, Arrays.copyOfRange(bytes, at, at + now), at + now == bytes.length);
            at += now;
        }
    }

    /** Reads to the end of the stream and gives windows back in random portions. */
    private static byte[] collected(FramePeer to, int stream, Random random) {
        var body = new ByteArrayOutputStream();
        int owed = 0;
        while (true) {
            // one byte at least is always given back, so that the other side never stops for good
            WireFrame frame = to.await(stream, WireFrame.DATA);
            body.writeBytes(frame.payload());
            owed += frame.payload().length;
            if (frame.end()) {
                return body.toByteArray();
            }
            int now = random.nextBoolean() ? owed : Math.min(owed, 1 + random.nextInt(5_000));
            to.windowUpdate(stream, now);
            to.windowUpdate(0, now);
            owed -= now;
        }
    }

    private static byte[] hash(byte[] bytes) throws NoSuchAlgorithmException {
        return MessageDigest.getInstance("SHA-256").digest(bytes);
    }

    @Test
    void givesTheConnectionsWindowBackForCancelledStreams() {
        FramePeer client = gateway.client().withoutCredit();
        FramePeer origin = null;
        byte[] unread = new byte[100_000]; // 150 of them are three times the connection's window
        for (int i = 0; i < 150; i++) {
            int call = client.grpc();
            origin = origin == null ? gateway.origin().connection() : origin;
            int stream = 1 + 2 * i;
            origin.awaitHead(stream);
            origin.grpcResponse(stream);
            origin.dataWithinWindows(stream, unread, 16_384, false);
            client.awaitHead(call);
            client.reset(call, WireFrame.CANCEL);
            origin.await(stream, WireFrame.RST_STREAM);
        }
        FramePeer fresh = gateway.client();
        int call = fresh.grpc();
        Objects.requireNonNull(origin).awaitHead(301);

        origin.grpcResponse(301);
        origin.dataWithinWindows(301, new byte[1_000_000], 16_384, true);

        fresh.awaitHead(call);
        assertThat(fresh.awaitRest(call).body()).hasSize(1_000_000);
    }

    @Test
    void givesTheClientsConnectionWindowBackForCancelledUploads() {
        gateway.origin().prepare(FramePeer::withoutCredit);
        FramePeer client = gateway.client();
        byte[] unread = new byte[100_000];
        FramePeer origin = null;
        for (int i = 0; i < 150; i++) {
            int call = client.grpc();
            origin = origin == null ? gateway.origin().connection() : origin;
            int stream = 1 + 2 * i;
            origin.awaitHead(stream);
            client.dataWithinWindows(call, unread, 16_384, false);
            origin.reset(stream, WireFrame.INTERNAL_ERROR);
            assertThat(client.awaitHead(call).value("grpc-status")).isEqualTo("14");
        }

        client.awaitWindow(client.grpc(), WINDOW);

        assertThat(client.connectionWindow()).isGreaterThan(WINDOW);
    }

    @Test
    void sendsNothingIntoAWindowThatShrankBelowZero() {
        FramePeer client = gateway.client();
        gateway.origin().prepare(FramePeer::withoutCredit);
        int call = client.post("/");
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        client.data(call, new byte[10_000], false);
        origin.awaitData(1, 10_000);

        origin.settings(INITIAL_WINDOW_SIZE, 5_000); // the stream's window is -5000 now
        origin.roundTrip();
        client.data(call, "waits", true);
        client.roundTrip();
        origin.windowUpdate(1, 5_000); // 0
        origin.roundTrip();
        assertThat(origin.pending(1)).isEmpty();
        origin.windowUpdate(1, 2);
        assertThat(origin.next(1).text()).isEqualTo("wa");
        origin.settings(INITIAL_WINDOW_SIZE, 5_003);

        assertThat(origin.awaitRest(1).text()).isEqualTo("its");
    }

    @Test
    void sendsTrailersOnlyAfterWhatWaitsForAWindow() {
        FramePeer client = gateway.client(INITIAL_WINDOW_SIZE, 0);
        client.roundTrip();
        int call = client.grpc();
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);

        origin.grpcAnswer(1, "answer");
        client.awaitHead(call);
        origin.roundTrip();
        client.roundTrip();
        assertThat(client.pending(call)).isEmpty();
        client.windowUpdate(call, 3);
        assertThat(client.next(call).text()).isEqualTo("ans");
        client.windowUpdate(call, 3);

        assertThat(client.awaitRest(call).text()).isEqualTo("wer");
    }

    @Test
    void endsAStreamWithoutBytesInAClosedWindow() {
        gateway.origin().settings(INITIAL_WINDOW_SIZE, 0);
        FramePeer client = gateway.client();
        int call = client.grpc();
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);

        client.data(call, EMPTY, true);

        assertThat(origin.next(1).end()).isTrue();
    }

    /** What waits in one piece is what was kept before there was a connection; frames that arrive one by one are sent on as they are. */
    @Test
    void sendsFramesAsLargeAsThePeerTakesThem() {
        FramePeer client = gateway.client();
        gateway.origin().settings((long[]) null);
        int call = client.post("/");
        FramePeer origin = gateway.origin().connection();
        client.data(call, new byte[16_384], false);
        client.data(call, new byte[16_384], false);
        client.data(call, new byte[16_384], true);
        client.roundTrip();

        origin.settings(MAX_FRAME_SIZE, 32_768);

        origin.awaitHead(1);
        assertThat(origin.next(1).payload()).hasSize(32_768);
        assertThat(origin.next(1).payload()).hasSize(16_384);
    }

    @Test
    void sendsNoFrameThatIsLargerThanThePeerTakes() {
        FramePeer client = gateway.client();
        gateway.origin().settings((long[]) null);
        int call = client.post("/");
        FramePeer origin = gateway.origin().connection();
        client.data(call, new byte[16_384], false);
        client.data(call, new byte[16_384], true);
        client.roundTrip();

        origin.settings();

        origin.awaitHead(1);
        assertThat(origin.next(1).payload()).hasSize(16_384);
        assertThat(origin.next(1).payload()).hasSize(16_384);
    }

    @Test
    void worksWithAPeerThatAllowsNoHeaderTable() throws Exception {
        FramePeer client = gateway.client();
        client.decoderTable(0);
        client.settings(HEADER_TABLE_SIZE, 0);
        client.roundTrip();
        FramePeer origin = null;
        for (int i = 0; i < 3; i++) {
            int call = client.get("/");
            origin = origin == null ? gateway.origin().connection() : origin;
            origin.awaitHead(1 + 2 * i);
            if (i == 1) {
                origin.decoderTable(0);
                origin.settings(HEADER_TABLE_SIZE, 0);
                origin.roundTrip();
            }
            origin.head(1 + 2 * i, true, ":status", "200", "x-same", "value");
            assertThat(client.awaitHead(call).value("x-same")).isEqualTo("value");
        }
    }

    @Test
    void ignoresSettingsThatItDoesNotKnow() {
        FramePeer client = gateway.client(8, 1, 9, 1, 0x7777, 5);
        gateway.origin().settings(8, 1, 9, 1, 0x8888, 6);
        int call = client.get("/");
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        origin.head(1, true, ":status", "204");

        assertThat(client.awaitHead(call).status()).isEqualTo("204");
        assertThat(client.await(
                        "acknowledgement", frame -> frame.type() == WireFrame.SETTINGS && frame.flag(WireFrame.ACK)))
                .isNotNull();
    }

    @Test
    void resetsAStreamWhoseWindowOverflows() {
        FramePeer client = gateway.client();
        int call = client.grpc();
        gateway.origin().connection().awaitHead(1);

        client.windowUpdate(call, Integer.MAX_VALUE);

        assertThat(client.await(call, WireFrame.RST_STREAM).code()).isEqualTo(WireFrame.FLOW_CONTROL_ERROR);
    }

    @Test
    void endsAConnectionWhosePeerOverrunsAWindow() {
        gateway.origin().prepare(FramePeer::withoutCredit);
        FramePeer client = gateway.client();
        int call = client.post("/");
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        sendUntilStopped(client, origin, call);

        client.data(call, new byte[16_384], false);

        assertThat(client.await(0, WireFrame.GOAWAY).code()).isEqualTo(WireFrame.FLOW_CONTROL_ERROR);
        assertThat(origin.await(1, WireFrame.RST_STREAM).code()).isEqualTo(WireFrame.CANCEL);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.half.Half;
import io.penstock.gateway.exchange.half.RequestHalf;
import io.penstock.gateway.http2.UpstreamConnection;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Streams of either role in blocking style: what the frame relay does for frames, for threads. */
class HalvesTest {
    private static final byte[] EMPTY = {};
    private static final int WINDOW = 256 * 1024; // default stream-window-bytes
    private static final int MAX_CONCURRENT_STREAMS = 3;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int REPLAY = 1_024;

    @RegisterExtension
    final BareTransports transports = new BareTransports("replay-bytes: 1KiB");

    @Test
    void passHeadsBodiesAndTrailersBothWays() {
        FramePeer origin = transports.connect();
        FramePeer client = transports.client();
        int call = client.post("/upload");
        client.data(call, "question", false);
        client.head(call, true, "x-checksum", "42");

        assertThat(origin.awaitHead(1).value(":path")).isEqualTo("/upload");
        FramePeer.Rest request = origin.awaitRest(1);
        origin.head(1, false, ":status", "201", "x-found", "yes");
        origin.data(1, "answer", false);
        origin.head(1, true, "x-sum", "43");

        assertThat(request.text()).isEqualTo("question");
        assertThat(request.trailer().value("x-checksum")).isEqualTo("42");
        WireFrame head = client.awaitHead(call);
        assertThat(head.status()).isEqualTo("201");
        assertThat(head.value("x-found")).isEqualTo("yes");
        FramePeer.Rest response = client.awaitRest(call);
        assertThat(response.text()).isEqualTo("answer");
        assertThat(response.trailer().value("x-sum")).isEqualTo("43");
        Exchange exchange = transports.ended();
        assertThat(exchange.cause()).isNull();
        assertThat(exchange.status()).isEqualTo(201);
        assertThat(exchange.requestBytes()).isEqualTo(8);
        assertThat(exchange.responseBytes()).isEqualTo(6);
        assertThat(exchange.attempts()).isEqualTo(1);
        assertThat(transports.told()).containsExactly("attempt started", "attempt responded 201", "attempt ended null");
    }

    @Test
    void passAHeadAloneAsOne() {
        FramePeer origin = transports.connect();
        FramePeer client = transports.client();
        int call = client.get("/");

        assertThat(origin.awaitHead(1).end()).isTrue();
        origin.head(1, true, ":status", "204");

        assertThat(client.awaitHead(call).status()).isEqualTo("204");
        assertThat(transports.ended().cause()).isNull();
    }

    @Test
    void passInterimHeadsBeforeTheFinalOne() {
        FramePeer origin = transports.connect();
        FramePeer client = transports.client();
        int call = client.post("/", "expect", "100-continue");
        origin.awaitHead(1);

        origin.head(1, false, ":status", "100");
        assertThat(client.awaitHead(call).status()).isEqualTo("100");
        client.data(call, "now", true);
        assertThat(origin.awaitRest(1).text()).isEqualTo("now");
        origin.head(1, true, ":status", "200");

        assertThat(client.awaitHead(call).status()).isEqualTo("200");
    }

    @Test
    void noteTheGrpcStatusOfTheTrailers() {
        FramePeer origin = transports.connect();
        FramePeer client = transports.client();
        int call = client.grpc();
        client.data(call, EMPTY, true);
        origin.awaitHead(1);
        origin.grpcResponse(1);
        origin.head(1, true, "grpc-status", "5");

        client.awaitHead(call);
        assertThat(client.awaitRest(call).trailer().value("grpc-status")).isEqualTo("5");
        assertThat(transports.ended().grpcStatus()).isEqualTo(5);
        assertThat(transports.told()).last().isEqualTo("attempt ended null 5");
    }

    @Test
    void stopTheOriginWhenTheClientDoesNotRead() {
        FramePeer origin = transports.connect();
        FramePeer client = transports.client().withoutCredit();
        int call = client.get("/");
        origin.awaitHead(1);
        origin.head(1, false, ":status", "200");
        client.awaitHead(call);

        long sent = sendUntilStopped(origin, 1);

        // what the client's window took, what is unwritten, what was being copied, and what waits unread
        assertThat(sent).isBetween(2L * WINDOW, 65_535 + 2L * WINDOW + 32_768);
        client.reset(call, WireFrame.CANCEL);
        assertThat(origin.await(1, WireFrame.RST_STREAM).code()).isEqualTo(WireFrame.CANCEL);
    }

    @Test
    void stopTheClientWhenTheOriginDoesNotRead() {
        transports.origin().prepare(FramePeer::withoutCredit);
        FramePeer origin = transports.connect();
        FramePeer client = transports.client();
        int call = client.post("/");
        origin.awaitHead(1);

        long sent = sendUntilStopped(client, call);

        assertThat(sent).isBetween(2L * WINDOW, 65_535 + 2L * WINDOW + 32_768);
        origin.reset(1, WireFrame.INTERNAL_ERROR);
        assertThat(client.awaitHead(call).status()).isEqualTo("502");
    }

    /** Sends until no window has come for a while; how many bytes went. */
    private static long sendUntilStopped(FramePeer from, int stream) {
        long sent = 0;
        from.awaitWindow(stream, WINDOW);
        while (true) {
            long most = Math.min(16_384, from.sendable(stream));
            if (most > 0) {
                from.data(stream, new byte[(int) most], false);
                sent += most;
                continue;
            }
            // the copying threads are not in step with the connection: give them time to stop
            long quietSince = System.nanoTime();
            while (from.sendable(stream) == 0) {
                if (System.nanoTime() - quietSince > 300_000_000) {
                    return sent;
                }
                LockSupport.parkNanos(2_000_000);
            }
        }
    }

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void passAHundredMegabytesEachWayInConstantMemory() throws InterruptedException {
        transports.origin().settings(INITIAL_WINDOW_SIZE, 1024 * 1024);
        transports.origin().prepare(FramePeer::withoutCredit);
        FramePeer origin = transports.connect();
        FramePeer client = transports.client(INITIAL_WINDOW_SIZE, 1024 * 1024).withoutCredit();
        client.windowUpdate(0, 1024 * 1024);
        origin.windowUpdate(0, 1024 * 1024);
        int call = client.post("/");
        origin.awaitHead(1);
        origin.head(1, false, ":status", "200");
        client.awaitHead(call);
        int half = 50 * 1024 * 1024;
        long before = UsedHeap.bytes();

        exchange(client, call, origin, half);
        // four windows and what the peers have not taken; of bodies that are kept it would be a hundred
        UsedHeap.awaitAtMost(before + 16L * 1024 * 1024);
        long midway = UsedHeap.bytes();
        exchange(client, call, origin, half);

        UsedHeap.awaitAtMost(midway + 8L * 1024 * 1024);
        client.data(call, EMPTY, true);
        origin.data(1, EMPTY, true);
        Exchange exchange = transports.ended();
        assertThat(exchange.cause()).isNull();
        assertThat(exchange.requestBytes()).isEqualTo(2L * half);
        assertThat(exchange.responseBytes()).isEqualTo(2L * half);
    }

    /** Passes so many bytes each way at the same time, which stay on their way no longer than their readers take. */
    private static void exchange(FramePeer client, int call, FramePeer origin, int bytes) throws InterruptedException {
        Thread up = Thread.ofVirtual().start(() -> produce(client, call, bytes));
        Thread down = Thread.ofVirtual().start(() -> produce(origin, 1, bytes));
        Thread taken = Thread.ofVirtual().start(() -> consume(origin, 1, bytes));
        consume(client, call, bytes);
        taken.join();
        up.join();
        down.join();
    }

    private static void produce(FramePeer from, int stream, int total) {
        byte[] chunk = new byte[16_384];
        for (int sent = 0; sent < total; sent += chunk.length) {
            from.dataWithinWindows(stream, chunk, chunk.length, false);
        }
    }

    private static void consume(FramePeer to, int stream, int total) {
        int got = 0;
        int owed = 0;
        while (got < total) {
            int size = to.await(stream, WireFrame.DATA).payload().length;
            got += size;
            owed += size;
            if (owed >= 256 * 1024 || got == total) {
                to.windowUpdate(0, owed);
                to.windowUpdate(stream, owed);
                owed = 0;
            }
        }
    }

    @Test
    void passTheClientsCancelOn() {
        FramePeer origin = transports.connect();
        FramePeer client = transports.client();
        int call = client.post("/");
        origin.awaitHead(1);

        client.reset(call, WireFrame.CANCEL);

        assertThat(origin.await(1, WireFrame.RST_STREAM).code()).isEqualTo(WireFrame.CANCEL);
        assertThat(transports.ended().cause()).isEqualTo(Cause.DOWNSTREAM_GONE);
        assertThat(transports.told()).last().isEqualTo("attempt ended DOWNSTREAM_GONE");
    }

    @Test
    void refuseTheExchangeWhoseUpstreamResets() {
        FramePeer origin = transports.connect();
        FramePeer client = transports.client();
        int call = client.get("/");
        origin.awaitHead(1);

        origin.reset(1, WireFrame.INTERNAL_ERROR);

        assertThat(client.awaitHead(call).status()).isEqualTo("502");
        assertThat(transports.ended().cause()).isEqualTo(Cause.UPSTREAM_RESET);
        assertThat(transports.told()).containsExactly("attempt started", "attempt ended UPSTREAM_RESET");
    }

    @Test
    void resetTheResponseThatBreaksOff() {
        FramePeer origin = transports.connect();
        FramePeer client = transports.client();
        int call = client.get("/");
        origin.awaitHead(1);
        origin.head(1, false, ":status", "200");
        client.awaitHead(call);

        origin.abort();

        client.await(call, WireFrame.RST_STREAM);
        assertThat(transports.ended().cause()).isEqualTo(Cause.UPSTREAM_RESET);
    }

    @Test
    void sayThatARefusedStreamWasNotProcessed() {
        FramePeer origin = transports.connect();
        FramePeer client = transports.client();
        client.get("/");
        origin.awaitHead(1);

        origin.reset(1, WireFrame.REFUSED_STREAM);

        assertThat(transports.ended().cause()).isEqualTo(Cause.UPSTREAM_REFUSED).matches(Cause::unprocessed);
    }

    @Test
    void sayThatAStreamAboveTheLastOfAGoawayWasNotProcessed() {
        FramePeer origin = transports.connect();
        FramePeer client = transports.client();
        client.get("/");
        origin.awaitHead(1);

        origin.goaway(0, WireFrame.NO_ERROR);

        assertThat(transports.ended().cause()).isEqualTo(Cause.UPSTREAM_GOAWAY);
    }

    @Test
    void sendNothingWhenTheConnectionGoesAwayBeforeTheHead() {
        LinkedBlockingQueue<Object> found = new LinkedBlockingQueue<>();
        FramePeer origin = transports.connect();
        transports.handle(exchange -> exchange.downstream().offload(() -> {
            Half up = transports.connection().openHalf(exchange);
            origin.goaway(0, WireFrame.NO_ERROR);
            origin.roundTrip();
            found.add(up == null ? "no stream" : thrown(() -> up.send(exchange.request(), true)));
            exchange.downstream().refuse(new GatewayException(Cause.UPSTREAM_GOAWAY, "seen"));
        }));

        transports.client().get("/");

        assertThat(taken(found)).isEqualTo(Cause.UPSTREAM_GOAWAY);
        assertThat(transports.ended().attempts()).isZero();
    }

    private static Object thrown(Runnable step) {
        try {
            step.run();
            return "nothing thrown";
        } catch (GatewayException e) {
            return e.reason();
        }
    }

    private static <T> T taken(LinkedBlockingQueue<T> queue) {
        try {
            T value = queue.poll(FramePeer.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            if (value == null) {
                throw new AssertionError("nothing came");
            }
            return value;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void endTheUploadWhoseAnswerIsComplete() {
        FramePeer origin = transports.connect();
        FramePeer client = transports.client();
        int call = client.post("/");
        client.data(call, "much ", false);
        origin.awaitHead(1);

        origin.head(1, false, ":status", "413");
        origin.data(1, "too much", true);
        origin.reset(1, WireFrame.NO_ERROR);

        assertThat(client.awaitHead(call).status()).isEqualTo("413");
        assertThat(client.awaitRest(call).text()).isEqualTo("too much");
        assertThat(client.await(call, WireFrame.RST_STREAM).code()).isEqualTo(WireFrame.NO_ERROR);
        Exchange exchange = transports.ended();
        assertThat(exchange.cause()).isNull();
        assertThat(exchange.status()).isEqualTo(413);
        assertThat(transports.told()).last().isEqualTo("attempt ended null");
    }

    @Test
    void wakeBothThreadsAtADeadline() {
        LinkedBlockingQueue<Exchange> opened = new LinkedBlockingQueue<>();
        FramePeer origin = transports.connect();
        transports.handle(exchange -> {
            opened.add(exchange);
            transports.forward(exchange);
        });
        FramePeer client = transports.client();
        int call = client.post("/");
        origin.awaitHead(1);

        taken(opened).downstream().refuse(new GatewayException(Cause.DEADLINE, "time is up"));

        assertThat(client.awaitHead(call).status()).isEqualTo("504");
        assertThat(origin.await(1, WireFrame.RST_STREAM).code()).isEqualTo(WireFrame.CANCEL);
        assertThat(transports.ended().cause()).isEqualTo(Cause.DEADLINE);
        assertThat(transports.told()).containsExactly("attempt started", "attempt ended DEADLINE");
    }

    @Test
    void wakeTheThreadWhoseAttemptTakesTooLong() {
        LinkedBlockingQueue<Exchange> opened = new LinkedBlockingQueue<>();
        FramePeer origin = transports.connect();
        transports.handle(exchange -> {
            opened.add(exchange);
            transports.forward(exchange);
        });
        FramePeer client = transports.client();
        int call = client.get("/");
        origin.awaitHead(1);

        taken(opened).downstream().failAttempt(new GatewayException(Cause.FIRST_BYTE_TIMEOUT, "late"));

        assertThat(origin.await(1, WireFrame.RST_STREAM).code()).isEqualTo(WireFrame.CANCEL);
        assertThat(client.awaitHead(call).status()).isEqualTo("504");
        assertThat(transports.told()).containsExactly("attempt started", "attempt ended FIRST_BYTE_TIMEOUT");
    }

    @Test
    void sayWhetherReadingWouldWait() {
        LinkedBlockingQueue<Object> found = new LinkedBlockingQueue<>();
        transports.handle(exchange -> exchange.downstream().offload(() -> {
            RequestHalf down = exchange.downstream().half();
            found.add(down.ready());
            down.read(new byte[1], 0, 1);
            found.add(down.ready());
            down.read(new byte[1], 0, 1);
            found.add(down.ready());
            exchange.downstream().refuse(new GatewayException(Cause.NO_ENDPOINT, "seen"));
        }));
        FramePeer client = transports.client();
        int call = client.post("/");

        assertThat(taken(found)).isEqualTo(false);
        client.data(call, "ab", false);

        assertThat(taken(found)).isEqualTo(true);
        assertThat(taken(found)).isEqualTo(false);
        assertThat(client.awaitHead(call).status()).isEqualTo("503");
    }

    @Test
    void wakeAThreadThatWaitsForAWindow() {
        LinkedBlockingQueue<Object> found = new LinkedBlockingQueue<>();
        transports.handle(exchange -> exchange.downstream().offload(() -> {
            RequestHalf down = exchange.downstream().half();
            down.send(new Head().add(":status", "200"), false);
            found.add("sending");
            found.add(thrown(() -> {
                while (true) {
                    down.write(new byte[16_384], 0, 16_384);
                }
            }));
        }));
        FramePeer client = transports.client().withoutCredit();
        int call = client.get("/");
        taken(found);
        client.awaitData(call, 65_535);

        client.reset(call, WireFrame.CANCEL);

        assertThat(taken(found)).isEqualTo(Cause.DOWNSTREAM_GONE);
        assertThat(transports.ended().cause()).isEqualTo(Cause.DOWNSTREAM_GONE);
    }

    @Test
    void giveTheBodyAgainWhileItIsHeld() {
        LinkedBlockingQueue<String> found = new LinkedBlockingQueue<>();
        transports.handle(exchange -> exchange.downstream().offload(() -> {
            RequestHalf down = exchange.downstream().half();
            found.add(read(down));
            found.add(String.valueOf(down.rewind()));
            found.add(read(down));
            down.release();
            found.add(String.valueOf(down.rewind()));
            exchange.downstream().answer(new Head().add(":status", "200").add("content-length", "0"), EMPTY);
        }));
        FramePeer client = transports.client();
        int call = client.post("/");
        client.data(call, "half ", false);
        client.data(call, "full", true);

        assertThat(taken(found)).isEqualTo("half full");
        assertThat(taken(found)).isEqualTo("true");
        assertThat(taken(found)).isEqualTo("half full");
        assertThat(taken(found)).isEqualTo("false");
        assertThat(client.awaitHead(call).status()).isEqualTo("200");
    }

    private static String read(Half from) {
        StringBuilder text = new StringBuilder();
        byte[] buffer = new byte[3];
        for (int count = from.read(buffer, 0, 3); count >= 0; count = from.read(buffer, 0, 3)) {
            text.append(new String(buffer, 0, count, StandardCharsets.US_ASCII));
        }
        return text.toString();
    }

    @Test
    void holdNoMoreOfABodyThanAllowed() {
        LinkedBlockingQueue<Boolean> found = new LinkedBlockingQueue<>();
        transports.handle(exchange -> exchange.downstream().offload(() -> {
            RequestHalf down = exchange.downstream().half();
            byte[] buffer = new byte[REPLAY + 1];
            int got = 0;
            while (got <= REPLAY) {
                got += down.read(buffer, got, buffer.length - got);
            }
            found.add(down.rewind());
            exchange.downstream().answer(new Head().add(":status", "204"), EMPTY);
        }));
        FramePeer client = transports.client();
        int call = client.post("/");
        client.data(call, new byte[REPLAY + 1], true);

        assertThat(taken(found)).isFalse();
        assertThat(client.awaitHead(call).end()).isTrue();
    }

    @Test
    void returnTheCreditOfBytesThatAreReadTwiceOnce() {
        LinkedBlockingQueue<String> found = new LinkedBlockingQueue<>();
        transports.handle(exchange -> exchange.downstream().offload(() -> {
            RequestHalf down = exchange.downstream().half();
            byte[] buffer = new byte[REPLAY];
            for (int i = 0; i < 1_000; i++) { // a megabyte, if each time counted
                for (int got = 0; got < REPLAY; ) {
                    got += down.read(buffer, 0, REPLAY - got);
                }
                down.rewind();
            }
            found.add("read");
        }));
        FramePeer client = transports.client();
        int call = client.post("/");
        client.awaitWindow(call, WINDOW);
        client.data(call, new byte[REPLAY], false);

        taken(found);
        client.roundTrip();

        assertThat(client.sendable(call)).isEqualTo(WINDOW - REPLAY);
    }

    @Test
    void takeNoMoreStreamsThanThePeerAllows() {
        LinkedBlockingQueue<Object> found = new LinkedBlockingQueue<>();
        transports.origin().settings(MAX_CONCURRENT_STREAMS, 1);
        FramePeer origin = transports.connect();
        transports.handle(exchange -> exchange.downstream().offload(() -> {
            UpstreamConnection connection = transports.connection();
            Half first = connection.openHalf(exchange);
            found.add(first == null ? "no stream" : "one stream");
            Half second = connection.openHalf(exchange);
            found.add(second == null ? "no stream" : "two streams");
            if (first != null) {
                first.abort(Cause.OVERLOADED);
            }
            transports.awaitFreed();
            Half third = connection.openHalf(exchange);
            found.add(third == null ? "no stream" : "one stream");
            if (third != null) {
                third.send(exchange.request(), true);
                third.flush();
            }
        }));

        transports.client().get("/");

        assertThat(taken(found)).isEqualTo("one stream");
        assertThat(taken(found)).isEqualTo("no stream");
        assertThat(taken(found)).isEqualTo("one stream");
        assertThat(origin.awaitHead(1).value(":path")).isEqualTo("/");
    }

    @Test
    void answerForTheGatewayItself() {
        transports.handle(exchange -> exchange.downstream()
                .answer(
                        new Head()
                                .add(":status", "302")
                                .add("location", "/there")
                                .add("content-length", "5"),
                        "moved".getBytes(StandardCharsets.US_ASCII)));
        FramePeer client = transports.client();
        int call = client.get("/here");

        assertThat(client.awaitHead(call).value("location")).isEqualTo("/there");
        assertThat(client.awaitRest(call).text()).isEqualTo("moved");
        Exchange exchange = transports.ended();
        assertThat(exchange.cause()).isNull();
        assertThat(exchange.status()).isEqualTo(302);
    }

    @Test
    void neverRelayAnExchangeThatIsBlocking() {
        LinkedBlockingQueue<Boolean> found = new LinkedBlockingQueue<>();
        transports.handle(exchange -> {
            found.add(UpstreamConnection.relays(exchange));
            exchange.downstream().offload(() -> {
                exchange.downstream().half();
                found.add(UpstreamConnection.relays(exchange));
                Assertions.assertThatIllegalArgumentException()
                        .isThrownBy(() -> transports.connection().open(exchange, false));
                exchange.downstream().refuse(new GatewayException(Cause.NO_ENDPOINT, "seen"));
            });
        });
        transports.connect();

        transports.client().get("/");

        assertThat(taken(found)).isTrue();
        assertThat(taken(found)).isFalse();
        assertThat(transports.ended().cause()).isEqualTo(Cause.NO_ENDPOINT);
    }
}

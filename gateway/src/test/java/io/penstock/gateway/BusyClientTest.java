// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.penstock.harness.backend.Backends;
import io.penstock.harness.backend.EchoService;
import io.penstock.harness.wire.Frame;
import io.penstock.harness.wire.Message;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that work hard and break no rule: the limits against hostile peers must not meet them. */
class BusyClientTest {
    private Backends backends;
    private LocalGateway gateway;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws IOException {
        backends = Backends.start(Backends.Ports.any());
        gateway = LocalGateway.start(LocalGateway.toOrigin(backends.grpcA(), ""));
        channel =
                NettyChannelBuilder.forAddress(gateway.address()).usePlaintext().build();
    }

    @AfterEach
    void stop() throws InterruptedException {
        channel.shutdownNow();
        channel.awaitTermination(5, TimeUnit.SECONDS);
        gateway.close();
        backends.close();
    }

    private static Metadata asking(String... namesAndValues) {
        Metadata metadata = new Metadata();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            metadata.put(Metadata.Key.of(namesAndValues[i], Metadata.ASCII_STRING_MARSHALLER), namesAndValues[i + 1]);
        }
        return metadata;
    }

    /** grpc-go does so, to find out how large its windows should be; on a short way those are thousands in a second. */
    @Test
    void mayAnswerEachBurstOfADownloadWithAPing() throws IOException {
        int pings = 0;
        int pongs = 0;
        try (LocalGateway http = LocalGateway.start(LocalGateway.toOrigin(backends.http(), "http2: {max-pings: 5}"));
                HostilePeer peer = HostilePeer.connect(http.address(), Frame.SETTINGS_INITIAL_WINDOW_SIZE, 16 << 20)) {
            peer.wire().write(Frame.ofNumbers(Frame.WINDOW_UPDATE, 0, 16 << 20));
            peer.get("/bytes/16000000", true);
            boolean more = true;
            while (more) {
                if (peer.next() instanceof Message.Other(Frame frame)) {
                    if (frame.type() == Frame.DATA && pings == pongs) {
                        peer.wire().write(new Frame(Frame.PING, 0, 0, new byte[8]));
                        pings++;
                    }
                    pongs += frame.type() == Frame.PING ? 1 : 0;
                    more = frame.type() != Frame.DATA || !frame.has(Frame.END_STREAM);
                }
            }

            assertThat(pings).isGreaterThan(10);
            assertThat(peer.status("/")).isEqualTo("200");
        }
    }

    /** The same for small messages, each of which grpc-go's estimate of the network asks about. */
    @Test
    void mayAnswerEachSmallMessageWithAPing() throws IOException {
        int messages = 1000;
        try (LocalGateway strict = LocalGateway.start(
                        LocalGateway.toOrigin(backends.http(), "http2: {max-pings: 5, flood-window: 10m}"));
                HostilePeer peer = HostilePeer.connect(strict.address())) {
            int stream = peer.post("/echo");
            for (int i = 0; i < messages; i++) {
                peer.wire().write(Frame.data(stream, new byte[16], i == messages - 1));
                peer.awaitFrame(Frame.DATA, stream);
                peer.wire().write(new Frame(Frame.PING, 0, 0, new byte[8]));
                peer.awaitFrame(Frame.PING, 0);
            }

            assertThat(peer.status("/")).isEqualTo("200");
        }
    }

    @Test
    void mayMeasureTheNetworkByPingsDuringALargeDownload() throws IOException {
        try (LocalGateway strict = LocalGateway.start(
                        LocalGateway.toOrigin(backends.grpcA(), "http2: {max-pings: 1, flood-window: 10m}"));
                PingCount between = new PingCount(strict.address())) {
            ManagedChannel busy = NettyChannelBuilder.forAddress(between.address())
                    .usePlaintext()
                    .build();
            try {
                var asking = ClientInterceptors.intercept(
                        busy,
                        MetadataUtils.newAttachHeadersInterceptor(asking("echo-size", "65536", "echo-count", "4000")));
                long received = 0;

                Iterator<byte[]> messages = ClientCalls.blockingServerStreamingCall(
                        asking, EchoService.SERVER_STREAM, CallOptions.DEFAULT, new byte[0]);
                while (messages.hasNext()) {
                    received += messages.next().length;
                }

                assertThat(received).isEqualTo(4000L * 65536);
                assertThat(between.pings()).isGreaterThan(1);
                assertThat(strict.listener().accepted()).isEqualTo(1);
            } finally {
                busy.shutdownNow();
            }
        }
    }

    /** Sends the next message when the last one is back, and leaves the stream open after them. */
    private static final class PingPong implements StreamObserver<byte[]> {
        final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        private final CompletableFuture<StreamObserver<byte[]>> requests = new CompletableFuture<>();
        private final CountDownLatch echoed;
        private int left;

        PingPong(int messages, CountDownLatch echoed) {
            this.left = messages;
            this.echoed = echoed;
        }

        void begin(StreamObserver<byte[]> to) {
            requests.complete(to);
            to.onNext(new byte[16]);
        }

        @Override
        public void onNext(byte[] message) {
            if (--left > 0) {
                requests.join().onNext(message);
            } else {
                echoed.countDown();
            }
        }

        @Override
        public void onError(Throwable thrown) {
            failure.set(thrown);
        }

        @Override
        public void onCompleted() {}
    }

    /** Keep-alive every 10 s, the shortest that grpc-java offers, after many small messages: no byte of ours goes before its PINGs. */
    @Test
    void mayKeepAStreamAliveThatHasBecomeQuiet() throws Exception {
        try (LocalGateway strict = LocalGateway.start(
                        LocalGateway.toOrigin(backends.grpcA(), "http2: {max-pings: 1, flood-window: 8s}"));
                PingCount between = new PingCount(strict.address())) {
            ManagedChannel kept = NettyChannelBuilder.forAddress(between.address())
                    .usePlaintext()
                    .keepAliveTime(10, TimeUnit.SECONDS)
                    .build();
            try {
                CountDownLatch echoed = new CountDownLatch(1);
                PingPong pingPong = new PingPong(5000, echoed);
                pingPong.begin(ClientCalls.asyncBidiStreamingCall(
                        kept.newCall(EchoService.BIDI, CallOptions.DEFAULT), pingPong));
                assertThat(echoed.await(60, TimeUnit.SECONDS)).as("all echoed").isTrue();
                int before = between.pings();

                Await.until("keep-alive has asked twice", Duration.ofSeconds(60), () -> between.pings() >= before + 2);

                CountDownLatch again = new CountDownLatch(1);
                ClientCalls.asyncBidiStreamingCall(
                                kept.newCall(EchoService.BIDI, CallOptions.DEFAULT), new Counting(again))
                        .onNext(new byte[10]);
                assertThat(again.await(20, TimeUnit.SECONDS)).isTrue();
                assertThat(strict.listener().openStreams()).isEqualTo(2);
                assertThat(strict.listener().accepted()).isEqualTo(1);
                assertThat(pingPong.failure.get()).isNull();
            } finally {
                kept.shutdownNow();
            }
        }
    }

    /** A server of grpc-java with its defaults ends a connection on the third PING too many. */
    @Test
    void mayLeaveAStreamQuietForManyTimesThePingAfterOfAnUpstream() throws Exception {
        String often = LocalGateway.toOrigin(backends.grpcA(), "").replace("]}]", "], upstream: {ping-after: 100ms}}]");
        try (LocalGateway asking = LocalGateway.start(often)) {
            ManagedChannel quiet = NettyChannelBuilder.forAddress(asking.address())
                    .usePlaintext()
                    .build();
            try {
                CountDownLatch echoed = new CountDownLatch(2);
                StreamObserver<byte[]> requests = ClientCalls.asyncBidiStreamingCall(
                        quiet.newCall(EchoService.BIDI, CallOptions.DEFAULT), new Counting(echoed));
                requests.onNext(new byte[16]);
                Await.until("echoed", Duration.ofSeconds(20), () -> echoed.getCount() == 1);
                long since = System.nanoTime();
                Await.until(
                        "many times of ping-after",
                        Duration.ofSeconds(20),
                        () -> System.nanoTime() - since > 2_500_000_000L);

                requests.onNext(new byte[16]);

                assertThat(echoed.await(20, TimeUnit.SECONDS))
                        .as("echoed again")
                        .isTrue();
                var pool = asking.gateway().upstreams().report().getFirst();
                assertThat(pool.closed()).as("connections that ended").isEmpty();
            } finally {
                quiet.shutdownNow();
            }
        }
    }

    /** Every call has had its first answer, so each cost its caller as much as us. */
    @Test
    void mayCancelManyCallsThatAreUnderWay() throws InterruptedException {
        for (int round = 0; round < 10; round++) {
            CountDownLatch answered = new CountDownLatch(100);
            List<ClientCall<byte[], byte[]>> calls = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                ClientCall<byte[], byte[]> call = channel.newCall(EchoService.BIDI, CallOptions.DEFAULT);
                ClientCalls.asyncBidiStreamingCall(call, new Counting(answered)).onNext(new byte[10]);
                calls.add(call);
            }
            assertThat(answered.await(20, TimeUnit.SECONDS)).as("all answered").isTrue();
            calls.forEach(call -> call.cancel("enough", null));
        }

        assertThat(gateway.listener().accepted()).isEqualTo(1);
        Await.until(
                "no stream is left",
                Duration.ofSeconds(10),
                () -> gateway.listener().openStreams() == 0);
    }

    private record Counting(CountDownLatch answered) implements StreamObserver<byte[]> {
        @Override
        public void onNext(byte[] message) {
            answered.countDown();
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }
}

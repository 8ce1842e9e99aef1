// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ClientCalls;
import io.grpc.testing.integration.EmptyProtos.Empty;
import io.grpc.testing.integration.TestServiceGrpc;
import io.penstock.harness.call.CallPlan;
import io.penstock.harness.call.CallResult;
import io.penstock.harness.call.Caller;
import io.penstock.harness.call.Channels;
import io.penstock.harness.call.Kind;
import io.penstock.harness.wire.Field;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EchoServiceTest {

    private static Backends backends;
    private static Caller a;

    @BeforeAll
    static void start() throws Exception {
        backends = Backends.start(Backends.Ports.any());
        a = new Caller(at(backends.grpcA()));
    }

    @AfterAll
    static void stop() {
        a.close();
        backends.close();
    }

    private static InetSocketAddress at(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private static CallResult call(Kind kind, int count, int size, String... fields) throws InterruptedException {
        return call(Duration.ofSeconds(20), kind, count, size, fields);
    }

    private static CallResult call(Duration timeout, Kind kind, int count, int size, String... fields)
            throws InterruptedException {
        var to = at(backends.grpcA());
        return a.make(new CallPlan(kind, to, "", Field.list(fields), count, size, "/", timeout));
    }

    @ParameterizedTest
    @CsvSource({"UNARY, 1, 1, 100", "SERVER_STREAM, 4, 4, 400", "BIDI, 4, 4, 400"})
    void echoesWhatItWasSent(Kind kind, int count, long messages, long bytes) throws Exception {
        var result = call(kind, count, 100);

        assertThat(result.status()).isEqualTo("OK");
        assertThat(result.messages()).isEqualTo(messages);
        assertThat(result.bytes()).isEqualTo(bytes);
        assertThat(result.backend()).isEqualTo("a");
    }

    @Test
    void sumsUpAClientStream() throws Exception {
        var result = call(Kind.CLIENT_STREAM, 5, 100);

        assertThat(result.status()).isEqualTo("OK");
        assertThat(result.messages()).isEqualTo(1);
        assertThat(result.bytes()).isEqualTo("messages=5 bytes=500".length());
    }

    @Test
    void answersTheBytesItself() {
        var channel = Channels.open(at(backends.grpcA()));
        try {
            var answer = ClientCalls.blockingUnaryCall(
                    channel, EchoService.UNARY, CallOptions.DEFAULT, "penstock".getBytes(StandardCharsets.UTF_8));

            assertThat(answer).asString(StandardCharsets.UTF_8).isEqualTo("penstock");
        } finally {
            channel.shutdownNow();
        }
    }

    /** A stream that only stays open must cost its peer nothing: of the soak's thousand each would hold its last message. */
    @Test
    void holdsNoMessageWhileItsStreamIsIdle() throws Exception {
        int streams = 64;
        byte[] message = new byte[2 << 20];
        var channel = Channels.open(at(backends.grpcA()));
        try {
            long before = heapBytes();
            var calls = new ArrayList<ClientCall<byte[], byte[]>>();
            for (int i = 0; i < streams; i++) {
                var answered = new CountDownLatch(1);
                var call = channel.newCall(EchoService.BIDI, CallOptions.DEFAULT);
                calls.add(call);
                call.start(new Counting(answered), new Metadata());
                call.request(1);
                call.sendMessage(message);
                assertThat(answered.await(20, TimeUnit.SECONDS)).isTrue();
            }

            long kept = heapBytes() - before;

            assertThat(calls).hasSize(streams);
            assertThat(kept).as("of " + streams * message.length + " bytes").isLessThan(32L << 20);
        } finally {
            channel.shutdownNow();
        }
    }

    private static final class Counting extends ClientCall.Listener<byte[]> {
        private final CountDownLatch answered;

        Counting(CountDownLatch answered) {
            this.answered = answered;
        }

        @Override
        public void onMessage(byte[] message) {
            answered.countDown();
        }
    }

    private static long heapBytes() {
        var memory = ManagementFactory.getMemoryMXBean();
        for (int i = 0; i < 3; i++) {
            memory.gc();
        }
        return memory.getHeapMemoryUsage().getUsed();
    }

    @Test
    void echoesMessagesLargerThanAnyWindow() throws Exception {
        var result = call(Kind.BIDI, 3, 4 << 20);

        assertThat(result.status()).isEqualTo("OK");
        assertThat(result.bytes()).isEqualTo(3L * (4 << 20));
    }

    @Test
    void answersTheSizeAndCountAskedFor() throws Exception {
        var result = call(Kind.SERVER_STREAM, 1, 10, "echo-size", "70000", "echo-count", "7");

        assertThat(result.messages()).isEqualTo(7);
        assertThat(result.bytes()).isEqualTo(7 * 70_000);
    }

    @Test
    void waitsAsLongAsAskedBeforeEachAnswer() throws Exception {
        var result = call(Kind.SERVER_STREAM, 2, 1, "echo-delay-ms", "100");

        assertThat(result.status()).isEqualTo("OK");
        assertThat(result.took()).isGreaterThanOrEqualTo(Duration.ofMillis(200));
    }

    @Test
    void letsTheDeadlinePassWhileItWaits() throws Exception {
        var result = call(Duration.ofMillis(150), Kind.UNARY, 1, 1, "echo-delay-ms", "60000");

        assertThat(result.status()).isEqualTo("DEADLINE_EXCEEDED");
    }

    @ParameterizedTest
    @ValueSource(strings = {"NOT_FOUND no such thing", "5 no such thing", "not_found no such thing"})
    void endsWithTheStatusAndMessageAskedFor(String status) throws Exception {
        var result = call(Kind.UNARY, 1, 1, "echo-status", status);

        assertThat(result.status()).isEqualTo("NOT_FOUND");
        assertThat(result.detail()).isEqualTo("no such thing");
        assertThat(result.messages()).isZero();
        assertThat(result.backend()).isEqualTo("a");
    }

    @Test
    void sendsEveryMessageBeforeAStreamsErrorStatus() throws Exception {
        var result = call(Kind.BIDI, 3, 10, "echo-status", "ABORTED");

        assertThat(result.status()).isEqualTo("ABORTED");
        assertThat(result.messages()).isEqualTo(3);
    }

    @Test
    void putsCustomFieldsIntoTheTrailers() throws Exception {
        var result = call(Kind.UNARY, 1, 1, "echo-trailer-cost", "12", "echo-trailer-print-bin", "AAEC");

        assertThat(result.trailers()).contains(new Field("cost", "12"), new Field("print-bin", "AAEC"));
    }

    @Test
    void resetsTheStreamAfterTheMessagesAskedFor() throws Exception {
        var result = call(Kind.SERVER_STREAM, 10, 1, "echo-reset", "2");

        assertThat(result.status()).isEqualTo("CANCELLED");
        assertThat(result.detail()).contains("RST_STREAM");
        assertThat(result.messages()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"echo-size, -1", "echo-size, 70000000", "echo-delay-ms, soon", "echo-status, SAD"})
    void refusesControlsOutOfRange(String name, String value) throws Exception {
        var result = call(Kind.UNARY, 1, 1, name, value);

        assertThat(result.status()).isEqualTo("INVALID_ARGUMENT");
        assertThat(result.detail()).startsWith(name + ": found " + value);
    }

    @Test
    void namesTheBackendThatAnswered() throws Exception {
        try (var b = new Caller(at(backends.grpcB()))) {
            var plan = new CallPlan(Kind.UNARY, at(backends.grpcB()), "", List.of(), 1, 1, "/", Duration.ofSeconds(20));

            assertThat(b.make(plan).backend()).isEqualTo("b");
        }
    }

    @Test
    void standsBesideTheInteropAndHealthServices() {
        var channel = Channels.open(at(backends.grpcA()));
        try {
            var health = HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance());
            var empty = TestServiceGrpc.newBlockingStub(channel).emptyCall(Empty.getDefaultInstance());

            assertThat(health.getStatus()).isEqualTo(ServingStatus.SERVING);
            assertThat(empty).isEqualTo(Empty.getDefaultInstance());
        } finally {
            channel.shutdownNow();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.harness.wire.Field;
import io.penstock.harness.wire.Frame;
import io.penstock.harness.wire.FrameConnection;
import io.penstock.harness.wire.Message;
import io.penstock.harness.wire.PlainGet;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class HostileBackendTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final Duration QUIET = Duration.ofMillis(200);

    private static HostileBackend backend;

    @BeforeAll
    static void start() throws Exception {
        backend = HostileBackend.start(0, Greeting.POLITE);
    }

    @AfterAll
    static void stop() throws Exception {
        backend.close();
    }

    private static InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), backend.port());
    }

    private static PlainGet.Answer get(String path, String... fields) throws IOException {
        return PlainGet.send(address(), path, Field.list(fields), TIMEOUT);
    }

    private static FrameConnection ask(String path, String... fields) throws IOException {
        var connection = FrameConnection.connect(address(), TIMEOUT);
        var head = Field.list(":method", "POST", ":scheme", "http", ":authority", "x", ":path", path);
        head.addAll(Field.list(fields));
        connection.writeHead(1, head, true);
        return connection;
    }

    /** Reads everything after both SETTINGS frames until the peer is quiet, closes, or sent {@code most} messages. */
    private static List<Message> answers(FrameConnection connection, int most) throws IOException {
        var seen = new ArrayList<Message>();
        try {
            for (var m = connection.next(); m != null; m = connection.next()) {
                boolean settings = m instanceof Message.Other(Frame f) && f.type() == Frame.SETTINGS;
                if (!settings) {
                    seen.add(m);
                }
                if (seen.size() == most) {
                    break;
                }
            }
        } catch (SocketTimeoutException e) {
            assertThat(seen).hasSizeLessThan(most);
        }
        return seen;
    }

    private static Frame read(FrameConnection connection) throws IOException {
        return Objects.requireNonNull(connection.read(), "the peer closed");
    }

    private static Frame frame(Message message) {
        return ((Message.Other) message).frame();
    }

    private static Message.Head head(Message message) {
        return (Message.Head) message;
    }

    @Test
    void answersProperlyWhenNothingElseIsAskedFor() throws Exception {
        assertThat(get("/anything").bodyStart()).isEqualTo("ok\n");
        assertThat(get("/anything", "hostile", "ok").status()).isEqualTo(200);
    }

    @Test
    void answersGrpcInItsOwnShape() throws Exception {
        try (var connection = ask("/penstock.Echo/Unary", "content-type", "application/grpc", "hostile", "ok")) {
            var seen = answers(connection, 3);

            assertThat(head(seen.get(0)).value("content-type")).isEqualTo("application/grpc");
            assertThat(frame(seen.get(1)).payload()).hasSize(5);
            assertThat(head(seen.get(2)).value("grpc-status")).isEqualTo("0");
        }
    }

    @ParameterizedTest
    @CsvSource({"/rst/8, 8", "/rst, 2", "/rst/7, 7"})
    void resetsBeforeTheHead(String path, int code) throws Exception {
        try (var connection = ask(path)) {
            var reset = frame(answers(connection, 1).getFirst());

            assertThat(reset.type()).isEqualTo(Frame.RST_STREAM);
            assertThat(reset.number(0)).isEqualTo(code);
        }
    }

    @Test
    void resetsAfterTheHeadAndInTheBody() throws Exception {
        try (var afterHead = ask("/rst-after-head/5");
                var inBody = ask("/x", "hostile", "rst-mid-body=11")) {
            var first = answers(afterHead, 2);
            var second = answers(inBody, 3);

            assertThat(head(first.get(0)).value(":status")).isEqualTo("200");
            assertThat(frame(first.get(1)).number(0)).isEqualTo(5);
            assertThat(frame(second.get(1)).type()).isEqualTo(Frame.DATA);
            assertThat(frame(second.get(2)).number(0)).isEqualTo(11);
        }
    }

    @Test
    void refusesOnceForEachKey() throws Exception {
        assertThatThrownBy(() -> get("/refused-once/first")).hasMessage("stream reset with code 7");
        assertThat(get("/refused-once/first").status()).isEqualTo(200);
        assertThatThrownBy(() -> get("/refused-once/second")).hasMessage("stream reset with code 7");
    }

    @Test
    void neverAnswersWhenAskedToHang() throws Exception {
        try (var connection = ask("/hang")) {
            connection.readTimeout(QUIET);

            assertThat(answers(connection, 1)).isEmpty();
        }
    }

    @Test
    void goesAwayInThreeWays() throws Exception {
        try (var zero = ask("/goaway-zero/2");
                var close = ask("/goaway-close");
                var answer = ask("/goaway-then-answer")) {
            var first = frame(answers(zero, 1).getFirst());
            assertThat(List.of(first.type(), first.number(0), first.number(4))).isEqualTo(List.of(Frame.GOAWAY, 0, 2));

            var second = answers(close, 9);
            assertThat(second).hasSize(1);
            assertThat(frame(second.getFirst()).type()).isEqualTo(Frame.GOAWAY);

            var third = answers(answer, 9);
            assertThat(frame(third.get(0)).number(0)).isEqualTo(1);
            assertThat(frame(third.get(2)).has(Frame.END_STREAM)).isTrue();
        }
    }

    @Test
    void closesBeforeTheHeadOrInsideAFrame() throws Exception {
        try (var before = ask("/close");
                var inside = ask("/close-mid-data")) {
            assertThat(answers(before, 9)).isEmpty();
            assertThatThrownBy(() -> answers(inside, 9))
                    .isInstanceOf(EOFException.class)
                    .hasMessage("connection closed after 491 of 1000 payload bytes");
        }
    }

    @Test
    void sendsWrongFrames() throws Exception {
        try (var idle = ask("/idle-data");
                var big = ask("/big-frame");
                var push = ask("/push");
                var late = ask("/data-after-end")) {
            assertThat(frame(answers(idle, 1).getFirst()).stream()).isEqualTo(9_999);
            assertThat(frame(answers(big, 2).get(1)).payload()).hasSize(65_536);
            assertThat(frame(answers(push, 1).getFirst()).type()).isEqualTo(Frame.PUSH_PROMISE);
            assertThat(frame(answers(late, 3).get(2)).type()).isEqualTo(Frame.DATA);
        }
    }

    @Test
    void sendsWrongHeads() throws Exception {
        try (var hpack = ask("/bad-hpack");
                var status = ask("/no-status");
                var fields = ask("/bad-fields")) {
            assertThatThrownBy(() -> answers(hpack, 1)).hasMessageContaining("not valid HPACK");
            assertThat(head(answers(status, 1).getFirst()).value(":status")).isEmpty();
            assertThat(head(answers(fields, 1).getFirst()).fields())
                    .contains(new Field("X-Upper", "1"), new Field("connection", "close"));
        }
    }

    @Test
    void endsWithoutTrailers() throws Exception {
        try (var connection = ask("/x", "hostile", "no-trailers", "content-type", "application/grpc")) {
            var seen = answers(connection, 2);

            assertThat(frame(seen.get(1)).has(Frame.END_STREAM)).isTrue();
        }
    }

    @Test
    void sendsInterimHeadsBeforeTheFinalOne() throws Exception {
        try (var connection = ask("/early-hints/2")) {
            var seen = answers(connection, 4);

            assertThat(head(seen.get(0)).value(":status")).isEqualTo("103");
            assertThat(head(seen.get(1)).value(":status")).isEqualTo("103");
            assertThat(head(seen.get(2)).value(":status")).isEqualTo("200");
        }
    }

    @Test
    void sendsAHugeHeadInContinuationFrames() throws Exception {
        try (var connection = ask("/huge-head/100000")) {
            var head = head(answers(connection, 1).getFirst());
            long bytes = head.fields().stream()
                    .filter(f -> f.name().startsWith("x-huge"))
                    .mapToLong(f -> f.value().length())
                    .sum();

            assertThat(bytes).isEqualTo(100_000);
        }
    }

    @Test
    void floodsWithContinuationFramesThatNeverEnd() throws Exception {
        try (var connection = ask("/continuation-flood/50")) {
            int seen = 0;
            while (seen < 50) {
                var frame = read(connection);
                seen += frame.type() == Frame.CONTINUATION ? 1 : 0;
                assertThat(frame.type() == Frame.CONTINUATION && frame.has(Frame.END_HEADERS))
                        .isFalse();
            }
            connection.readTimeout(QUIET);
            assertThatThrownBy(connection::read).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void ignoresTheWindowsWhenAskedTo() throws Exception {
        try (var connection = ask("/overrun/200000")) {
            long bytes = 0;
            for (var m : answers(connection, 14)) {
                bytes += m instanceof Message.Other(Frame f) ? f.payload().length : 0;
            }

            assertThat(bytes).isEqualTo(200_000);
        }
    }

    @Test
    void dripsOneByteAtATime() throws Exception {
        try (var connection = ask("/drip/5")) {
            var seen = answers(connection, 6);

            assertThat(seen.subList(1, 6))
                    .allSatisfy(m -> assertThat(frame(m).payload()).hasSize(1));
            assertThat(frame(seen.get(5)).has(Frame.END_STREAM)).isTrue();
        }
    }

    @Test
    void holdsZeroWindows() throws Exception {
        try (var connection = ask("/zero-window")) {
            Frame settings = read(connection);
            while (settings.payload().length == 0) {
                settings = read(connection);
            }

            assertThat(settings.number(2)).isZero();
            connection.write(Frame.data(1, new byte[100], false));
            connection.readTimeout(QUIET);
            assertThat(answers(connection, 1)).isEmpty();
        }
    }

    @Test
    void overflowsAWindow() throws Exception {
        try (var connection = ask("/window-overflow")) {
            var seen = answers(connection, 2);

            assertThat(seen).allSatisfy(m -> assertThat(frame(m).number(0)).isEqualTo(Integer.MAX_VALUE));
        }
    }

    @ParameterizedTest
    @CsvSource({"ping-flood, 6", "empty-data-flood, 0"})
    void floodsWithFramesThatCostThePeer(String behaviour, int type) throws Exception {
        try (var connection = ask("/" + behaviour + "/30")) {
            var seen = answers(connection, 32);

            assertThat(seen.stream()
                            .filter(m -> m instanceof Message.Other(Frame f) && f.type() == type)
                            .count())
                    .isGreaterThanOrEqualTo(30);
        }
    }

    @Test
    void changesItsSettingsAndStillAnswers() throws Exception {
        assertThat(get("/settings-change").status()).isEqualTo(200);
        assertThat(get("/settings-flood/100").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource(names = {"SILENT", "DEAF"})
    void meetsTheNextConnectionWithSilence(Greeting greeting) throws Exception {
        assertThat(get("/arm/" + greeting.name().toLowerCase(Locale.ROOT)).status())
                .isEqualTo(200);

        try (var connection = ask("/")) {
            connection.readTimeout(QUIET);
            assertThatThrownBy(connection::read).isInstanceOf(SocketTimeoutException.class);
        }
        assertThat(get("/").status()).isEqualTo(200);
    }

    @Test
    void meetsTheNextConnectionInHttp1() throws Exception {
        get("/arm/http1");

        assertThatThrownBy(() -> get("/")).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @CsvSource({"no-streams, 3, 0", "one-stream, 3, 1", "zero-window, 4, 0"})
    void meetsTheNextConnectionWithNarrowLimits(String greeting, int identifier, int value) throws Exception {
        get("/arm/" + greeting);

        try (var connection = ask("/hang")) {
            var settings = read(connection);

            assertThat(settings.payload()[1]).isEqualTo((byte) identifier);
            assertThat(settings.number(2)).isEqualTo(value);
        }
    }

    @Test
    void leavesThePeersSettingsUnacknowledged() throws Exception {
        get("/arm/no-ack");

        try (var connection = ask("/hang")) {
            assertThat(read(connection).has(Frame.ACK)).isFalse();
            connection.readTimeout(QUIET);
            assertThatThrownBy(connection::read).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void closesOrBreaksTheStartOfTheNextConnection() throws Exception {
        get("/arm/close");
        assertThatThrownBy(() -> get("/")).isInstanceOf(IOException.class);

        get("/arm/no-preface");
        try (var connection = ask("/hang")) {
            assertThat(read(connection).type()).isEqualTo(Frame.PING);
        }
    }
}

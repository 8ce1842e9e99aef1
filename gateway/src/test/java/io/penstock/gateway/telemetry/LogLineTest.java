// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.Identity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogLineTest {
    private static final String PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private final LogLine lines = new LogLine();

    @Test
    void writesEveryFieldOfACompletedExchange() throws IOException {
        Head head = Exchanges.grpcHead().add("traceparent", PARENT);
        Exchange exchange = Exchanges.of(e -> {}, head)
                .requestId("0c1d")
                .route("jobs")
                .cluster("by-jobid")
                .target("10.0.0.7:50051")
                .attempt(true)
                .status(200)
                .grpcStatus(0)
                .bytes(17, 4711)
                .end();

        Map<String, String> line = line(exchange);

        assertThat(line)
                .containsEntry("id", "0c1d")
                .containsEntry("trace_id", "4bf92f3577b34da6a3ce929d0e0e4736")
                .containsEntry("span_id", "00f067aa0ba902b7")
                .containsEntry("method", "POST")
                .containsEntry("path", "/grpc.testing.TestService/UnaryCall")
                .containsEntry("authority", "gateway.example:8091")
                .containsEntry("peer", "127.0.0.1:40000")
                .containsEntry("listener", "main")
                .containsEntry("route", "jobs")
                .containsEntry("cluster", "by-jobid")
                .containsEntry("target", "10.0.0.7:50051")
                .containsEntry("status", "200")
                .containsEntry("grpc_status", "0")
                .containsEntry("request_bytes", "17")
                .containsEntry("response_bytes", "4711")
                .containsEntry("duration_us", micros(exchange.endedNanos() - exchange.startedNanos()))
                .containsEntry("head_us", micros(exchange.responseStartedNanos() - exchange.startedNanos()))
                .containsEntry("upstream_us", micros(exchange.endedNanos() - exchange.upstreamStartedNanos()))
                .containsEntry("attempts", "1")
                .containsEntry("connection", "reused")
                .doesNotContainKeys("cause", "blame", "detail");
    }

    @Test
    void writesWhoCalledAndNothingElseOfThem() throws IOException {
        Exchange exchange = Exchanges.of(e -> {}).end();
        assertThat(line(exchange)).doesNotContainKeys("user");

        exchange.identity(
                Identity.of("an\"na\u00e9", Identity.Proof.JWT, "who", Map.of("email", List.of("anna@a.test"))));

        assertThat(line(exchange)).containsEntry("user", "an\"na\u00e9");
        assertThat(line(exchange).toString()).doesNotContain("anna@a.test");
    }

    @Test
    void writesTheCauseAndLeavesOutWhatDidNotHappen() throws IOException {
        Exchange exchange = Exchanges.of(e -> {})
                .cause(Cause.STORE_UNAVAILABLE, "no answer within 1s")
                .end();

        assertThat(line(exchange))
                .containsEntry("cause", "store-unavailable")
                .containsEntry("blame", "upstream")
                .containsEntry("detail", "no answer within 1s")
                .doesNotContainKeys(
                        "id",
                        "trace_id",
                        "span_id",
                        "route",
                        "cluster",
                        "target",
                        "status",
                        "grpc_status",
                        "head_us",
                        "upstream_us",
                        "attempts",
                        "connection");
    }

    @Test
    void leavesTheQueryOutOfThePath() throws IOException {
        Head head = new Head().add(":method", "GET").add(":path", "/a/b?token=secret#x");

        assertThat(line(Exchanges.of(e -> {}, head).end())).containsEntry("path", "/a/b");
    }

    /** The visible characters of a path, found by the JDK's decoder; other bytes are chars as they are. */
    private static String readable(String path) {
        StringBuilder readable = new StringBuilder();
        for (int i = 0; i < path.length(); ) {
            int size = Math.min(4, path.length() - i);
            while (size > 1 && !visible(path.substring(i, i + size))) {
                size--;
            }
            byte[] bytes = path.substring(i, i + size).getBytes(StandardCharsets.ISO_8859_1);
            readable.append(size == 1 ? path.substring(i, i + 1) : new String(bytes, StandardCharsets.UTF_8));
            i += size;
        }
        return readable.toString();
    }

    private static boolean visible(String latin) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(latin.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString();
            return text.codePointCount(0, text.length()) == 1 && text.matches("[\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}]");
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private String pathOnTheWire(String path) {
        lines.clear();
        lines.append(Exchanges.of(e -> {}, new Head().add(":method", "GET").add(":path", path))
                .end());
        String line = new String(lines.bytes(), 0, lines.length(), StandardCharsets.UTF_8);
        return line.replaceAll("(?s).*\"path\":\"([^\"]*)\".*", "$1");
    }

    @Test
    void leavesUtf8OfAPathReadable() {
        String path = new String(
                "/caf\u00e9/\u65e5\u672c/\ud83d\ude00".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);

        assertThat(pathOnTheWire(path)).isEqualTo("/caf\u00e9/\u65e5\u672c/\ud83d\ude00");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "c0 af", // overlong
                "e0 80 af",
                "f0 80 80 af",
                "ed a0 80", // half of a pair
                "f4 90 80 80", // above the last one
                "c2 85", // a control
                "e2 80 ae", // turns the order
                "e2 80 a8", // ends a line
                "c3", // cut
                "e6 97",
                "ff",
                "a9"
            })
    void escapesWhatIsNoVisibleUtf8(String hex) {
        String bytes = new String(HexFormat.ofDelimiter(" ").parseHex(hex), StandardCharsets.ISO_8859_1);

        assertThat(pathOnTheWire("/a" + bytes))
                .isEqualTo("/a"
                        + HexFormat.of()
                                .formatHex(bytes.getBytes(StandardCharsets.ISO_8859_1))
                                .replaceAll("..", "\\\\u00$0"));
    }

    @Test
    void writesMillisecondsOfTheTimeInUtc() throws IOException {
        Exchange exchange = Exchanges.of(e -> {}).end();

        String time = line(exchange).get("time");

        assertThat(time).hasSize(24).endsWith("Z");
        assertThat(Instant.parse(time).toEpochMilli()).isEqualTo(exchange.startedMillis());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g",
                "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01x",
                "00-4bf92f3577b34da6a3ce929d0e0e473\"-00f067aa0ba902b7-01"
            })
    void ignoresATraceParentThatIsNotValid(String parent) {
        assertThat(LogLine.validTrace(parent)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {PARENT, "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-later"})
    void acceptsAValidTraceParentAlsoOfALaterVersion(String parent) {
        assertThat(LogLine.validTrace(parent)).isTrue();
    }

    @Test
    void isOneLineOfValidJsonWhateverTheStringsHold() throws IOException {
        var random = new Random(42);
        for (int i = 0; i < 20_000; i++) {
            String method = text(random, 0x100);
            String path = text(random, 0x100);
            String authority = text(random, 0x100);
            String detail = text(random, 0x10000);
            Head head = new Head().add(":method", method).add(":path", path).add(":authority", authority);
            Exchange exchange = Exchanges.of(e -> {}, head)
                    .requestId(text(random, 0x100))
                    .route(text(random, 0x10000))
                    .target(text(random, 0x100))
                    .cause(Cause.INTERNAL, detail)
                    .end();

            Map<String, String> line = line(exchange);

            int query = path.indexOf('?');
            assertThat(line)
                    .containsEntry("method", method)
                    .containsEntry("path", readable(query < 0 ? path : path.substring(0, query)))
                    .containsEntry("cause", "internal");
            assertThat(line.getOrDefault("detail", "")).isEqualTo(detail);
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(lines.bytes(), 0, lines.length() - 1))
                    .toString();
            assertThat(text.codePoints())
                    .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT);
        }
    }

    @Test
    void escapesOneCharWhereverItStands() throws IOException {
        for (int at = 0; at < 20; at++) {
            for (char c = 0; c < 0x100; c++) {
                String authority = "a".repeat(at) + c + "b".repeat(19 - at);
                Exchange exchange = Exchanges.of(e -> {}, new Head().add(":authority", authority))
                        .end();

                assertThat(line(exchange)).containsEntry("authority", authority);
            }
        }
    }

    @Test
    void cutsLongStringsAndKeepsTheLineWhole() throws IOException {
        String path = "/" + "\u0000".repeat(100_000);
        Head head =
                new Head().add(":method", "GET").add(":path", path).add(":authority", "a".repeat(LogLine.MAX_CHARS));

        Map<String, String> line = line(Exchanges.of(e -> {}, head).end());

        assertThat(line)
                .containsEntry("path", path.substring(0, LogLine.MAX_CHARS) + "\u2026")
                .containsEntry("authority", "a".repeat(LogLine.MAX_CHARS));
        assertThat(lines.length()).isLessThan(20_000);
    }

    @Test
    void growsWhenManyWorstCaseLinesGatherInOneBatch() {
        Head head = new Head()
                .add(":method", "\u0001".repeat(9_000))
                .add(":path", "\u0001".repeat(9_000))
                .add(":authority", "\u0001".repeat(9_000));
        Exchange exchange = Exchanges.of(e -> {}, head)
                .requestId("\u0001".repeat(9_000))
                .route("\u0001".repeat(9_000))
                .cluster("\u0001".repeat(9_000))
                .target("\u0001".repeat(9_000))
                .cause(Cause.INTERNAL, "\u0001".repeat(9_000))
                .end();

        for (int i = 0; i < 20; i++) {
            lines.append(exchange);
        }

        assertThat(new String(lines.bytes(), 0, lines.length(), StandardCharsets.US_ASCII).lines())
                .hasSize(20);
    }

    private Map<String, String> line(Exchange exchange) throws IOException {
        lines.clear();
        lines.append(exchange);
        assertThat(lines.bytes()[lines.length() - 1]).isEqualTo((byte) '\n');
        return json(lines.bytes(), lines.length());
    }

    static Map<String, String> json(byte[] bytes, int length) throws IOException {
        var fields = new LinkedHashMap<String, String>();
        var factory = JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        try (var parser = factory.createParser(bytes, 0, length)) {
            assertThat(parser.nextToken()).isEqualTo(JsonToken.START_OBJECT);
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                assertThat(parser.nextToken().isScalarValue()).isTrue();
                fields.put(name, parser.getText());
            }
            assertThat(parser.currentToken()).isEqualTo(JsonToken.END_OBJECT);
            assertThat(parser.nextToken()).isNull();
        }
        return fields;
    }

    private static String micros(long nanos) {
        return Long.toString(nanos / 1_000);
    }

    private static String text(Random random, int bound) {
        var text = new StringBuilder();
        int size = random.nextInt(40);
        for (int i = 0; i < size; i++) {
            text.append((char) random.nextInt(random.nextBoolean() ? 0x30 : bound));
        }
        return text.toString();
    }
}

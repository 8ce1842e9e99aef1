// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebSocketRunTest {

    private static final String HANDSHAKE = String.join(
            "\r\n",
            "GET / HTTP/1.1",
            "Host: x",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Protocol: chat, other",
            "",
            "");

    private static WebSocketBackend backend;

    @BeforeAll
    static void start() throws Exception {
        backend = WebSocketBackend.start("ws", 0);
    }

    @AfterAll
    static void stop() throws Exception {
        backend.close();
    }

    private static WebSocketReport run(String path, boolean binary, int size) throws InterruptedException {
        var uri = URI.create("ws://127.0.0.1:" + backend.port() + path);
        var timeout = Duration.ofSeconds(10);
        return new WebSocketRun(
                        new WebSocketPlan(uri, 5, Duration.ofMillis(20), Duration.ofMillis(700), binary, size, timeout))
                .run();
    }

    @ParameterizedTest
    @CsvSource({"false, 1", "false, 32", "true, 125", "true, 126", "false, 65535", "true, 65536", "true, 300000"})
    void keepsSocketsOpenAndHasEveryMessageEchoed(boolean binary, int size) throws Exception {
        var report = run("/", binary, size);

        assertThat(report.firstProblem()).isEmpty();
        assertThat(report.succeeded()).isTrue();
        assertThat(report.stillOpen()).isEqualTo(5);
        assertThat(report.echoed()).isEqualTo(report.sent()).isGreaterThanOrEqualTo(5);
    }

    @ParameterizedTest
    @CsvSource({"/close/4001, 4001", "/drop, ''"})
    void saysHowSocketsWereClosed(String path, String how) throws Exception {
        var report = run(path, false, 10);

        assertThat(report.succeeded()).isFalse();
        assertThat(report.opened()).isEqualTo(5);
        assertThat(report.stillOpen()).isZero();
        assertThat(report.closed().values()).containsExactly(5L);
        assertThat(report.closed().firstKey()).contains(how);
    }

    @Test
    void saysWhichHandshakesWereRefused() throws Exception {
        var report = run("/refuse/403", false, 10);

        assertThat(report.refused()).isEqualTo(Map.of("403", 5L));
        assertThat(report.firstProblem()).isEqualTo("refused: 403");
    }

    /** Sends the handshake and the frames, and reads everything up to the end that the backend makes. */
    private static String converse(String handshake, String hexFrames) throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), backend.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(handshake.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(HexFormat.of().parseHex(hexFrames));
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private static String hexAfterHead(String answer) {
        var rest = answer.substring(answer.indexOf("\r\n\r\n") + 4);
        return HexFormat.of().formatHex(rest.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void answersTheHandshakeOfTheSpecification() throws Exception {
        var answer = converse(HANDSHAKE, "888000000000");

        assertThat(answer)
                .startsWith("HTTP/1.1 101 ")
                .contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")
                .contains("sec-websocket-protocol: chat\r\n", "x-backend: ws\r\n");
        assertThat(hexAfterHead(answer)).isEqualTo("8800");
    }

    @Test
    void echoesPartsAsTheyComeAndAnswersAPingBetweenThem() throws Exception {
        // "Hel" as the first part, a ping "!", "lo" as the last part, and a close with 1000; masks are zero.
        var answer = converse(
                HANDSHAKE,
                "018300000000" + "48656c" + "898100000000" + "21" + "808200000000" + "6c6f" + "888200000000" + "03e8");

        assertThat(hexAfterHead(answer)).isEqualTo("010348656c" + "8a0121" + "80026c6f" + "880203e8");
    }

    @Test
    void unmasksWithTheKeyOfTheFrame() throws Exception {
        // The example of RFC 6455 section 5.7.
        var answer = converse(HANDSHAKE, "818537fa213d7f9f4d5158" + "888000000000");

        assertThat(hexAfterHead(answer)).isEqualTo("810548656c6c6f" + "8800");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "810548656c6c6f",
                "c18000000000",
                "838000000000",
                "098000000000",
                "89fe0100",
                "808000000000",
                "018000000000" + "818000000000"
            })
    void closesWith1002WhatBreaksTheProtocol(String hexFrames) throws Exception {
        assertThat(hexAfterHead(converse(HANDSHAKE, hexFrames))).contains("03ea");
    }

    @Test
    void closesWith1009WhatIsTooLong() throws Exception {
        assertThat(hexAfterHead(converse(HANDSHAKE, "82ff0000000001000001"))).contains("03f1");
    }

    @Test
    void answersWhatIsNoHandshakeWith426() throws Exception {
        assertThat(converse("GET / HTTP/1.1\r\nhost: x\r\n\r\n", "")).startsWith("HTTP/1.1 426 ");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.http1.message.FieldCache;
import io.penstock.gateway.http1.message.Http1Limits;
import io.penstock.gateway.wire.ChannelWire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@SuppressWarnings("StringConcatToTextBlock") // lines end with CR LF here
class UpstreamHalfTest {
    private static final Http1Limits LIMITS = new Http1Limits(4096, 32, 1024, 64, 256, false);

    private static UpstreamConnection to(CutWire wire) {
        return new UpstreamConnection(wire, LIMITS, new FieldCache());
    }

    private static Head request(String method) {
        return new Head()
                .add(":method", method)
                .add(":scheme", "http")
                .add(":authority", "a")
                .add(":path", "/x?y")
                .add("accept", "*/*");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String body(UpstreamHalf half) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        byte[] buffer = new byte[100];
        for (int read = half.read(buffer, 0, 100); read >= 0; read = half.read(buffer, 0, 100)) {
            body.write(buffer, 0, read);
        }
        return body.toString(StandardCharsets.ISO_8859_1);
    }

    private static Cause failure(UpstreamHalf half) {
        return catchThrowableOfType(GatewayException.class, half::receive).reason();
    }

    @Test
    void carriesOneExchangeAfterTheOtherEachInOneWrite() {
        CutWire wire = new CutWire(
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
                1,
                1); // what comes before it is asked for would end the connection
        UpstreamConnection connection = to(wire);

        for (int i = 1; i <= 2; i++) {
            UpstreamHalf half = connection.open();
            half.send(request("POST").add("content-length", "3"), false);
            half.write(bytes("abc"), 0, 3);
            half.end(null);

            assertThat(half.receive().status()).isEqualTo(200);
            assertThat(body(half)).isEqualTo("ok");
            assertThat(half.reusable()).isTrue();
            assertThat(wire.writes()).isEqualTo(i);
        }

        String once = "POST /x?y HTTP/1.1\r\nhost: a\r\naccept: */*\r\ncontent-length: 3\r\n\r\nabc";
        assertThat(wire.written()).isEqualTo(once + once);
        assertThat(connection.opened()).isEqualTo(2);
    }

    @Test
    void chunksABodyOfUnknownLengthAndSendsItsTrailers() {
        CutWire wire = new CutWire("");
        UpstreamHalf half = to(wire).open();

        half.send(request("PUT").add("te", "trailers").add("connection", "x"), false);
        half.write(bytes("abc"), 0, 3);
        half.end(new Head().add("x-sum", "3"));

        assertThat(wire.written())
                .isEqualTo("PUT /x?y HTTP/1.1\r\nhost: a\r\naccept: */*\r\nte: trailers\r\nconnection: te\r\n"
                        + "transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-sum: 3\r\n\r\n");
    }

    @Test
    void saysWhenAMethodThatUsuallyHasABodyHasNone() {
        CutWire wire = new CutWire("");

        to(wire).open().send(request("POST"), true);

        assertThat(wire.written()).endsWith("content-length: 0\r\n\r\n");
    }

    @Test
    void bringsInterimHeadsBeforeTheFinalOne() {
        UpstreamHalf half = to(new CutWire(
                        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"))
                .open();
        half.send(request("GET"), true);

        assertThat(half.receive().status()).isEqualTo(100);
        assertThat(half.receive().value("link")).isEqualTo("x");
        assertThat(half.receive().status()).isEqualTo(204);
        assertThat(half.received()).isTrue();
        assertThat(half.reusable()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTP/1.1 200 OK~connection: close~content-length: 2~~ok",
                "HTTP/1.0 200 OK~content-length: 2~~ok",
                "HTTP/1.1 200 OK~~ok",
                "HTTP/1.1 200 OK~content-length: 2~~okHTTP/1.1 200 OK~~"
            })
    void isNotReusedWhenTheUpstreamDoesNotWantItOrSaysMoreThanAsked(String response) {
        UpstreamHalf half = to(new CutWire(response.replace("~", "\r\n"))).open();
        half.send(request("GET"), true);
        half.receive();

        assertThat(body(half)).startsWith("ok");
        assertThat(half.reusable()).isFalse();
    }

    @Test
    void isNotReusedBeforeTheRequestHasEnded() {
        UpstreamHalf half =
                to(new CutWire("HTTP/1.1 413 x\r\ncontent-length: 0\r\n\r\n")).open();
        half.send(request("POST"), false);
        half.write(bytes("part"), 0, 4);
        half.flush();

        assertThat(half.receive().status()).isEqualTo(413);
        assertThat(half.received()).isTrue();
        assertThat(half.reusable()).isFalse();
    }

    @Test
    void tellsWhatWasSentAndSeenWhenTheConnectionEnds() {
        UpstreamHalf nothing = to(new CutWire("")).open();
        nothing.send(request("GET"), true);
        UpstreamHalf something = to(new CutWire("HTTP/1.1 2")).open();
        something.send(request("GET"), true);

        assertThat(failure(nothing)).isEqualTo(Cause.UPSTREAM_RESET);
        assertThat(nothing.responseBytes()).isZero();
        assertThat(nothing.requestBytes()).isPositive();
        assertThat(nothing.headSinceNanos()).isNotZero();
        assertThat(failure(something)).isEqualTo(Cause.UPSTREAM_RESET);
        assertThat(something.responseBytes()).isEqualTo(10);
        assertThat(something.headSinceNanos()).isNotZero();
        assertThat(something.bodySinceNanos()).isZero();
    }

    @Test
    void namesMalformedAndOversizedHeads() {
        UpstreamHalf malformed = to(new CutWire("nonsense\r\n")).open();
        malformed.send(request("GET"), true);
        UpstreamHalf large = to(new CutWire("HTTP/1.1 200 OK\r\nx: " + "y".repeat(2000) + "\r\n\r\n"))
                .open();
        large.send(request("GET"), true);

        assertThat(failure(malformed)).isEqualTo(Cause.UPSTREAM_PROTOCOL);
        assertThat(failure(large)).isEqualTo(Cause.UPSTREAM_HEADER_TOO_LARGE);
    }

    @Test
    void sendsNothingOfAHeadThatWouldEndALine() {
        CutWire wire = new CutWire("");
        UpstreamConnection connection = to(wire);

        for (Head head : new Head[] {
            request("GET").add("x", "a\r\nb: c"),
            request("GET").add("x y", "a"),
            request("GET").set(":path", "/a b"),
            request("GE T"),
            request("GET").set(":authority", "a\nb")
        }) {
            assertThat(catchThrowableOfType(
                            GatewayException.class, () -> connection.open().send(head, true)))
                    .isNotNull();
        }

        assertThat(wire.written()).isEmpty();
    }

    @Test
    void opensAWebSocketForAClientThatSentNoKey() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            UpstreamHalf half = connected(server).open();
            Socket origin = server.accept();
            half.send(request("CONNECT").set(":protocol", "websocket"), false);
            String asked = readHead(origin);
            String key = asked.replaceAll("(?s).*sec-websocket-key: ([^\r]+)\r.*", "$1");
            origin.getOutputStream()
                    .write(bytes("HTTP/1.1 101 x\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: "
                            + WebSocketKey.accept(key) + "\r\n\r\nhi"));

            Head head = half.receive();
            byte[] buffer = new byte[2];

            assertThat(asked)
                    .startsWith("GET /x?y HTTP/1.1\r\n")
                    .contains("connection: upgrade\r\nupgrade: websocket\r\n");
            assertThat(head.status()).isEqualTo(101);
            assertThat(head.has("sec-websocket-accept")).isFalse();
            assertThat(half.read(buffer, 0, 2)).isEqualTo(2);
            half.write(bytes("raw"), 0, 3);
            half.end(null);
            assertThat(new String(origin.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .isEqualTo("raw");
            origin.close();
            assertThat(half.read(buffer, 0, 2)).isEqualTo(-1);
            assertThat(half.reusable()).isFalse();
        }
    }

    @Test
    void wakesAWaitingReaderWithTheCauseOfTheAbort() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            UpstreamHalf half = connected(server).open();
            half.send(request("GET"), true);
            Thread.ofVirtual().start(() -> {
                Awaiting.until(() -> half.headSinceNanos() != 0);
                half.abort(Cause.FIRST_BYTE_TIMEOUT);
            });

            assertThat(failure(half)).isEqualTo(Cause.FIRST_BYTE_TIMEOUT);
            assertThat(half.reusable()).isFalse();
        }
    }

    private static UpstreamConnection connected(ServerSocket server) throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort());
        return new UpstreamConnection(ChannelWire.connect(address, Duration.ofSeconds(5)), LIMITS, new FieldCache());
    }

    private static String readHead(Socket socket) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) socket.getInputStream().read());
        }
        return head.toString();
    }
}

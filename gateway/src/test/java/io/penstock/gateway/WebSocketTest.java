// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.UpgradedPair.Asked;
import io.penstock.gateway.UpgradedPair.End;
import io.penstock.gateway.UpgradedPair.Protocols;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.harness.websocket.WebSocketBackend;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** WebSocket from the handshake to the last byte, between every two protocols. */
@Timeout(60)
class WebSocketTest {
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    /** Longer than the gateway waits before it looks whether a silent client is still there. */
    private static final long WATCHED_NANOS = 500_000_000;

    @RegisterExtension
    final UpgradedPair pair = new UpgradedPair();

    @RegisterExtension
    final RunningGateway gateway = RunningGateway.toOrigin();

    /** A frame of RFC 6455 §5.2; clients mask theirs. */
    private static byte[] frame(int opcode, byte[] payload, boolean masked) {
        ByteBuffer frame = ByteBuffer.allocate(14 + payload.length).put((byte) (0x80 | opcode));
        int mask = masked ? 0x80 : 0;
        if (payload.length < 126) {
            frame.put((byte) (mask | payload.length));
        } else if (payload.length < 65_536) {
            frame.put((byte) (mask | 126)).putShort((short) payload.length);
        } else {
            frame.put((byte) (mask | 127)).putLong(payload.length);
        }
        byte[] key = {1, 2, 3, 4};
        if (masked) {
            frame.put(key);
        }
        for (int i = 0; i < payload.length; i++) {
            frame.put((byte) (masked ? payload[i] ^ key[i % 4] : payload[i]));
        }
        return Arrays.copyOf(frame.array(), frame.position());
    }

    static byte[] text(String text, boolean masked) {
        return frame(TEXT, text.getBytes(StandardCharsets.UTF_8), masked);
    }

    static byte[] close(int code, boolean masked) {
        return frame(CLOSE, new byte[] {(byte) (code >> 8), (byte) code}, masked);
    }

    static void passes(byte[] frame, End from, End to) throws IOException {
        from.send(frame);
        assertThat(to.read(frame.length)).isEqualTo(frame);
    }

    private static void endedWell(UpgradedPair pair, Protocols protocols) {
        Exchange exchange = pair.gateway().ended();
        assertThat(exchange.cause()).as(exchange.detail()).isNull();
        assertThat(exchange.status()).isEqualTo(protocols.h2Client ? 200 : 101);
        assertThat(exchange.upstreamProtocol()).isEqualTo(protocols.h2Origin ? "2" : "1.1");
    }

    @ParameterizedTest
    @EnumSource
    void carriesMessagesBothWaysUntilTheClientCloses(Protocols protocols) throws Exception {
        pair.between(protocols);
        pair.ask();
        End origin = pair.asked().accept();
        End client = pair.client();

        passes(text("ping", true), client, origin);
        passes(text("pong", false), origin, client);
        passes(text("unasked", false), origin, client);

        passes(close(1000, true), client, origin);
        passes(close(1000, false), origin, client);
        origin.finish();
        assertThat(client.ended()).isTrue();
        client.finish();
        assertThat(origin.ended()).isTrue();
        endedWell(pair, protocols);
    }

    @ParameterizedTest
    @EnumSource
    void carriesMessagesBothWaysUntilTheOriginCloses(Protocols protocols) throws Exception {
        pair.between(protocols);
        pair.ask();
        End origin = pair.asked().accept();
        End client = pair.client();
        passes(text("ping", true), client, origin);

        passes(close(1001, false), origin, client);
        passes(close(1001, true), client, origin);
        origin.finish();
        assertThat(client.ended()).isTrue();
        client.finish();
        assertThat(origin.ended()).isTrue();

        endedWell(pair, protocols);
    }

    @ParameterizedTest
    @EnumSource
    void carriesMessagesLargerThanEveryWindowBothWaysAtOnce(Protocols protocols) throws Exception {
        byte[] large = new byte[600_000];
        new Random(1).nextBytes(large);
        byte[] up = frame(BINARY, large, true);
        byte[] down = frame(BINARY, large, false);
        pair.between(protocols);
        pair.ask();
        End origin = pair.asked().accept();
        End client = pair.client();
        LinkedBlockingQueue<Object> sent = new LinkedBlockingQueue<>();
        for (boolean fromClient : new boolean[] {true, false}) {
            Thread.ofVirtual().start(() -> {
                try {
                    (fromClient ? client : origin).send(fromClient ? up : down);
                    sent.add("sent");
                } catch (IOException | RuntimeException e) {
                    sent.add(e);
                }
            });
        }
        LinkedBlockingQueue<Object> read = new LinkedBlockingQueue<>();
        Thread.ofVirtual().start(() -> {
            try {
                read.add(origin.read(up.length));
            } catch (IOException | RuntimeException | AssertionError e) {
                read.add(e);
            }
        });

        assertThat(client.read(down.length)).isEqualTo(down);

        assertThat(read.poll(20, TimeUnit.SECONDS)).isEqualTo(up);
        assertThat(sent.poll(20, TimeUnit.SECONDS)).isEqualTo("sent");
        assertThat(sent.poll(20, TimeUnit.SECONDS)).isEqualTo("sent");
    }

    @ParameterizedTest
    @EnumSource
    void passesTheClientsEndOnAndLeavesTheOtherDirectionOpen(Protocols protocols) throws Exception {
        pair.between(protocols);
        pair.ask();
        End origin = pair.asked().accept();
        End client = pair.client();

        client.finish();
        assertThat(origin.ended()).isTrue();
        pair.gateway().awaitNanos(WATCHED_NANOS);
        passes(text("late", false), origin, client);
        origin.finish();

        assertThat(client.ended()).isTrue();
        endedWell(pair, protocols);
    }

    @ParameterizedTest
    @EnumSource
    void passesTheOriginsEndOnAndLeavesTheOtherDirectionOpen(Protocols protocols) throws Exception {
        pair.between(protocols);
        pair.ask();
        End origin = pair.asked().accept();
        End client = pair.client();

        origin.finish();
        assertThat(client.ended()).isTrue();
        pair.gateway().awaitNanos(WATCHED_NANOS);
        passes(text("late", true), client, origin);
        client.finish();

        assertThat(origin.ended()).isTrue();
        endedWell(pair, protocols);
    }

    @ParameterizedTest
    @EnumSource
    void keepsAnUpgradeThatTheOriginTookItsTimeFor(Protocols protocols) throws Exception {
        pair.between(protocols);
        pair.ask();
        Asked asked = pair.asked();
        pair.gateway().awaitNanos(WATCHED_NANOS);
        End origin = asked.accept();
        End client = pair.client();

        client.finish();
        assertThat(origin.ended()).isTrue();
        pair.gateway().awaitNanos(WATCHED_NANOS);
        passes(text("late", false), origin, client);
        origin.finish();

        assertThat(client.ended()).isTrue();
        endedWell(pair, protocols);
    }

    @ParameterizedTest
    @EnumSource
    void breaksTheOriginsSideOffWhenTheClientResets(Protocols protocols) throws Exception {
        pair.between(protocols);
        pair.ask();
        End origin = pair.asked().accept();
        End client = pair.client();
        passes(text("ping", true), client, origin);

        client.reset();

        origin.awaitBroken();
        assertThat(pair.gateway().ended().cause()).isEqualTo(Cause.DOWNSTREAM_GONE);
    }

    @ParameterizedTest
    @EnumSource
    void breaksTheClientsSideOffWhenTheOriginResets(Protocols protocols) throws Exception {
        pair.between(protocols);
        pair.ask();
        End origin = pair.asked().accept();
        End client = pair.client();
        passes(text("ping", true), client, origin);

        origin.reset();

        client.awaitBroken();
        assertThat(pair.gateway().ended().cause()).isEqualTo(Cause.UPSTREAM_RESET);
    }

    @ParameterizedTest
    @CsvSource({
        "H1_TO_H1, 403", "H1_TO_H2, 403", "H2_TO_H1, 403", "H2_TO_H2, 403",
        "H1_TO_H1, 500", "H1_TO_H2, 500", "H2_TO_H1, 500", "H2_TO_H2, 500"
    })
    void passesARefusalOnWithItsBody(Protocols protocols, int status) throws Exception {
        pair.between(protocols);
        pair.ask();
        pair.asked().refuse(status, "not today");

        if (protocols.h2Client) {
            FramePeer client = pair.client2();
            assertThat(client.awaitHead(pair.call()).status()).isEqualTo(Integer.toString(status));
            assertThat(client.awaitRest(pair.call()).text()).isEqualTo("not today");
            if (!protocols.h2Origin) { // a relayed stream is the origin's to reset
                assertThat(client.await(pair.call(), WireFrame.RST_STREAM).code())
                        .isEqualTo(WireFrame.NO_ERROR);
            } else {
                client.data(pair.call(), "", true);
            }
        } else {
            assertThat(pair.client1().head()).startsWith("HTTP/1.1 " + status + " ");
            assertThat(pair.client1().text(9)).isEqualTo("not today");
        }
        Exchange exchange = pair.gateway().ended();
        assertThat(exchange.cause()).as(exchange.detail()).isNull();
        assertThat(exchange.status()).isEqualTo(status);
        if (!protocols.h2Client) { // it is an ordinary connection again
            pair.client1().send("GET /chat HTTP/1.1\r\nHost: example.test\r\n");
            pair.client1().send("Connection: Upgrade\r\nUpgrade: other\r\n\r\n");
            assertThat(pair.client1().head()).startsWith("HTTP/1.1 403 ");
            assertThat(pair.gateway().ended().cause()).isEqualTo(Cause.UPGRADE_REFUSED);
        }
    }

    @ParameterizedTest
    @CsvSource({"H1_TO_H2", "H2_TO_H2"})
    void saysSoWhenAnHttp2OriginDoesNotTakeExtendedConnect(Protocols protocols) throws Exception {
        pair.between(protocols);
        pair.takesConnect(false);

        pair.ask();

        if (protocols.h2Client) {
            assertThat(pair.client2().awaitHead(pair.call()).status()).isEqualTo("501");
        } else {
            assertThat(pair.client1().head()).startsWith("HTTP/1.1 501 ");
        }
        Exchange exchange = pair.gateway().ended();
        assertThat(exchange.cause()).isEqualTo(Cause.PROTOCOL_UNSUPPORTED);
        assertThat(exchange.detail()).contains("CONNECT with :protocol");
        assertThat(exchange.attempts()).isLessThan(2);
    }

    // ---- limits ----

    @ParameterizedTest
    @EnumSource
    void livesBeyondTheTimeoutAndEndsWhenItIsSilentForTooLong(Protocols protocols) throws Exception {
        pair.between(protocols, "timeout: 1s, max-idle: 100ms, max-upgrade-idle: 600ms");
        pair.ask();
        End origin = pair.asked().accept();
        End client = pair.client();
        for (int i = 0; i < 6; i++) {
            passes(text("ping", true), client, origin);
            pair.gateway().awaitNanos(200_000_000);
        }
        passes(text("pong", false), origin, client);

        client.awaitBroken();

        origin.awaitBroken();
        Exchange exchange = pair.gateway().ended();
        assertThat(exchange.cause()).isEqualTo(Cause.DEADLINE);
        assertThat(exchange.detail()).isEqualTo("no byte moved for max-upgrade-idle");
    }

    @ParameterizedTest
    @EnumSource
    void endsAtItsMostAgeHoweverBusyItIs(Protocols protocols) throws Exception {
        pair.between(protocols, "max-stream-life: 1s");
        pair.ask();
        End origin = pair.asked().accept();
        End client = pair.client();
        for (int i = 0; i < 3; i++) {
            passes(text("ping", true), client, origin);
            pair.gateway().awaitNanos(100_000_000);
        }

        client.awaitBroken();

        origin.awaitBroken();
        Exchange exchange = pair.gateway().ended();
        assertThat(exchange.cause()).isEqualTo(Cause.DEADLINE);
        assertThat(exchange.detail()).isEqualTo("max-stream-life has passed");
    }

    @ParameterizedTest
    @EnumSource
    void endsOneThatOnlyTheClientKeepsOpen(Protocols protocols) throws Exception {
        pair.between(protocols, "max-upgrade-idle: 500ms");
        pair.ask();
        End origin = pair.asked().accept();
        End client = pair.client();
        passes(text("ping", true), client, origin);

        origin.finish();
        assertThat(client.ended()).isTrue();

        origin.awaitBroken();
        assertThat(pair.gateway().ended().cause()).isEqualTo(Cause.DEADLINE);
    }

    @ParameterizedTest
    @EnumSource
    void waitsForTheAnswerNoLongerThanTheTimeout(Protocols protocols) throws Exception {
        pair.between(protocols, "timeout: 1s");
        pair.ask();
        pair.asked();

        if (protocols.h2Client) {
            assertThat(pair.client2().awaitHead(pair.call()).status()).isEqualTo("504");
        } else {
            assertThat(pair.client1().head()).startsWith("HTTP/1.1 504 ");
        }
        assertThat(pair.gateway().ended().cause()).isEqualTo(Cause.DEADLINE);
    }

    // ---- with the JDK's client and an echoing server ----

    /** Keeps what comes to the JDK's client. */
    private static final class Events implements WebSocket.Listener {
        final LinkedBlockingQueue<String> came = new LinkedBlockingQueue<>();
        private final StringBuilder part = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
            part.append(text);
            if (last) {
                came.add(part.toString());
                part.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
            came.add("pong");
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            came.add("close " + code);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            came.add("error");
        }

        String next() throws InterruptedException {
            String next = came.poll(20, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("nothing came");
            }
            return next;
        }
    }

    /** An echoing server behind the gateway. */
    private WebSocketBackend echo() throws IOException {
        WebSocketBackend backend = gateway.keep(WebSocketBackend.start("echo", 0));
        gateway.upstream("protocol: http1").variable("ORIGIN", "127.0.0.1:" + backend.port());
        return backend;
    }

    private WebSocket connect(HttpClient http, String path, Events events) {
        URI uri = URI.create("ws://127.0.0.1:" + gateway.address().getPort() + path);
        return http.newWebSocketBuilder().buildAsync(uri, events).join();
    }

    @Test
    void servesTheJdksClient() throws Exception {
        String large = "0123456789".repeat(30_000);
        echo();
        HttpClient http = HttpClient.newHttpClient();
        Events events = new Events();
        WebSocket socket = connect(http, "/", events);

        socket.sendText("first", true).join();
        assertThat(events.next()).isEqualTo("first");
        socket.sendText(large, true).join();
        assertThat(events.next()).isEqualTo(large);
        socket.sendPing(ByteBuffer.allocate(0)).join();
        assertThat(events.next()).isEqualTo("pong");
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "bye").join();
        assertThat(events.next()).isEqualTo("close 1000");

        Exchange exchange = gateway.ended();
        assertThat(exchange.cause()).as(exchange.detail()).isNull();
        http.shutdownNow();
    }

    @Test
    void tellsTheJdksClientHowTheOriginCloses() throws Exception {
        echo();
        HttpClient http = HttpClient.newHttpClient();
        Events closed = new Events();
        connect(http, "/close/4000", closed).sendText("x", true).join();
        assertThat(closed.next()).isEqualTo("close 4000");
        Exchange exchange = gateway.ended();
        assertThat(exchange.cause()).as(exchange.detail()).isNull();

        Events dropped = new Events();
        connect(http, "/drop", dropped).sendText("x", true).join();
        assertThat(dropped.next()).isIn("close 1006", "error");
        Exchange after = gateway.ended();
        assertThat(after.cause()).as(after.detail()).isNull();
        http.shutdownNow();
    }

    @Test
    void carriesTheJdksClientToAnHttp2Origin() throws Exception {
        gateway.origin().takeConnect();
        HttpClient http = HttpClient.newHttpClient();
        Events events = new Events();
        LinkedBlockingQueue<WebSocket> opened = new LinkedBlockingQueue<>();
        Thread.ofVirtual().start(() -> opened.add(connect(http, "/chat", events)));
        FramePeer origin = gateway.origin().connection();
        assertThat(origin.awaitHead(1).value(":protocol")).isEqualTo("websocket");
        origin.head(1, false, ":status", "200");
        WebSocket socket = opened.poll(20, TimeUnit.SECONDS);
        assertThat(socket).isNotNull();

        socket.sendText("hello", true).join();
        assertThat(origin.awaitData(1, 11)).hasSize(11).startsWith(0x81, 0x85);
        origin.data(1, text("there", false), false);
        assertThat(events.next()).isEqualTo("there");
        origin.data(1, close(4001, false), true);

        assertThat(events.next()).isEqualTo("close 4001");
        assertThat(origin.awaitData(1, 8)).startsWith(0x88, 0x82); // the client's answer
        origin.await("the client's end", frame -> frame.stream() == 1 && frame.end());
        Exchange exchange = gateway.ended();
        assertThat(exchange.cause()).as(exchange.detail()).isNull();
        http.shutdownNow();
    }

    @Test
    void carriesAnHttp2ClientToAnEchoingServer() throws Exception {
        WebSocketBackend backend = echo();
        FramePeer client = gateway.client();
        int call = client.webSocket("/");
        WireFrame head = client.awaitHead(call);
        assertThat(head.status()).isEqualTo("200");
        assertThat(head.value("x-backend")).isEqualTo("echo");

        client.data(call, text("hello", true), false);
        assertThat(client.awaitData(call, 7)).isEqualTo(text("hello", false));
        client.data(call, close(1000, true), true);
        FramePeer.Rest rest = client.awaitRest(call);

        assertThat(rest.body()).isEqualTo(close(1000, false));
        Exchange exchange = gateway.ended();
        assertThat(exchange.cause()).as(exchange.detail()).isNull();
        assertThat(backend.messages()).isEqualTo(1);
    }
}

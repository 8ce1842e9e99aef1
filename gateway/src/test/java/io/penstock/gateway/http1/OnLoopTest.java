// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.wire.ChannelWire;
import io.penstock.gateway.wire.EventLoop;
import io.penstock.gateway.wire.EventLoops;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers of the gateway's own, given on an event loop to a client that does not read: kernels take 6 KiB of each. */
@Timeout(60)
class OnLoopTest {
    private static final int SMALL = 2048;

    private final EventLoops loops = new EventLoops(1);
    private final LinkedBlockingQueue<Boolean> places = new LinkedBlockingQueue<>();
    private final EventLoop loop = loops.next();
    private Http1Server server;
    private Http1Client client;
    private Http1Connection connection;

    @BeforeEach
    void connect() throws InterruptedException {
        server = Http1Server.onLoop(loop, SMALL, this::answer);
        client = server.client(SMALL);
        connection = server.opened();
    }

    @AfterEach
    void close() throws Exception {
        client.close();
        server.close();
        loops.close();
    }

    /** As many bytes as the path says. */
    private void answer(Exchange exchange) {
        places.add(EventLoop.current() != null);
        String body = body(Integer.parseInt(exchange.path().substring(1)));
        exchange.downstream()
                .answer(
                        new Head().add(":status", "200").add("content-length", String.valueOf(body.length())),
                        body.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String body(int bytes) {
        StringBuilder body = new StringBuilder();
        while (body.length() < bytes) {
            body.append(body.length()).append('\n');
        }
        return body.substring(0, bytes);
    }

    private void ask(int bytes) throws Exception {
        client.send("GET /" + bytes + " HTTP/1.1\r\nHost: a\r\n\r\n");
    }

    /** Returns when it has left the loop and its thread waits for the client to read. */
    private void awaitStanding() {
        Awaiting.until(
                () -> !places.isEmpty() && !onLoop() && connection.codec().out().writingSinceNanos() != 0);
    }

    private boolean onLoop() {
        ChannelWire channel = connection.wire().channel();
        return channel != null && channel.loop() != null;
    }

    @ParameterizedTest
    @ValueSource(ints = {12_000, 16_384, 16_385, 40_000})
    void endsAnExchangeWithTheLastByteThatTheKernelTakes(int bytes) throws Exception {
        ask(bytes);
        awaitStanding();

        assertThat(server.endedCount()).isZero();

        assertThat(client.until("\r\n\r\n")).startsWith("HTTP/1.1 200 ");
        assertThat(client.text(bytes)).isEqualTo(body(bytes));
        assertThat(server.ended().cause()).isNull();
        ask(10);
        assertThat(client.until("\r\n\r\n")).startsWith("HTTP/1.1 200 ");
        assertThat(client.text(10)).isEqualTo(body(10));
        assertThat(places).hasSize(2).startsWith(true);
    }

    /** Each of them goes out at the end of a turn, when its exchange has ended. */
    @Test
    void losesNothingOfSmallAnswersToAClientThatReadsLate() throws Exception {
        int asked = 0;
        while (asked == 0 || onLoop()) {
            ask(1500);
            asked++;
            assertThat(server.ended().cause()).isNull();
            CompletableFuture<Void> turn = new CompletableFuture<>();
            loop.execute(() -> loop.execute(() -> turn.complete(null)));
            turn.get(30, TimeUnit.SECONDS);
        }
        awaitStanding();
        assertThat(places).hasSize(asked).doesNotContain(false);
        assertThat(connection.idleness().sinceNanos())
                .as("nobody takes it for idle")
                .isZero();

        for (int i = 0; i < asked; i++) {
            assertThat(client.until("\r\n\r\n")).startsWith("HTTP/1.1 200 ");
            assertThat(client.text(1500)).isEqualTo(body(1500));
        }
        ask(10);
        assertThat(client.until("\r\n\r\n")).startsWith("HTTP/1.1 200 ");
        assertThat(client.text(10)).isEqualTo(body(10));
    }

    @ParameterizedTest
    @ValueSource(ints = {12_000, 40_000})
    void endsAnExchangeWithAClientThatGoesBeforeTheLastByte(int bytes) throws Exception {
        ask(bytes);
        awaitStanding();

        client.leave(); // with bytes unread, which resets the connection

        assertThat(server.ended().cause()).isEqualTo(Cause.DOWNSTREAM_GONE);
        assertThat(server.closed()).isSameAs(connection);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Large bodies of clients of either protocol to and from an HTTP/1.1 upstream, in a process of 128 MiB of heap. Short by default; the size that was promised runs with
 * {@code -Dpenstock.long=true}.
 */
@Tag("process")
class Http1MemoryTest {
    private static final boolean LONG = Boolean.getBoolean("penstock.long");
    private static final int WINDOW = 4 << 20;
    private static final long BYTES = (LONG ? 3_000 : 200) * 1_000_000L;
    private static final int PIECE = 16_000;

    @TempDir
    static Path folder;

    private static String toOrigin(Http1Origin origin) {
        return """
                listeners: [{name: public, address: 127.0.0.1, port: 0}]
                routes: [{name: all, cluster: origin}]
                clusters: [{name: origin, endpoints: ["%s"], upstream: {protocol: http1}}]
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(origin.address());
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void passesALargeRequestBodyOn() throws Exception {
        AtomicLong received = new AtomicLong();
        try (Http1Origin origin = Http1Origin.following(connection -> {
                    connection.head();
                    received.set(connection.skip(BYTES));
                    connection.answer("taken");
                });
                GatewayProcess gateway = GatewayProcess.start(folder, toOrigin(origin), "-Xmx128m");
                FramePeer client = FramePeer.connectWide(gateway.address())) {
            int call = client.post("/", "content-length", Long.toString(BYTES));
            byte[] piece = new byte[PIECE];
            for (long sent = 0; sent < BYTES; sent += PIECE) {
                client.dataWithinWindows(call, piece, PIECE, sent + PIECE == BYTES);
            }

            assertThat(client.awaitHead(call).status()).isEqualTo("200");
            assertThat(client.awaitRest(call).text()).isEqualTo("taken");
            assertThat(received).hasValue(BYTES);
        }
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void passesALargeResponseBodyOn() throws Exception {
        try (Http1Origin origin = Http1Origin.following(connection -> {
                    connection.request();
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + BYTES + "\r\n\r\n");
                    String piece = "x".repeat(PIECE);
                    for (long sent = 0; sent < BYTES; sent += PIECE) {
                        connection.send(piece);
                    }
                });
                GatewayProcess gateway = GatewayProcess.start(folder, toOrigin(origin), "-Xmx128m");
                FramePeer client = FramePeer.connectWide(gateway.address()).withoutCredit()) {
            int call = client.get("/");
            client.windowUpdate(0, WINDOW);
            client.windowUpdate(call, WINDOW);

            assertThat(client.awaitHead(call).status()).isEqualTo("200");
            long read = 0;
            long credited = 0;
            while (read < BYTES) {
                read += client.awaitData(call, 1).length;
                if (read - credited > WINDOW / 2) { // a credit for each frame would make the frames ever smaller
                    client.windowUpdate(0, (int) (read - credited));
                    client.windowUpdate(call, (int) (read - credited));
                    credited = read;
                }
            }
            assertThat(read).isEqualTo(BYTES);
        }
    }

    private static Http1Origin.Connection connect(GatewayProcess gateway) throws IOException {
        return new Http1Origin.Connection(
                new Socket(gateway.address().getAddress(), gateway.address().getPort()));
    }

    private static void send(Http1Origin.Connection to, String head) throws IOException {
        to.send(head + "Content-Length: " + BYTES + "\r\n\r\n");
        String piece = "x".repeat(PIECE);
        for (long sent = 0; sent < BYTES; sent += PIECE) {
            to.send(piece);
        }
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void passesALargeRequestBodyOfAnHttp1ClientOn() throws Exception {
        AtomicLong received = new AtomicLong();
        try (Http1Origin origin = Http1Origin.following(connection -> {
                    connection.head();
                    received.set(connection.skip(BYTES));
                    connection.answer("taken");
                });
                GatewayProcess gateway = GatewayProcess.start(folder, toOrigin(origin), "-Xmx128m");
                Http1Origin.Connection client = connect(gateway)) {
            send(client, "POST / HTTP/1.1\r\nHost: a\r\n");

            assertThat(client.head()).startsWith("HTTP/1.1 200 ");
            assertThat(client.text(5)).isEqualTo("taken");
            assertThat(received).hasValue(BYTES);
        }
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void passesALargeResponseBodyOnToAnHttp1Client() throws Exception {
        try (Http1Origin origin = Http1Origin.following(connection -> {
                    connection.request();
                    send(connection, "HTTP/1.1 200 OK\r\n");
                    connection.answer(connection.request().startsWith("GET /next ") ? "next" : "wrong");
                });
                GatewayProcess gateway = GatewayProcess.start(folder, toOrigin(origin), "-Xmx128m");
                Http1Origin.Connection client = connect(gateway)) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");

            assertThat(client.head()).startsWith("HTTP/1.1 200 ").contains("content-length: " + BYTES + "\r\n");
            assertThat(client.skip(BYTES)).isEqualTo(BYTES);
            client.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
            client.head();
            assertThat(client.text(4)).isEqualTo("next");
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.gateway.listener.ListenException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Listeners and the admin listener whose address changes while the port stays. */
class ReloadAddressTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    /** Only sockets that listen on every address answer there. */
    private static final String ELSEWHERE = "127.0.0.9";

    @RegisterExtension
    final RunningGateway gateway = RunningGateway.with(yaml("127.0.0.1", 0, "127.0.0.1", 0));

    private static String yaml(String address, int port, String admin, int adminPort) {
        return """
                listeners: [{name: main, address: "%s", port: %d}]
                routes: [{name: all, path-prefix: /, answer: {status: 200, body: "yes"}}]
                admin: {address: "%s", port: %d, tokens: [{name: ops, token: "file:pom.xml"}]}
                access-log: {output: none}
                """.formatted(address, port, admin, adminPort);
    }

    @Test
    void listensOnAnotherAddressOfTheSamePortWithoutRefusingAnybody() throws Exception {
        int port = gateway.gateway().listeners().getFirst().port();
        try (Callers callers = new Callers(port, "/")) {
            for (String address :
                    List.of("0.0.0.0", "127.0.0.1", "::", "localhost", "0.0.0.0", "::", "127.0.0.1", "0.0.0.0")) {
                gateway.apply(yaml(address, port, "127.0.0.1", 0));
                callers.awaitMore(100);
                assertThat(gateway.gateway().listeners().getFirst().port()).isEqualTo(port);
                if (address.equals("0.0.0.0") || address.equals("::")) {
                    assertThat(answer(ELSEWHERE, port, "/")).startsWith("HTTP/1.1 200");
                } else {
                    Await.until(ELSEWHERE + " refuses", SOON, () -> refused(ELSEWHERE, port));
                }
            }
            assertThat(callers.failures()).isEmpty();
        }
    }

    @Test
    void movesTheAdminListenerAlike() throws Exception {
        int port = gateway.gateway().adminPort();
        try (Callers callers = new Callers(port, "/healthz")) {
            for (String address : List.of("0.0.0.0", "localhost", "::", "127.0.0.1")) {
                gateway.apply(yaml("127.0.0.1", 0, address, port));
                callers.awaitMore(100);
                assertThat(gateway.gateway().adminPort()).isEqualTo(port);
                if (address.equals("0.0.0.0") || address.equals("::")) {
                    assertThat(answer(ELSEWHERE, port, "/healthz")).startsWith("HTTP/1.1 200");
                } else {
                    Await.until(ELSEWHERE + " refuses", SOON, () -> refused(ELSEWHERE, port));
                }
            }
            assertThat(callers.failures()).isEmpty();
        }
    }

    @Test
    void goesOnWhenNarrowedAndWidenedAgainAtOnce() throws Exception {
        int port = gateway.gateway().listeners().getFirst().port();
        try (Callers callers = new Callers(port, "/")) {
            for (int i = 0; i < 10; i++) {
                gateway.apply(yaml(i % 2 == 0 ? "0.0.0.0" : "127.0.0.1", port, "127.0.0.1", 0));
                callers.awaitMore(10);
            }
            Await.until(ELSEWHERE + " refuses", SOON, () -> refused(ELSEWHERE, port));
            callers.awaitMore(10);
            assertThat(callers.failures()).isEmpty();
        }
    }

    @Test
    void servesOnTheOldAddressWhenSomebodyElseHasTheNewOne() throws Exception {
        int port = gateway.gateway().listeners().getFirst().port();
        int admin = gateway.gateway().adminPort();
        try (ServerSocket other = new ServerSocket(port, 1, InetAddress.getByName(ELSEWHERE));
                ServerSocket more = new ServerSocket(admin, 1, InetAddress.getByName(ELSEWHERE))) {
            assertThat(other.isBound() && more.isBound()).isTrue();
            assertThatThrownBy(() -> gateway.apply(yaml("0.0.0.0", port, "127.0.0.1", 0)))
                    .isInstanceOf(ListenException.class)
                    .hasMessage("listeners[0].address: cannot listen on 0.0.0.0:" + port
                            + " (Address already in use); change listeners[0].address or listeners[0].port");
            assertThatThrownBy(() -> gateway.apply(yaml("127.0.0.1", port, "0.0.0.0", admin)))
                    .isInstanceOf(IOException.class)
                    .hasMessage("admin.address: cannot listen on 0.0.0.0:" + admin
                            + " (Address already in use); change admin.address or admin.port");
        }

        assertThat(answer("127.0.0.1", port, "/")).startsWith("HTTP/1.1 200");
        assertThat(answer("127.0.0.1", admin, "/healthz")).startsWith("HTTP/1.1 200");
        gateway.apply(yaml("0.0.0.0", port, "0.0.0.0", admin));
        assertThat(answer(ELSEWHERE, port, "/")).startsWith("HTTP/1.1 200");
    }

    @Test
    void saysWhichAddressIsNoneOfThisMachine() {
        int port = gateway.gateway().listeners().getFirst().port();

        assertThatThrownBy(() -> gateway.apply(yaml("192.0.2.1", port, "127.0.0.1", 0)))
                .isInstanceOf(ListenException.class)
                .hasMessageStartingWith("listeners[0].address: cannot listen on 192.0.2.1:" + port);
    }

    @Test
    void doesNotOpenOneAddressForTwoListeners() throws IOException {
        int port = gateway.gateway().listeners().getFirst().port();
        String twice = yaml("0.0.0.0", port, "127.0.0.1", 0)
                .replace(
                        "listeners: [{name: main, address: \"0.0.0.0\"",
                        "listeners: [{name: one, address: localhost, port: " + port
                                + "}, {name: main, address: \"127.0.0.1\"");

        assertThatThrownBy(() -> gateway.apply(twice))
                .isInstanceOf(ListenException.class)
                .hasMessageContaining(
                        "listeners[1].address: cannot listen on 127.0.0.1:" + port + " (taken by listeners[0])");
        assertThat(answer("127.0.0.1", port, "/")).startsWith("HTTP/1.1 200");
    }

    @Test
    void splitsOneListenerIntoTwoAndJoinsThemAgain() throws Exception {
        int port = gateway.gateway().listeners().getFirst().port();
        String one = yaml("0.0.0.0", port, "127.0.0.1", 0);
        String two = one.replace(
                "\"0.0.0.0\", port: " + port + "}",
                "\"127.0.0.1\", port: " + port + "}, {name: more, address: " + ELSEWHERE + ", port: " + port + "}");
        gateway.apply(one);
        gateway.apply(two);

        assertThat(gateway.gateway().listeners()).hasSize(2);
        assertThat(answer(ELSEWHERE, port, "/")).startsWith("HTTP/1.1 200");
        Await.until("127.0.0.8 refuses", SOON, () -> refused("127.0.0.8", port));
        assertThat(answer("127.0.0.1", port, "/")).startsWith("HTTP/1.1 200");
        gateway.apply(one);

        assertThat(answer("127.0.0.8", port, "/")).startsWith("HTTP/1.1 200");
        assertThat(answer(ELSEWHERE, port, "/")).startsWith("HTTP/1.1 200");
        assertThat(answer("127.0.0.1", port, "/")).startsWith("HTTP/1.1 200");
    }

    /** The beginning of the answer's first line. */
    private static String answer(String address, int port, String path) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getByName(address), port), 10_000);
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readNBytes("HTTP/1.1 200".length()), StandardCharsets.UTF_8);
        }
    }

    private static boolean refused(String address, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), 10_000);
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    /** Who connect without pause, and expect an answer each time. */
    private static final class Callers implements AutoCloseable {
        private final List<Thread> threads = new ArrayList<>();
        private final Queue<String> failures = new ConcurrentLinkedQueue<>();
        private final AtomicLong answered = new AtomicLong();
        private volatile boolean stopped;

        Callers(int port, String path) {
            for (int i = 0; i < 4; i++) {
                threads.add(Thread.ofPlatform().start(() -> call(port, path)));
            }
        }

        private void call(int port, String path) {
            while (!stopped) {
                try {
                    String answer = answer("127.0.0.1", port, path);
                    if (!answer.startsWith("HTTP/1.1 200")) {
                        failures.add("answer: " + answer);
                    }
                } catch (IOException e) {
                    failures.add(e.toString());
                }
                answered.incrementAndGet();
            }
        }

        void awaitMore(int answers) {
            long enough = answered.get() + answers;
            Await.until(answers + " more answers", SOON, () -> answered.get() >= enough);
        }

        Queue<String> failures() {
            return failures;
        }

        @Override
        public void close() {
            stopped = true;
            try {
                for (Thread thread : threads) {
                    thread.join();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

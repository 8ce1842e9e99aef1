// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.websocket;

import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Opens the sockets of a plan, has each send a message at its interval and compare the echo, and says which stayed open.
 *
 * <p>A virtual thread for each socket; their first messages are spread over one interval. When the time is over each
 * socket that is open is counted as such and then closed with 1000.
 */
public final class WebSocketRun {

    private final WebSocketPlan plan;
    private final WebSocketTally tally = new WebSocketTally();
    private final long endNanos;

    /** The duration begins here. */
    public WebSocketRun(WebSocketPlan plan) {
        this.plan = plan;
        this.endNanos = System.nanoTime() + plan.duration().toNanos();
    }

    /** Runs to the end, which is at most the duration and two timeouts away. */
    public WebSocketReport run() throws InterruptedException {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor();
                var client = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(plan.timeout())
                        .executor(executor)
                        .build()) {
            var threads = new ArrayList<Thread>();
            for (int i = 0; i < plan.sockets(); i++) {
                int number = i;
                threads.add(Thread.ofVirtual().name("websocket-" + i).start(() -> socket(client, number)));
            }
            for (var thread : threads) {
                thread.join();
            }
            return tally.report(plan);
        }
    }

    /** What happened so far, on one line. */
    public String progress() {
        return tally.progress();
    }

    private void socket(HttpClient client, int number) {
        var echoes = new Echoes();
        try {
            pause(plan.interval().multipliedBy(number).dividedBy(plan.sockets()));
            var socket = client.newWebSocketBuilder()
                    .connectTimeout(plan.timeout())
                    .buildAsync(plan.to(), echoes)
                    .get(plan.timeout().toNanos(), TimeUnit.NANOSECONDS);
            tally.opened.incrementAndGet();
            try {
                talk(socket, echoes, number);
            } finally {
                leave(socket, echoes);
            }
        } catch (ExecutionException | TimeoutException e) {
            tally.refused(reason(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String reason(Exception e) {
        var cause = e.getCause() == null ? e : e.getCause();
        return cause instanceof WebSocketHandshakeException refused
                ? Integer.toString(refused.getResponse().statusCode())
                : cause.getClass().getSimpleName();
    }

    private void talk(WebSocket socket, Echoes echoes, int number) throws InterruptedException {
        // Once at least, also for a socket that took all the time to open.
        for (long sequence = 0; sequence == 0 || System.nanoTime() - endNanos < 0; sequence++) {
            var message = message(number, sequence);
            long begun = System.nanoTime();
            if (!send(socket, message)) {
                return;
            }
            tally.sent.increment();
            var echo = echoes.next(plan.timeout());
            if (echoes.ended()) {
                return;
            }
            if (echo == null) {
                tally.late.increment();
                tally.problem("no echo within " + plan.timeout().toMillis() + " ms");
                return;
            }
            if (echo.equals(message)) {
                tally.echoed(System.nanoTime() - begun);
            } else {
                tally.wrong.increment();
                tally.problem("sent " + start(message) + ", got " + start(echo));
            }
            pause(plan.interval());
        }
    }

    private boolean send(WebSocket socket, String message) throws InterruptedException {
        try {
            var sending = plan.binary()
                    ? socket.sendBinary(ByteBuffer.wrap(Echoes.bytes(message)), true)
                    : socket.sendText(message, true);
            sending.get(plan.timeout().toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (ExecutionException | TimeoutException e) {
            tally.problem("sending: " + reason(e));
            return false;
        }
    }

    private void leave(WebSocket socket, Echoes echoes) throws InterruptedException {
        if (echoes.ended() || socket.isInputClosed() || socket.isOutputClosed()) {
            tally.closed(echoes.ending());
        } else {
            tally.stillOpen.incrementAndGet();
            try {
                var unused = socket.sendClose(WebSocket.NORMAL_CLOSURE, "done").get(1, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                // It was open, and is given up below.
                tally.problem("closing: " + reason(e));
            }
        }
        socket.abort();
    }

    private String message(int number, long sequence) {
        var text = new StringBuilder(plan.size() + 24);
        text.append(number).append(':').append(sequence).append(' ');
        while (text.length() < plan.size()) {
            text.append((char) ('a' + text.length() % 26));
        }
        text.setLength(plan.size());
        return text.toString();
    }

    private static String start(String text) {
        return text.substring(0, Math.min(24, text.length()));
    }

    /** Waits, but not past the end of the run. */
    private void pause(Duration time) throws InterruptedException {
        long nanos = Math.min(time.toNanos(), endNanos - System.nanoTime());
        if (nanos > 0) {
            Thread.sleep(Duration.ofNanos(nanos));
        }
    }
}

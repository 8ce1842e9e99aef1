// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.websocket;

import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Collects the messages of one socket and how it ended. Events come one at a time; one other thread takes messages. */
final class Echoes implements WebSocket.Listener {

    private static final String END = "";
    private static final int MAX_WAITING = 1000;

    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>(MAX_WAITING);
    private final StringBuilder parts = new StringBuilder();
    private volatile @Nullable String ending;

    static byte[] bytes(String message) {
        return message.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
        return take(socket, part, last);
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer part, boolean last) {
        return take(socket, StandardCharsets.ISO_8859_1.decode(part), last);
    }

    private @Nullable CompletionStage<?> take(WebSocket socket, CharSequence part, boolean last) {
        parts.append(part);
        if (last) {
            var unused = messages.offer(parts.toString());
            parts.setLength(0);
        }
        socket.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
        end(Integer.toString(code));
        return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable problem) {
        end(problem.getClass().getSimpleName());
    }

    private void end(String how) {
        if (ending == null) {
            ending = how;
        }
        var unused = messages.offer(END);
    }

    /** The next message; null when none came in time, and {@link #ended} when none will. */
    @Nullable
    String next(Duration timeout) throws InterruptedException {
        return messages.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    boolean ended() {
        return ending != null;
    }

    /** The close code, or what failed. */
    String ending() {
        var how = ending;
        return how == null ? "gone" : how;
    }
}

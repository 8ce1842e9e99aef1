// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.latency;

import java.io.Closeable;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An HTTP/1.1 upstream that notes when each byte of a POST's body arrives, and lets others answer a GET. */
final class ByteUpstream implements Closeable {

    /** What an answer to a GET begins with. */
    static final String HEAD = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

    private final LinkedBlockingQueue<Long> bytes = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<Http1Line> asked = new LinkedBlockingQueue<>();
    private final Accepting accepting;

    ByteUpstream() throws IOException {
        this.accepting = new Accepting("upstream-bytes", this::serve);
    }

    String address() {
        return accepting.address();
    }

    /** The instant, by {@link System#nanoTime}, at which the next byte was read. */
    long awaitByte(Duration most) throws IOException, InterruptedException {
        return await(bytes, most, "byte");
    }

    /** The connection on which the next GET came: its answer is the caller's to write. */
    Http1Line awaitGet(Duration most) throws IOException, InterruptedException {
        return await(asked, most, "GET");
    }

    private static <T> T await(BlockingQueue<T> queue, Duration most, String what)
            throws IOException, InterruptedException {
        @Nullable T came = queue.poll(most.toNanos(), TimeUnit.NANOSECONDS);
        if (came == null) {
            throw new IOException("no " + what + " reached the upstream within " + most.toMillis() + " ms");
        }
        return came;
    }

    private void serve(Socket socket) throws IOException {
        var line = new Http1Line(socket);
        while (true) {
            if (line.head().startsWith("get ")) {
                asked.add(line);
                continue;
            }
            while (line.awaitByte()) {
                bytes.add(System.nanoTime());
            }
            line.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        }
    }

    @Override
    public void close() throws IOException {
        accepting.close();
    }
}

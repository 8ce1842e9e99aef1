// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.backend;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Server-sent events: N of them, numbered from 1, MS milliseconds apart.
 *
 * <p>It does not end by itself, since a client would then connect again as the protocol asks: after the last event it sends
 * a comment every {@value #BEAT_MILLIS} ms until the client has gone, for {@value #MOST_BEATS} times at most.
 */
final class EventStream {

    private static final long MAX_EVENTS = 1_000_000;
    private static final long MAX_EVERY_MILLIS = 60_000;
    private static final int BEAT_MILLIS = 250;
    private static final int MOST_BEATS = 2_400;

    private EventStream() {}

    static void serve(ServerRequest request, ServerResponse response) throws InterruptedException {
        long events = HttpBackend.number(request, "n", 1, MAX_EVENTS);
        long every = HttpBackend.number(request, "every", 0, MAX_EVERY_MILLIS);
        response.header(HeaderNames.CONTENT_TYPE, "text/event-stream");
        response.header(HeaderNames.CACHE_CONTROL, "no-cache");
        try (var out = response.outputStream()) {
            for (long n = 1; n <= events; n++) {
                send(out, "id: " + n + "\ndata: event " + n + "\n\n");
                Thread.sleep(every);
            }
            for (int beat = 0; beat < MOST_BEATS; beat++) {
                Thread.sleep(BEAT_MILLIS);
                send(out, ": still here\n\n");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void send(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.health;

import io.penstock.gateway.config.cluster.HealthCheckConfig;
import io.penstock.gateway.config.cluster.StatusRange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** One GET over HTTP/1.1 as the only one of its connection; looks at the final status and at nothing after it. */
final class Http1Probe {
    /** Interim answers (1xx) before the final one, over either protocol. */
    static final int MOST_INTERIM = 16;

    private static final int STATUS_LINE_BYTES = 13; // HTTP/1.1 200 and a space or the end of the line

    private final HealthCheckConfig config;

    Http1Probe(HealthCheckConfig config) {
        this.config = config;
    }

    String ask(ProbeSocket socket, String authority) throws IOException {
        String request = "GET " + config.path() + " HTTP/1.1\r\nHost: " + authority
                + "\r\nUser-Agent: penstock\r\nAccept: */*\r\nConnection: close\r\n\r\n";
        socket.write(request.getBytes(StandardCharsets.ISO_8859_1));
        int status = status(socket);
        for (int interim = 0; status < 200 && status != 101; status = status(socket)) {
            if (++interim > MOST_INTERIM) {
                throw new IOException("more than " + MOST_INTERIM + " interim answers");
            }
            skipHead(socket);
        }
        return expected(config, status);
    }

    private static int status(ProbeSocket socket) throws IOException {
        String line = new String(socket.read(STATUS_LINE_BYTES), StandardCharsets.ISO_8859_1);
        if (!line.matches("(?s)HTTP/1\\.[01] [1-9][0-9]{2}[ \r].*")) {
            throw new IOException("no answer of HTTP/1.1");
        }
        return Integer.parseInt(line.substring(9, 12));
    }

    /** Reads to the empty line behind an interim head, whose status was read; the socket bounds how much. */
    private static void skipHead(ProbeSocket socket) throws IOException {
        int lineFeeds = 0;
        while (lineFeeds < 2) {
            int next = socket.read();
            if (next == '\n') {
                lineFeeds++;
            } else if (next != '\r') {
                lineFeeds = 0;
            }
        }
    }

    /** What to say of a status. */
    static String expected(HealthCheckConfig config, int status) throws IOException {
        if (!StatusRange.anyHas(config.statuses(), status)) {
            throw new IOException("status " + status + ", expected " + config.statuses());
        }
        return "status " + status;
    }
}

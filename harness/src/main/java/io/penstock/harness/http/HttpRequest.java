// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** A request as bytes, to be sent any number of times by any thread. A small body goes out in one write with the head. */
public final class HttpRequest {

    private static final int CHUNK_BYTES = 64 << 10;

    private final boolean bodiless;
    private final byte[] start;
    private final byte[] zeros;
    private final long moreBytes;

    HttpRequest(String method, String head, long bodyBytes) {
        byte[] text = head.getBytes(StandardCharsets.ISO_8859_1);
        int together = (int) Math.min(bodyBytes, CHUNK_BYTES);
        this.bodiless = method.equals("HEAD");
        this.start = new byte[text.length + together];
        System.arraycopy(text, 0, start, 0, text.length);
        this.moreBytes = bodyBytes - together;
        this.zeros = new byte[(int) Math.min(moreBytes, CHUNK_BYTES)];
    }

    void write(OutputStream out) throws IOException {
        out.write(start);
        for (long left = moreBytes; left > 0; left -= zeros.length) {
            out.write(zeros, 0, (int) Math.min(left, zeros.length));
        }
    }

    /** Whether the answer has no body, whatever its head says. */
    boolean bodiless() {
        return bodiless;
    }
}

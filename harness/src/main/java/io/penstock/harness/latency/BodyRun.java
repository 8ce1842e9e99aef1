// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.latency;

import java.io.IOException;
import java.time.Duration;

/**
 * Sends bodies byte by byte, each byte only after the one before has arrived, up and then down.
 *
 * <p>So a gateway that waits for more of a body before it passes on what it has would stop the run.
 */
final class BodyRun {

    private static final int BODY_BYTES = 10;

    private final int rounds;
    private final Duration patience;
    private final ByteUpstream upstream;
    private final Times times;

    BodyRun(LatencyPlan plan, ByteUpstream upstream, Times times) {
        this.rounds = plan.rounds();
        this.patience = plan.patience();
        this.upstream = upstream;
        this.times = times;
    }

    void measure(ByteCaller caller, Effect upload, Effect download) throws IOException, InterruptedException {
        for (int left = rounds; left > 0; left -= BODY_BYTES) {
            upload(caller, Math.min(left, BODY_BYTES), upload);
        }
        for (int left = rounds; left > 0; left -= BODY_BYTES) {
            download(caller, Math.min(left, BODY_BYTES), download);
        }
    }

    private void upload(ByteCaller caller, int bytes, Effect effect) throws IOException, InterruptedException {
        for (int i = 0; i < bytes; i++) {
            long from = System.nanoTime();
            caller.send(i == 0);
            times.record(effect, from, upstream.awaitByte(patience));
        }
        caller.endSending();
    }

    private void download(ByteCaller caller, int bytes, Effect effect) throws IOException, InterruptedException {
        caller.ask();
        var answer = upstream.awaitGet(patience);
        for (int i = 0; i < bytes; i++) {
            long from = System.nanoTime();
            answer.write(i == 0 ? ByteUpstream.HEAD + Http1Line.BYTE : Http1Line.BYTE);
            caller.receive(i == 0);
            times.record(effect, from, System.nanoTime());
        }
        answer.write(Http1Line.END);
        caller.endReceiving();
    }
}

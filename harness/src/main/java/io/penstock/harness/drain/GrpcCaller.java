// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.drain;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.penstock.harness.backend.EchoService;
import java.net.ConnectException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Makes one call after the other with grpc-java: unary ones, or streams of a few messages, each sent when the one before came back. */
final class GrpcCaller implements Caller {

    private static final int MESSAGES = 10;
    private static final byte[] MESSAGE = new byte[200];

    private final DrainPlan plan;
    private final Tally tally;
    private final ManagedChannel channel;
    private final boolean stream;

    GrpcCaller(DrainPlan plan, Tally tally, ManagedChannel channel, boolean stream) {
        this.plan = plan;
        this.tally = tally;
        this.channel = channel;
        this.stream = stream;
    }

    @Override
    public boolean call() throws InterruptedException {
        var options = CallOptions.DEFAULT.withDeadlineAfter(plan.timeout().toMillis(), TimeUnit.MILLISECONDS);
        var method = stream ? EchoService.BIDI : EchoService.UNARY;
        var one = new One(channel.newCall(method, options), stream ? MESSAGES : 1);
        one.start();
        one.ended.await(); // the deadline ends it
        var status = one.status;
        if (status.isOk() && one.answered == one.toSend) {
            tally.answered();
        } else if (refused(status.getCause())) {
            return false;
        } else {
            tally.failed(status + ", " + one.answered + " of " + one.toSend + " messages");
        }
        return true;
    }

    /** Whether there was no connection to send the call on. */
    private static boolean refused(@Nullable Throwable why) {
        return why instanceof ConnectException || (why != null && refused(why.getCause()));
    }

    /** One call. Events come one at a time on grpc-java's threads; the caller reads after the latch. */
    private static final class One extends ClientCall.Listener<byte[]> {
        private final ClientCall<byte[], byte[]> call;
        private final int toSend;
        private final CountDownLatch ended = new CountDownLatch(1);
        private int answered;
        private Status status = Status.UNKNOWN;

        One(ClientCall<byte[], byte[]> call, int toSend) {
            this.call = call;
            this.toSend = toSend;
        }

        void start() {
            call.start(this, new Metadata());
            call.request(2);
            call.sendMessage(MESSAGE);
            endIfSent(1);
        }

        private void endIfSent(int sent) {
            if (sent == toSend) {
                call.halfClose();
            }
        }

        @Override
        public void onMessage(byte[] message) {
            answered++;
            call.request(1);
            if (answered < toSend) {
                call.sendMessage(MESSAGE);
                endIfSent(answered + 1);
            }
        }

        @Override
        public void onClose(Status how, Metadata trailers) {
            status = how;
            ended.countDown();
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}

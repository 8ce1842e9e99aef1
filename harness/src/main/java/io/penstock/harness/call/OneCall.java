// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.call;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.penstock.harness.backend.Backends;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;

/**
 * One gRPC call: sends its messages as the transport takes them, reads every answer, remembers how it ended.
 *
 * <p>A bidirectional call sends its next message when the last was answered. Events come on grpc-java's threads, one
 * at a time; the fields are read by the caller only after the latch.
 */
final class OneCall extends ClientCall.Listener<byte[]> {

    private final ClientCall<byte[], byte[]> call;
    private final CallPlan plan;
    private final byte[] message;
    private final int toSend;
    private final CountDownLatch ended = new CountDownLatch(1);

    private int sent;
    private long messages;
    private long bytes;
    private String backend = "";
    private Status status = Status.UNKNOWN;
    private Metadata trailers = new Metadata();

    OneCall(ClientCall<byte[], byte[]> call, CallPlan plan) {
        this.call = call;
        this.plan = plan;
        this.message = new byte[plan.size()];
        this.toSend = plan.kind().sendsOneMessage() ? 1 : plan.count();
    }

    void start(Metadata head) {
        call.start(this, head);
        call.request(1);
        if (plan.kind().sendsOneMessage()) {
            sendNext();
        }
    }

    private void sendNext() {
        call.sendMessage(message);
        sent++;
        if (sent == toSend) {
            call.halfClose();
        }
    }

    private boolean maySend() {
        return sent < toSend && call.isReady() && (plan.kind() != Kind.BIDI || messages == sent);
    }

    @Override
    public void onReady() {
        while (maySend()) {
            sendNext();
        }
    }

    @Override
    public void onHeaders(Metadata head) {
        name(head);
    }

    private void name(Metadata from) {
        var name = from.get(Fields.ascii(Backends.BACKEND_FIELD));
        if (name != null) {
            backend = name;
        }
    }

    @Override
    public void onMessage(byte[] answer) {
        messages++;
        bytes += answer.length;
        call.request(1);
        onReady();
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        this.status = status;
        this.trailers = trailers;
        name(trailers);
        ended.countDown();
    }

    void awaitEnd() throws InterruptedException {
        ended.await();
    }

    CallResult result(Duration took) {
        var detail = Objects.requireNonNullElse(status.getDescription(), "");
        return new CallResult(
                plan,
                status.isOk(),
                status.getCode().name(),
                detail,
                took,
                backend,
                messages,
                bytes,
                Fields.of(trailers));
    }
}

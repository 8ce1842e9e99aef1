// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.load;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.penstock.harness.backend.Backends;
import io.penstock.harness.call.Fields;
import io.penstock.harness.call.Kind;

/**
 * One call of a load run. Events come one at a time on grpc-java's threads.
 *
 * <p>A bidirectional call sends its next message when the last was answered; a client stream sends as the transport
 * takes it.
 */
final class LoadCall extends ClientCall.Listener<byte[]> {

    /** Told once, when the call has ended. */
    interface End {
        void ended(LoadCall call, Status status);
    }

    private static final Metadata.Key<String> BACKEND = Fields.ascii(Backends.BACKEND_FIELD);

    private static final Metadata.Key<String> CAUSE = Fields.ascii("x-penstock-cause");

    private final ClientCall<byte[], byte[]> call;
    private final Kind kind;
    private final byte[] message;
    private final int toSend;
    private final End end;
    private final long intendedNanos;
    private int sent;
    private int answered;
    private String backend = "";
    private String cause = "";

    LoadCall(ClientCall<byte[], byte[]> call, LoadPlan plan, byte[] message, long intendedNanos, End end) {
        this.call = call;
        this.kind = plan.kind();
        this.message = message;
        this.toSend = kind.sendsOneMessage() ? 1 : plan.count();
        this.end = end;
        this.intendedNanos = intendedNanos;
    }

    void start(Metadata head) {
        call.start(this, head);
        call.request(kind == Kind.UNARY ? 2 : 1);
        if (kind.sendsOneMessage()) {
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

    @Override
    public void onReady() {
        while (sent < toSend && call.isReady() && (kind != Kind.BIDI || answered == sent)) {
            sendNext();
        }
    }

    @Override
    public void onHeaders(Metadata head) {
        name(head);
    }

    private void name(Metadata from) {
        var name = from.get(BACKEND);
        if (name != null) {
            backend = name;
        }
    }

    @Override
    public void onMessage(byte[] answer) {
        answered++;
        if (kind != Kind.UNARY) {
            call.request(1);
            onReady();
        }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        if (backend.isEmpty()) {
            name(trailers);
        }
        var told = trailers.get(CAUSE);
        if (told != null) {
            cause = told;
        }
        end.ended(this, status);
    }

    long intendedNanos() {
        return intendedNanos;
    }

    /** What the gateway said of a failure, or empty. */
    String cause() {
        return cause;
    }

    String backend() {
        return backend;
    }
}

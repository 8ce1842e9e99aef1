// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.backend;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.SynchronizationContext;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * One call of the echo service.
 *
 * <p>Holds one message at a time: the next one is asked for when the answer to the last is on its way and the caller
 * takes more, so a slow caller stops its own sending and costs no memory here. Events of the call and of the timer are
 * put in order by a {@link SynchronizationContext}; nothing blocks.
 */
final class EchoCall extends ServerCall.Listener<byte[]> {

    private static final byte[] NONE = {};

    private final ServerCall<byte[], byte[]> call;
    private final MethodType type;
    private final EchoControls controls;
    private final ScheduledExecutorService timer;
    private final SynchronizationContext events;
    private final byte[] filler;

    private byte[] answer = NONE;
    private long remaining;
    private long answered;
    private long messagesSeen;
    private long bytesSeen;
    private boolean headSent;
    private boolean halfClosed;
    private boolean waiting;
    private boolean waited;
    private boolean finished;

    private EchoCall(ServerCall<byte[], byte[]> call, EchoControls controls, ScheduledExecutorService timer) {
        this.call = call;
        this.type = call.getMethodDescriptor().getType();
        this.controls = controls;
        this.timer = timer;
        this.filler = new byte[Math.max(0, controls.size())];
        this.events = new SynchronizationContext((thread, e) ->
                call.close(Status.INTERNAL.withDescription("echo failed").withCause(e), new Metadata()));
    }

    static ServerCall.Listener<byte[]> start(
            ServerCall<byte[], byte[]> call, Metadata request, ScheduledExecutorService timer) {
        try {
            var echo = new EchoCall(call, EchoControls.from(request), timer);
            echo.events.execute(echo::open);
            return echo;
        } catch (StatusRuntimeException e) {
            call.close(e.getStatus(), new Metadata());
            return new ServerCall.Listener<>() {};
        }
    }

    private void open() {
        if (type == MethodType.BIDI_STREAMING) {
            sendHead();
        }
        // For a single request message the second permit is what lets grpc-java deliver the half-close.
        call.request(type.clientSendsOneMessage() ? 2 : 1);
        advance();
    }

    @Override
    public void onMessage(byte[] message) {
        events.execute(() -> take(message));
    }

    private void take(byte[] message) {
        messagesSeen++;
        bytesSeen += message.length;
        if (type == MethodType.CLIENT_STREAMING) {
            call.request(1);
            return;
        }
        answer = controls.size() >= 0 ? filler : message;
        if (type == MethodType.BIDI_STREAMING) {
            remaining = 1;
            advance();
        }
    }

    @Override
    public void onHalfClose() {
        events.execute(() -> {
            halfClosed = true;
            if (type == MethodType.CLIENT_STREAMING) {
                var summary = "messages=" + messagesSeen + " bytes=" + bytesSeen;
                answer = controls.size() >= 0 ? filler : summary.getBytes(StandardCharsets.US_ASCII);
            }
            if (type == MethodType.SERVER_STREAMING) {
                remaining = controls.count();
            } else if (type.serverSendsOneMessage()) {
                remaining = 1;
            }
            advance();
        });
    }

    @Override
    public void onReady() {
        events.execute(this::advance);
    }

    @Override
    public void onCancel() {
        events.execute(() -> finished = true);
    }

    private void advance() {
        while (!finished && !waiting) {
            if (controls.resetAfter() >= 0 && answered >= controls.resetAfter()) {
                reset();
            } else if (remaining == 0) {
                if (halfClosed) {
                    finish();
                }
                return;
            } else if (headSent && !call.isReady()) {
                return;
            } else if (controls.delayMillis() > 0 && !waited) {
                delay();
            } else {
                answerOnce();
            }
        }
    }

    private void delay() {
        waiting = true;
        events.schedule(
                () -> {
                    waiting = false;
                    waited = true;
                    advance();
                },
                controls.delayMillis(),
                TimeUnit.MILLISECONDS,
                timer);
    }

    private void answerOnce() {
        waited = false;
        if (type.serverSendsOneMessage() && !controls.status().isOk()) {
            finish();
            return;
        }
        sendHead();
        call.sendMessage(answer);
        answered++;
        remaining--;
        if (type == MethodType.BIDI_STREAMING) {
            // An idle stream must not hold its last message: a thousand of them would be gigabytes.
            answer = NONE;
            call.request(1);
        }
    }

    private void reset() {
        finished = true;
        sendHead();
        // grpc-java drops what it has not written yet when it resets: give the answers time to leave.
        events.schedule(() -> call.sendMessage(BytesMarshaller.RESET), 50, TimeUnit.MILLISECONDS, timer);
    }

    private void finish() {
        finished = true;
        if (controls.status().isOk()) {
            sendHead();
        }
        call.close(controls.status(), controls.trailers());
    }

    private void sendHead() {
        if (!headSent) {
            headSent = true;
            call.sendHeaders(controls.head());
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.load;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One bidirectional call in blocking style: its events wait in a queue for the one thread that owns it. */
final class SoakStream extends ClientCall.Listener<Slice.Print> {

    /** What can happen on the stream. */
    sealed interface Event {

        /** An answer message arrived whole. */
        record Echo(Slice.Print print) implements Event {}

        /** The call ended. */
        record End(Status status) implements Event {}
    }

    private final ClientCall<Slice, Slice.Print> call;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

    SoakStream(ClientCall<Slice, Slice.Print> call) {
        this.call = call;
    }

    void open(Metadata head) {
        call.start(this, head);
    }

    void send(Slice slice) {
        call.sendMessage(slice);
    }

    /** Lets one more answer in. */
    void want() {
        call.request(1);
    }

    void halfClose() {
        call.halfClose();
    }

    void cancel() {
        call.cancel("cancelled on purpose", null);
    }

    /** Waits for what happens next; null when nothing did in that time. */
    @Nullable
    Event await(Duration time) throws InterruptedException {
        return events.poll(time.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Waits for the end of a call that is over or cancelled, dropping echoes that were on their way. */
    @Nullable
    Status awaitEnd(Duration time) throws InterruptedException {
        for (var event = await(time); event != null; event = await(time)) {
            if (event instanceof Event.End end) {
                return end.status();
            }
        }
        return null;
    }

    @Override
    public void onMessage(Slice.Print print) {
        events.add(new Event.Echo(print));
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        events.add(new Event.End(status));
    }
}

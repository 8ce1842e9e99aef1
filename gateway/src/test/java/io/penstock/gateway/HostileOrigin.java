// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import io.penstock.gateway.Http1Origin.Script;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An upstream that answers every request with one misdeed, of either version of HTTP, until it is told to behave. */
final class HostileOrigin implements AutoCloseable {

    /** What it does on a stream of HTTP/2 in the place of an answer. */
    interface Misdeed {
        void on(FramePeer peer, int stream) throws InterruptedException;
    }

    /** Who has this field is answered, whatever others are done to. */
    static final String WELCOME = "x-welcome";

    private final Semaphore requests = new Semaphore(0);
    private final CountDownLatch good = new CountDownLatch(1);
    private final boolean welcomes;
    private final @Nullable Http1Origin http1;
    private final @Nullable Origin http2;
    private volatile boolean closed;

    private HostileOrigin(@Nullable Script script, @Nullable Misdeed misdeed, boolean raw) {
        welcomes = script != null && !raw;
        Script served = raw || script == null ? script : connection -> serve(connection, script);
        http1 = served == null ? null : Http1Origin.following(served);
        http2 = misdeed == null ? null : new Origin();
        if (http2 != null && misdeed != null) {
            Thread.ofVirtual().name("hostile-origin").start(() -> accept(http2, misdeed));
        }
    }

    /** Does this after every request of HTTP/1.1. */
    static HostileOrigin http1(Script misdeed) {
        return new HostileOrigin(misdeed, null, false);
    }

    /** Does this with every connection, and never behaves. */
    static HostileOrigin raw(Script misdeed) {
        return new HostileOrigin(misdeed, null, true);
    }

    /** Does this after every request head of HTTP/2. */
    static HostileOrigin http2(Misdeed misdeed) {
        return new HostileOrigin(null, misdeed, false);
    }

    /** Answers every request of HTTP/2. */
    static HostileOrigin reformed() {
        HostileOrigin origin = http2((peer, stream) -> {});
        origin.behave();
        return origin;
    }

    private void serve(Http1Origin.Connection connection, Script misdeed) throws IOException, InterruptedException {
        while (true) {
            String head = connection.head();
            boolean welcome = head.contains("\r\n" + WELCOME + ":");
            if (!welcome) {
                requests.release();
            }
            if (behaves() || welcome) {
                connection.text(Http1Origin.length(head));
                connection.answer("ok");
            } else {
                misdeed.run(connection);
            }
        }
    }

    private void accept(Origin origin, Misdeed misdeed) {
        while (!closed) {
            FramePeer peer = origin.connectionOrNull();
            if (peer != null) {
                Thread.ofVirtual().name("hostile-origin").start(() -> serve(peer, misdeed));
            }
        }
    }

    private void serve(FramePeer peer, Misdeed misdeed) {
        try {
            while (!closed && !peer.ended()) {
                WireFrame head = peer.await("a request", frame -> frame.type() == WireFrame.HEADERS);
                requests.release();
                if (behaves()) {
                    answer(peer, head);
                } else {
                    misdeed.on(peer, head.stream());
                }
            }
        } catch (AssertionError | UncheckedIOException e) {
            // the connection has ended, or nothing came for long
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer(FramePeer peer, WireFrame request) {
        if ("application/grpc".equals(request.value("content-type"))) {
            peer.grpcAnswer(request.stream(), "ok");
        } else {
            peer.head(request.stream(), false, ":status", "200");
            peer.data(request.stream(), "ok", true);
        }
    }

    /** Whether it answers those who are welcome before it behaves. */
    boolean welcomes() {
        return welcomes;
    }

    private boolean behaves() {
        return good.getCount() == 0;
    }

    /** From now on it answers. */
    void behave() {
        good.countDown();
    }

    /** Waits until it has been told to behave: for misdeeds that consist in doing nothing. */
    void idle() throws InterruptedException {
        good.await(FramePeer.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Waits for the next request. */
    void awaitRequest() throws InterruptedException {
        if (!requests.tryAcquire(FramePeer.PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
            throw new AssertionError("no request came");
        }
    }

    /** Further connections are refused. */
    void stopAccepting() throws IOException {
        if (http1 != null) {
            http1.stopAccepting();
        }
        if (http2 != null) {
            http2.stopAccepting();
        }
    }

    String address() {
        if (http1 != null) {
            return http1.address();
        }
        return http2 == null ? "" : http2.address();
    }

    /** What its clusters speak. */
    String protocol() {
        return http1 == null ? "h2c" : "http1";
    }

    @Override
    public void close() {
        closed = true;
        behave();
        if (http1 != null) {
            http1.close();
        }
        if (http2 != null) {
            http2.close();
        }
    }
}

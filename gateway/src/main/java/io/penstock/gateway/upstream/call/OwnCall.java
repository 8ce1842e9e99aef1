// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.call;

import io.penstock.gateway.config.route.AuthorityConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.exchange.half.RequestHalf;
import io.penstock.gateway.exchange.half.RunningAttempt;
import io.penstock.gateway.exchange.side.Asker.Reply;
import io.penstock.gateway.exchange.side.Downstream;
import io.penstock.gateway.upstream.cluster.Cluster;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One request without a body to a cluster, and its answer, which is kept up to a size. It is a downstream of its own for whoever makes the
 * attempts; these run on threads of their own, while the caller waits.
 *
 * <p>Its monitor guards its fields; it is held for a few instructions, never during a call.
 */
final class OwnCall implements Downstream, RequestHalf {
    private static final System.Logger LOG = System.getLogger(OwnCall.class.getName());
    private static final AuthorityConfig ENDPOINT = new AuthorityConfig.Target();
    private static final Peer SELF = new Peer("", "127.0.0.1", 0, false, false);

    private final Exchange exchange;
    private final int mostBytes;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final CountDownLatch over = new CountDownLatch(1);
    private boolean whole = true;
    private boolean complete;
    private @Nullable Head head;
    private @Nullable RunningAttempt attempt;
    private @Nullable GatewayException failure;

    private OwnCall(Head request, int mostBytes) {
        this.mostBytes = mostBytes;
        this.exchange = new Exchange(request, SELF, this, ended -> {});
    }

    /** As {@link ClusterAsker#ask}. */
    static Reply send(Cluster cluster, Head request, int mostBytes, Duration timeout) {
        OwnCall call = new OwnCall(request, mostBytes);
        call.guarded(() -> cluster.open(call.exchange, ENDPOINT));
        return call.await(timeout);
    }

    private Reply await(Duration timeout) {
        boolean interrupted = false;
        try {
            if (!over.await(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
                refuse(new GatewayException(Cause.DEADLINE, "no answer in time"));
            }
        } catch (InterruptedException e) {
            interrupted = true;
            refuse(new GatewayException(Cause.DRAINING, "interrupted"));
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return answer();
    }

    private synchronized Reply answer() {
        Head answered = head;
        if (answered == null || !complete) {
            throw failure != null ? failure : new GatewayException(Cause.INTERNAL, "no answer");
        }
        return new Reply(answered, body.toByteArray(), whole);
    }

    private void guarded(Runnable step) {
        try {
            step.run();
            if (isComplete()) {
                end();
            }
        } catch (GatewayException e) {
            refuse(e);
        } catch (RuntimeException | Error e) { // what has no end would keep its caller
            LOG.log(System.Logger.Level.ERROR, "defect in a call to cluster " + exchange.cluster(), e);
            refuse(new GatewayException(Cause.INTERNAL, "defect: " + e, e));
        }
    }

    private synchronized boolean isComplete() {
        return complete;
    }

    private void end() {
        exchange.end();
        over.countDown();
    }

    // ---- Downstream ----

    @Override
    public void offload(Runnable step) {
        Thread.ofVirtual().name("call").start(() -> guarded(step));
    }

    @Override
    public boolean bodiless() {
        return true;
    }

    @Override
    public void refuse(GatewayException reason) {
        RunningAttempt under;
        synchronized (this) {
            if (failure != null) {
                return;
            }
            failure = reason;
            under = attempt;
        }
        exchange.fail(reason.reason(), reason.detail());
        if (under != null) {
            under.abort(reason.reason());
        }
        end();
    }

    @Override
    public void failAttempt(GatewayException reason) {
        RunningAttempt under;
        synchronized (this) {
            under = attempt;
        }
        if (under != null) {
            under.abort(reason.reason());
        } else {
            refuse(reason);
        }
    }

    @Override
    public void answer(Head own, byte[] bytes) {
        send(own, bytes.length == 0);
        if (bytes.length > 0) {
            write(bytes, 0, bytes.length);
            end(null);
        }
        end();
    }

    @Override
    public RequestHalf half() {
        return this;
    }

    // ---- request ----

    @Override
    public void running(@Nullable RunningAttempt now) {
        GatewayException already;
        synchronized (this) {
            attempt = now;
            already = failure;
        }
        if (now != null && already != null) {
            now.abort(already.reason());
        }
    }

    @Override
    public Head receive() {
        return exchange.request();
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
        return -1;
    }

    @Override
    public @Nullable Head trailers() {
        return null;
    }

    @Override
    public boolean received() {
        return true;
    }

    @Override
    public boolean rewind() {
        return true;
    }

    @Override
    public void release() {}

    // ---- response ----

    @Override
    public synchronized void send(Head response, boolean end) {
        if (response.status() >= 200) {
            head = response.copy();
            complete = end;
        }
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
        int kept = Math.min(length, mostBytes - body.size());
        body.write(bytes, offset, kept);
        whole &= kept == length;
    }

    @Override
    public void flush() {}

    @Override
    public synchronized void end(@Nullable Head trailers) {
        complete = true;
    }

    @Override
    public void abort(Cause cause) {
        refuse(new GatewayException(cause, "aborted: " + cause.slug()));
    }
}

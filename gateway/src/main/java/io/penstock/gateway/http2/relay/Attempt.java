// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.relay;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.http2.frame.ErrorCode;
import io.penstock.gateway.http2.stream.Http2Connection;
import io.penstock.gateway.http2.stream.Http2Stream;
import io.penstock.gateway.http2.stream.StreamEvents;
import io.penstock.gateway.http2.stream.Wakes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One try of an exchange on one upstream stream: the upstream's half of a {@link Relay}. */
final class Attempt implements StreamEvents {
    private final Relay relay;
    private final Http2Connection up;
    private @Nullable Http2Stream stream;
    /** Set when the stream is. */
    private @Nullable AttemptReport report;

    private boolean responseStarted;
    /** A head has come, an interim one perhaps. */
    private boolean answered;

    private boolean responseEnded;
    private long written;
    /** Of the request's body; guarded by the relay's monitor, as is the next. */
    private int sentBytes;

    private boolean endSent;
    private volatile boolean ended;

    Attempt(Relay relay, Http2Connection up) {
        this.relay = relay;
        this.up = up;
    }

    Http2Connection up() {
        return up;
    }

    private AttemptReport report() {
        return Objects.requireNonNull(report, "an attempt is told of once it has a stream");
    }

    /** The stream is open: the request is on its way. */
    void started() {
        report().started();
    }

    void sendData(byte[] bytes, int offset, int length, boolean end, Wakes wakes) {
        if (stream != null) {
            up.send().data(stream, bytes, offset, length, end, wakes);
        }
    }

    void sendTrailers(Head trailers, Wakes wakes) {
        if (stream != null) {
            up.send().trailers(stream, trailers, wakes);
        }
    }

    /** So many bytes of the request are about to be sent, and perhaps its end. Under the relay's monitor, as are the next two. */
    void noteSent(int bytes, boolean end) {
        sentBytes += bytes;
        endSent |= end;
    }

    /** How many of the request's body bytes it was given; of meaning while all of them are held. */
    int sentBytes() {
        return sentBytes;
    }

    /** Whether it was given the end of the request. */
    boolean endSent() {
        return endSent;
    }

    /** Lets the upstream send as many bytes again. */
    void returnCredit(int bytes, Wakes wakes) {
        if (!ended && stream != null) {
            up.receive().returnCredit(stream, bytes, wakes);
        }
    }

    /** Ends the attempt for this cause, and resets its stream unless that has ended. */
    void cancel(Cause cause, int code, Wakes wakes) {
        if (report != null) {
            report.ended(cause, Exchange.NONE);
        }
        reset(stream, code, wakes);
    }

    /** Nobody waits for the attempt any more, and nothing is wrong with it. */
    void abandon(Wakes wakes) {
        if (report != null) {
            report.ended(null, Exchange.NONE);
        }
        reset(stream, ErrorCode.CANCEL, wakes);
    }

    private void reset(@Nullable Http2Stream which, int code, Wakes wakes) {
        if (!ended && which != null) {
            up.send().reset(which, code, wakes);
        }
    }

    /** The downstream has all it wants: the stream is left to end by itself. */
    void leaveAlone() {
        if (!ended && stream != null) {
            up.send().leaveAlone(stream);
        }
    }

    @Override
    public void bound(Http2Stream to) {
        stream = to;
        report = new AttemptReport(relay.exchange().takeAttemptObserver());
        relay.exchange().attempt(up.streams().opened() > 1);
    }

    @Override
    public void head(Head head, boolean end, Wakes wakes) {
        answered = true;
        responseEnded = end;
        if (head.status() >= 200) {
            responseStarted = true;
            int grpcStatus = end ? GrpcStatusField.read(relay.exchange(), head) : Exchange.NONE;
            report().responded(head.status(), grpcStatus);
            reportEnd(grpcStatus);
        }
        relay.response().head(this, head, end, wakes);
    }

    @Override
    public void data(byte[] bytes, int offset, int length, boolean end, Wakes wakes) {
        responseEnded = end;
        reportEnd(Exchange.NONE);
        relay.response().data(this, bytes, offset, length, end, wakes);
    }

    @Override
    public void droppedTrailers(int count) {
        relay.exchange().droppedTrailers(false, count);
    }

    @Override
    public void trailers(Head trailers, Wakes wakes) {
        responseEnded = true;
        reportEnd(GrpcStatusField.read(relay.exchange(), trailers));
        relay.response().trailers(this, trailers, wakes);
    }

    private void reportEnd(int grpcStatus) {
        if (responseEnded) {
            report().ended(null, grpcStatus);
        }
    }

    @Override
    public void reset(int code, Wakes wakes) {
        if (responseEnded) {
            relay.resetAfterResponse(this, code, wakes);
        } else if (code == ErrorCode.REFUSED_STREAM && !responseStarted) {
            failed(Cause.UPSTREAM_REFUSED, "stream refused", code, wakes);
        } else {
            // NO_ERROR would tell the downstream that what it has is complete (RFC 9113 §8.1)
            int onward = code == ErrorCode.NO_ERROR ? ErrorCode.INTERNAL_ERROR : code;
            failed(Cause.UPSTREAM_RESET, "stream reset, code " + code, onward, wakes);
        }
    }

    @Override
    public void broken(int code, String detail, Wakes wakes) {
        Cause cause = brokenBy(code);
        cancel(cause, code, wakes);
        failed(cause, detail, ErrorCode.INTERNAL_ERROR, wakes);
    }

    /** What an upstream did on whose stream we found this error: only a field section above the limit asks it to calm down. */
    static Cause brokenBy(int code) {
        return code == ErrorCode.ENHANCE_YOUR_CALM ? Cause.UPSTREAM_HEADER_TOO_LARGE : Cause.UPSTREAM_PROTOCOL;
    }

    @Override
    public boolean timed() {
        return timed(relay.exchange());
    }

    /** Whether silence is a fault: gRPC calls, event streams and upgraded connections may be silent for as long as they like. */
    static boolean timed(Exchange exchange) {
        return !exchange.grpc() && !exchange.openEnded();
    }

    @Override
    public void late(Cause cause, String detail, Wakes wakes) {
        cancel(cause, ErrorCode.CANCEL, wakes);
        failed(cause, detail, ErrorCode.INTERNAL_ERROR, wakes);
    }

    @Override
    public void unprocessed(Wakes wakes) {
        String detail = "above the last stream of the upstream's GOAWAY";
        failed(Cause.UPSTREAM_GOAWAY, detail, ErrorCode.REFUSED_STREAM, wakes);
    }

    @Override
    public void lost(String detail, Wakes wakes) {
        failed(Cause.UPSTREAM_RESET, detail, !answered, ErrorCode.INTERNAL_ERROR, wakes);
    }

    private void failed(Cause cause, String detail, int code, Wakes wakes) {
        failed(cause, detail, false, code, wakes);
    }

    private void failed(Cause cause, String detail, boolean unanswered, int code, Wakes wakes) {
        report().ended(cause, Exchange.NONE);
        relay.attempts().failed(this, cause, detail, unanswered, code, wakes);
    }

    @Override
    public void written(int bytes, Wakes wakes) {
        written += bytes;
        relay.requestWritten(this, written, wakes);
    }

    @Override
    public void closed(Wakes wakes) {
        ended = true;
    }
}

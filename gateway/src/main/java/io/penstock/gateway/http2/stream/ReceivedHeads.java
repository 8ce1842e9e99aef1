// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.stream;

import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.http2.frame.ErrorCode;
import io.penstock.gateway.http2.frame.Http2Exception;

/** What a head that has arrived means: a new stream, a response, trailers, or an error (RFC 9113 §5.1, §8.1). For the reader alone. */
public final class ReceivedHeads {
    /**
     * Interim responses that an exchange may get. Nothing but their number bounds what they take on their way to a downstream that does
     * not read: no window counts heads.
     */
    static final int MOST_INTERIM = 16;

    private static final byte[] NOTHING = {};

    private final Http2Connection connection;
    private final Streams streams;
    private final Wakes wakes;

    public ReceivedHeads(Http2Connection connection, Wakes wakes) {
        this.connection = connection;
        this.streams = connection.streams();
        this.wakes = wakes;
    }

    /** Takes a head that has arrived whole, whatever it turns out to be: a request, an answer or trailers. */
    public void head(int id, Head head, boolean oversized, boolean end) throws Http2Exception {
        Http2Stream stream = streams.find(id);
        if (stream == null) {
            unknown(id, head, oversized, end);
        } else if (oversized) {
            throw tooLarge(id);
        } else if (stream.headReceived) {
            trailers(stream, head, end);
        } else {
            response(stream, head, end);
        }
    }

    private void unknown(int id, Head head, boolean oversized, boolean end) throws Http2Exception {
        if (streams.idle(id)) {
            if (!connection.server() || !streams.peers(id)) {
                throw protocol("HEADERS on stream " + id + ", which is not the peer's to open");
            }
            if (streams.admit(id)) {
                connection.role().opened(id, head, oversized, end, wakes);
            } else {
                late(id, oversized);
            }
            return;
        }
        switch (streams.ending(id)) {
            case RESET_BY_US -> late(id, oversized);
            case UNKNOWN -> throw protocol("HEADERS on stream " + id + ", below the newest one");
            case ENDED, RESET_BY_PEER ->
                throw Http2Exception.connection(ErrorCode.STREAM_CLOSED, "HEADERS on a closed stream");
        }
    }

    /** A head that was on its way when we let go of its stream: the last one of a request, and decoded for the table's sake. */
    private void late(int id, boolean oversized) throws Http2Exception {
        if (!connection.server()) {
            return;
        }
        streams.rememberLate(id);
        if (oversized) {
            throw tooLarge(id);
        }
    }

    private Http2Exception tooLarge(int id) {
        return Http2Exception.stream(
                id,
                ErrorCode.ENHANCE_YOUR_CALM,
                "head above " + connection.config().maxHeadBytes() + " bytes");
    }

    private static Http2Exception protocol(String detail) {
        return Http2Exception.connection(ErrorCode.PROTOCOL_ERROR, detail);
    }

    private void response(Http2Stream stream, Head head, boolean end) throws Http2Exception {
        String wrong = HeadRules.response(head);
        int status = head.status();
        boolean interim = status < 200;
        if (wrong == null && interim && end) {
            wrong = "the stream ends with an interim response";
        } else if (wrong == null && interim && ++stream.interimHeads > MOST_INTERIM) {
            wrong = "more than " + MOST_INTERIM + " interim responses";
        }
        if (wrong != null) {
            throw Http2Exception.stream(stream.id, ErrorCode.PROTOCOL_ERROR, wrong);
        }
        if (!interim) {
            stream.headReceived = true;
            if (!stream.bodiless && status != 304) {
                declare(stream, head);
            }
        }
        if (end) {
            connection.receive().end(stream);
        }
        stream.events.head(head, end, wakes);
        if (end) {
            streams.closeIfEnded(stream, wakes);
        }
    }

    /** Takes the declared length of the body into the stream, so that a body of another length is an error. */
    public static void declare(Http2Stream stream, Head head) throws Http2Exception {
        long length = HeadRules.contentLength(head);
        if (length < Http2Stream.UNDECLARED) {
            throw Http2Exception.stream(stream.id, ErrorCode.PROTOCOL_ERROR, "content-length is no number");
        }
        stream.declaredBytes = length;
    }

    private void trailers(Http2Stream stream, Head head, boolean end) throws Http2Exception {
        if (stream.endReceived) {
            throw Http2Exception.stream(stream.id, ErrorCode.STREAM_CLOSED, "HEADERS after the end of the stream");
        }
        String wrong = "trailers do not end the stream";
        if (end) {
            wrong = connection.server() ? HeadRules.requestTrailers(head) : HeadRules.responseTrailers(head);
        }
        if (wrong != null) {
            throw Http2Exception.stream(stream.id, ErrorCode.PROTOCOL_ERROR, wrong);
        }
        connection.receive().end(stream);
        int dropped = HeadRules.dropFromTrailers(head);
        if (dropped > 0) {
            stream.events.droppedTrailers(dropped);
        }
        if (head.size() == 0) {
            stream.events.data(NOTHING, 0, 0, true, wakes);
        } else {
            stream.events.trailers(head, wakes);
        }
        streams.closeIfEnded(stream, wakes);
    }
}

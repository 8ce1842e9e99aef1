// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import java.util.ArrayList;
import java.util.List;

/** An end that speaks HTTP/2, one stream after the other. */
final class Http2Messages implements MessageEnd {
    private final FramePeer peer;
    private final boolean client;
    private final StringBuilder unread = new StringBuilder();
    private int stream;
    private boolean ended;

    Http2Messages(FramePeer peer, boolean client) {
        this.peer = peer;
        this.client = client;
    }

    /** The stream of the current exchange. */
    int stream() {
        return stream;
    }

    /** The code of the reset that ends the stream. */
    int awaitReset() {
        return peer.await(stream, WireFrame.RST_STREAM).code();
    }

    FramePeer peer() {
        return peer;
    }

    @Override
    public void head(String... fields) {
        boolean interim = fields[0].equals(":status") && fields[1].startsWith("1");
        send(!interim, fields);
    }

    @Override
    public void begin(String... fields) {
        send(false, fields);
    }

    @Override
    public void beginUntilClose(String... fields) {
        send(false, fields);
    }

    private void send(boolean end, String... fields) {
        if (client) {
            stream =
                    peer.open(end, FramePeer.joined(new String[] {":scheme", "http", ":authority", AUTHORITY}, fields));
        } else {
            peer.head(stream, end, fields);
        }
    }

    @Override
    public void body(String text) {
        peer.data(stream, text, false);
    }

    @Override
    public void end() {
        peer.data(stream, "", true);
    }

    @Override
    public void trailers(String... fields) {
        peer.head(stream, true, fields);
    }

    @Override
    public void finish() {} // a stream has ended; the connection is for others, too

    @Override
    public void abort() {
        peer.abort();
    }

    @Override
    public List<String> nextHead() {
        WireFrame frame = client
                ? peer.awaitHead(stream)
                : peer.await("a request", any -> any.type() == WireFrame.HEADERS && any.stream() > stream);
        stream = frame.stream();
        ended = frame.end();
        unread.setLength(0);
        return lines(frame);
    }

    private static List<String> lines(WireFrame head) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < head.fields().size(); i += 2) {
            lines.add(head.fields().get(i) + ": " + head.fields().get(i + 1));
        }
        return lines;
    }

    @Override
    public String nextBody(int bytes) {
        while (unread.length() < bytes) {
            WireFrame frame = peer.await(stream, WireFrame.DATA);
            unread.append(frame.text());
            ended = frame.end();
        }
        String text = unread.substring(0, bytes);
        unread.delete(0, bytes);
        return text;
    }

    @Override
    public Rest rest() {
        FramePeer.Rest rest = ended ? new FramePeer.Rest(new byte[0], null) : peer.awaitRest(stream);
        String body = unread + rest.text();
        unread.setLength(0);
        return new Rest(body, rest.trailers() == null ? List.of() : lines(rest.trailer()));
    }

    @Override
    public String awaitBrokenOff() {
        StringBuilder body = new StringBuilder(unread);
        WireFrame frame = peer.next(stream);
        while (frame.type() == WireFrame.DATA && !frame.end()) {
            body.append(frame.text());
            frame = peer.next(stream);
        }
        if (frame.type() != WireFrame.RST_STREAM) {
            throw new AssertionError("it came to its end: " + body + frame);
        }
        return body.toString();
    }

    @Override
    public void awaitAbandoned() {
        peer.await(stream, WireFrame.RST_STREAM);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import io.penstock.gateway.exchange.Exchange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Somebody who calls the gateway in one of the ways that it serves, one request at a time. */
abstract sealed class CauseCaller implements AutoCloseable {

    /** How it calls. */
    enum Way {
        HTTP1,
        /** By a connection that has been served before and waits on an event loop. */
        HTTP1_AGAIN,
        HTTP2,
        GRPC
    }

    /**
     * What came of a request.
     *
     * @param status {@link Exchange#NONE} when no head came, and so the next
     * @param cause the slug that trusted callers are told
     * @param whole whether the response came to its regular end
     */
    record Seen(int status, int grpcStatus, @Nullable String cause, boolean whole) {
        static final Seen NOTHING = new Seen(Exchange.NONE, Exchange.NONE, null, false);
    }

    static CauseCaller of(Way way, RunningGateway gateway) {
        return switch (way) {
            case HTTP1, HTTP1_AGAIN -> new Http1(gateway);
            case HTTP2 -> new Http2(gateway, false);
            case GRPC -> new Http2(gateway, true);
        };
    }

    /** Sends a whole request without a body. */
    abstract void send(String path, String... fields);

    /** Sends a request whose body is still to come. */
    abstract void begin(String path, String... fields);

    /** Sends a whole TRACE. */
    abstract void trace(String path);

    /** Asks for another protocol. */
    abstract void upgrade(String path, String protocol);

    /** Sends as much of a body as it gets rid of, until its request has ended. */
    abstract void pour();

    /** Breaks a rule of the protocol in a request that is under way. */
    abstract void breakRule();

    /** Takes the request back. */
    abstract void leave();

    /** Waits for what comes of the request. */
    abstract Seen seen();

    /** Whether another request may be sent on its connection. */
    abstract boolean reusable();

    Seen ask(String path, String... fields) {
        send(path, fields);
        return seen();
    }

    @Override
    public void close() {}

    private static int number(@Nullable String text) {
        return text == null ? Exchange.NONE : Integer.parseInt(text);
    }

    private static final class Http2 extends CauseCaller {
        private final FramePeer peer;
        private final boolean grpc;
        private int stream;

        Http2(RunningGateway gateway, boolean grpc) {
            this.peer = gateway.client();
            this.grpc = grpc;
        }

        private void open(boolean end, String path, String... fields) {
            String[] head = {
                ":method", grpc ? "POST" : end ? "GET" : "PUT", ":scheme", "http", ":path", path, ":authority", "a.test"
            };
            String[] all = grpc ? FramePeer.joined(head, "content-type", "application/grpc", "te", "trailers") : head;
            stream = peer.open(end, FramePeer.joined(all, fields));
        }

        @Override
        void send(String path, String... fields) {
            open(true, path, fields);
        }

        @Override
        void begin(String path, String... fields) {
            open(false, path, fields);
        }

        @Override
        void trace(String path) {
            String[] head = {":method", "TRACE", ":scheme", "http", ":path", path, ":authority", "a.test"};
            stream = peer.open(true, grpc ? FramePeer.joined(head, "content-type", "application/grpc") : head);
        }

        @Override
        void upgrade(String path, String protocol) {
            stream = peer.open(
                    false,
                    ":method",
                    "CONNECT",
                    ":protocol",
                    protocol,
                    ":scheme",
                    "http",
                    ":path",
                    path,
                    ":authority",
                    "a.test");
        }

        @Override
        void pour() {
            int to = stream;
            Thread.ofVirtual().name("pour").start(() -> {
                try {
                    byte[] chunk = new byte[16_384];
                    for (int i = 0; i < 4_000; i++) {
                        peer.dataWithinWindows(to, chunk, chunk.length, false);
                    }
                } catch (AssertionError | UncheckedIOException e) {
                    // no window came any more
                }
            });
        }

        @Override
        void breakRule() {
            peer.windowUpdate(stream, 0);
        }

        @Override
        void leave() {
            peer.reset(stream, WireFrame.CANCEL);
        }

        @Override
        Seen seen() {
            WireFrame head = peer.next(stream);
            if (head.type() != WireFrame.HEADERS) {
                return Seen.NOTHING;
            }
            WireFrame last = head;
            while (!last.end() && last.type() != WireFrame.RST_STREAM) {
                last = peer.next(stream);
            }
            boolean whole = last.type() != WireFrame.RST_STREAM;
            WireFrame told = last.value("x-penstock-cause") == null ? head : last;
            return new Seen(
                    number(head.value(":status")),
                    number(last.value("grpc-status")),
                    told.value("x-penstock-cause"),
                    whole);
        }

        @Override
        boolean reusable() {
            return !peer.ended();
        }
    }

    private static final class Http1 extends CauseCaller {
        private static final Pattern CAUSE = Pattern.compile("(?m)^x-penstock-cause: (\\S+)$");

        private final Http1Origin.Connection connection;
        private boolean reusable = true;
        private boolean pouring;

        Http1(RunningGateway gateway) {
            try {
                connection = gateway.http1Client();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void put(String method, String path, String... fields) {
            StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: a.test\r\n");
            for (int i = 0; i < fields.length; i += 2) {
                head.append(fields[i]).append(": ").append(fields[i + 1]).append("\r\n");
            }
            raw(head.append("\r\n").toString());
        }

        private void raw(String text) {
            try {
                connection.send(text);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        void send(String path, String... fields) {
            put("GET", path, fields);
        }

        @Override
        void begin(String path, String... fields) {
            put("PUT", path, FramePeer.joined(fields, "Transfer-Encoding", "chunked"));
        }

        @Override
        void trace(String path) {
            put("TRACE", path);
        }

        @Override
        void upgrade(String path, String protocol) {
            put(
                    "GET",
                    path,
                    "Connection",
                    "upgrade",
                    "Upgrade",
                    protocol,
                    "Sec-WebSocket-Version",
                    "13",
                    "Sec-WebSocket-Key",
                    "dGhlIHNhbXBsZSBub25jZQ==");
        }

        @Override
        void pour() {
            pouring = true;
            Thread.ofVirtual().name("pour").start(() -> {
                String chunk = "4000\r\n" + "x".repeat(0x4000) + "\r\n";
                try {
                    for (int i = 0; i < 4_000; i++) {
                        connection.send(chunk);
                    }
                } catch (IOException e) {
                    // the gateway takes no more
                }
            });
        }

        @Override
        void breakRule() {
            raw("no chunk\r\n");
        }

        @Override
        void leave() {
            close();
        }

        @Override
        Seen seen() {
            try {
                String head = connection.head();
                reusable = !head.contains("\r\nconnection: close\r\n");
                Matcher cause = CAUSE.matcher(head);
                boolean whole = body(head);
                reusable &= whole && !pouring;
                return new Seen(
                        Integer.parseInt(head.substring(9, 12)),
                        Exchange.NONE,
                        cause.find() ? cause.group(1) : null,
                        whole);
            } catch (IOException e) {
                reusable = false;
                return Seen.NOTHING;
            }
        }

        private boolean body(String head) {
            try {
                if (head.contains("\r\ntransfer-encoding: chunked\r\n")) {
                    connection.until("\r\n0\r\n\r\n");
                } else {
                    connection.text(Http1Origin.length(head));
                }
                return true;
            } catch (IOException e) {
                return false;
            }
        }

        @Override
        boolean reusable() {
            return reusable;
        }

        @Override
        public void close() {
            reusable = false;
            try {
                connection.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}

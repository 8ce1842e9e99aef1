// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Both ends of one WebSocket through a gateway, byte by byte, for each pair of protocols. */
final class UpgradedPair implements AfterEachCallback, AutoCloseable {
    private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
    private static final Pattern KEY_FIELD = Pattern.compile("(?im)^sec-websocket-key: (\\S+)");

    /** Which protocols meet: the client's and the origin's. */
    enum Protocols {
        H1_TO_H1(false, false),
        H1_TO_H2(false, true),
        H2_TO_H1(true, false),
        H2_TO_H2(true, true);

        final boolean h2Client;
        final boolean h2Origin;

        Protocols(boolean h2Client, boolean h2Origin) {
            this.h2Client = h2Client;
            this.h2Origin = h2Origin;
        }
    }

    /** One end: sends and receives raw bytes. Nothing blocks for longer than {@link FramePeer#PATIENCE_MILLIS}. */
    interface End {
        void send(byte[] bytes) throws IOException;

        /** Exactly so many bytes. */
        byte[] read(int count) throws IOException;

        /** Ends what it sends. */
        void finish() throws IOException;

        /** True once the other side has ended what it sends, and everything was read. */
        boolean ended() throws IOException;

        void reset() throws IOException;

        /** Waits until the other side has broken it off. */
        void awaitBroken() throws IOException;
    }

    private final RunningGateway gateway = RunningGateway.toOrigin();
    private Protocols protocols = Protocols.H1_TO_H1;
    private @Nullable Http1Origin http1;
    private Http1Origin.@Nullable Connection raw;
    private @Nullable FramePeer peer;
    private int call;

    /** Between nothing yet. */
    UpgradedPair() {}

    UpgradedPair(Protocols protocols, String route) {
        between(protocols, route);
    }

    void between(Protocols ends) {
        between(ends, "");
    }

    /** With these keys of the route. */
    void between(Protocols ends, String route) {
        protocols = ends;
        http1 = ends.h2Origin ? null : gateway.before(Http1Origin.byHand());
        gateway.configured("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes: [{name: all, cluster: origin%s}]
                clusters: [{name: origin, endpoints: ["${ORIGIN}"], upstream: {protocol: %s}}]
                drain: {timeout: 0s, notice: 0s}
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(route.isEmpty() ? "" : ", " + route, http1 == null ? "h2c" : "http1"));
        takesConnect(true);
        gateway.start();
    }

    /** Whether an HTTP/2 origin says that it takes extended CONNECT. */
    void takesConnect(boolean takes) {
        if (takes) {
            gateway.origin().takeConnect();
        } else {
            gateway.origin().settings();
        }
    }

    RunningGateway gateway() {
        return gateway;
    }

    /** Has the gateway drain, for no longer than it takes to say so. */
    Thread drain() {
        return Thread.ofVirtual().start(() -> {
            try {
                gateway.gateway().drain();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    // ---- the client ----

    /** Asks for a WebSocket; the answer is still to come. */
    void ask() throws IOException {
        if (protocols.h2Client) {
            FramePeer client = gateway.client();
            peer = client;
            call = client.webSocket("/chat");
        } else {
            Http1Origin.Connection client = gateway.http1Client();
            raw = client;
            client.send("GET /chat HTTP/1.1\r\nHost: example.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + KEY + "\r\n\r\n");
        }
    }

    /** The client's end, once its question was answered well. */
    End client() throws IOException {
        if (peer != null) {
            WireFrame head = peer.awaitHead(call);
            assertThat(head.status()).isEqualTo("200");
            assertThat(head.value("sec-websocket-accept")).isNull();
            return new H2End(peer, call);
        }
        Http1Origin.Connection client = client1();
        String head = client.head();
        assertThat(head).startsWith("HTTP/1.1 101 ");
        assertThat(head.toLowerCase(Locale.ROOT))
                .contains("upgrade: websocket\r\n")
                .contains("connection: upgrade\r\n");
        assertThat(head).containsIgnoringCase("sec-websocket-accept: " + accept(KEY) + "\r\n");
        return new H1End(client);
    }

    /** The client's connection, where it speaks HTTP/1.1. */
    Http1Origin.Connection client1() {
        if (raw == null) {
            throw new IllegalStateException("the client does not speak HTTP/1.1");
        }
        return raw;
    }

    /** The client's connection, where it speaks HTTP/2. */
    FramePeer client2() {
        if (peer == null) {
            throw new IllegalStateException("the client does not speak HTTP/2");
        }
        return peer;
    }

    /** The client's stream, where it speaks HTTP/2. */
    int call() {
        return call;
    }

    // ---- the origin ----

    /** What the origin has been asked, and how it answers. */
    interface Asked {
        /** Takes the upgrade. */
        End accept() throws IOException;

        /** Answers with this status and body instead. */
        void refuse(int status, String body) throws IOException;
    }

    /** The question as it reaches the origin. */
    Asked asked() throws IOException, InterruptedException {
        return http1 == null ? new Asked2(gateway.origin().connection()) : new Asked1(http1.connection());
    }

    private record Asked1(Http1Origin.Connection connection, String head) implements Asked {
        Asked1(Http1Origin.Connection connection) throws IOException {
            this(connection, connection.head());
            assertThat(head).startsWith("GET /chat HTTP/1.1\r\n");
            assertThat(head.toLowerCase(Locale.ROOT))
                    .contains("upgrade: websocket\r\n")
                    .contains("connection: upgrade\r\n");
        }

        @Override
        public End accept() throws IOException {
            Matcher key = KEY_FIELD.matcher(head);
            assertThat(key.find()).as(head).isTrue();
            connection.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Accept: " + UpgradedPair.accept(key.group(1)) + "\r\n\r\n");
            return new H1End(connection);
        }

        @Override
        public void refuse(int status, String body) throws IOException {
            connection.send("HTTP/1.1 " + status + " No\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        }
    }

    private record Asked2(FramePeer connection) implements Asked {
        Asked2 {
            WireFrame head = connection.awaitHead(1);
            assertThat(head.value(":method")).isEqualTo("CONNECT");
            assertThat(head.value(":protocol")).isEqualTo("websocket");
            assertThat(head.value(":path")).isEqualTo("/chat");
            assertThat(head.value("sec-websocket-key")).isNull();
            assertThat(head.value("sec-websocket-version")).isEqualTo("13");
        }

        @Override
        public End accept() {
            connection.head(1, false, ":status", "200");
            return new H2End(connection, 1);
        }

        @Override
        public void refuse(int status, String body) {
            String length = Integer.toString(body.length());
            connection.head(1, false, ":status", Integer.toString(status), "content-length", length);
            connection.data(1, body, true);
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        close();
    }

    @Override
    public void close() {
        gateway.close();
    }

    // ---- ends ----

    private record H1End(Http1Origin.Connection connection) implements End {
        @Override
        public void send(byte[] bytes) throws IOException {
            connection.send(new String(bytes, StandardCharsets.ISO_8859_1));
        }

        @Override
        public byte[] read(int count) throws IOException {
            return connection.text(count).getBytes(StandardCharsets.ISO_8859_1);
        }

        @Override
        public void finish() throws IOException {
            connection.finish();
        }

        @Override
        public boolean ended() throws IOException {
            return connection.ended();
        }

        @Override
        public void reset() throws IOException {
            connection.reset();
        }

        /** In TCP the end of both sides and a reset are the same to who reads. */
        @Override
        public void awaitBroken() throws IOException {
            try {
                assertThat(connection.ended()).isTrue();
            } catch (SocketTimeoutException e) {
                throw new AssertionError("it was not broken off", e);
            } catch (IOException e) {
                // reset
            }
        }
    }

    private static final class H2End implements End {
        private final FramePeer peer;
        private final int stream;
        private byte[] here = {};
        private boolean end;

        H2End(FramePeer peer, int stream) {
            this.peer = peer;
            this.stream = stream;
        }

        @Override
        public void send(byte[] bytes) {
            peer.dataWithinWindows(stream, bytes, 16_384, false);
        }

        @Override
        public byte[] read(int count) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            bytes.writeBytes(here);
            while (bytes.size() < count) {
                if (end) {
                    throw new EOFException("ended after " + bytes.size() + " bytes");
                }
                bytes.writeBytes(next());
            }
            byte[] all = bytes.toByteArray();
            here = Arrays.copyOfRange(all, count, all.length);
            return Arrays.copyOf(all, count);
        }

        private byte[] next() throws IOException {
            WireFrame frame = peer.next(stream);
            if (frame.type() != WireFrame.DATA) {
                throw new IOException("unexpected " + frame);
            }
            end = frame.end();
            return frame.payload();
        }

        @Override
        public void finish() {
            peer.data(stream, "", true);
        }

        @Override
        public boolean ended() throws IOException {
            while (!end && here.length == 0) {
                here = next();
            }
            return here.length == 0;
        }

        @Override
        public void reset() {
            peer.reset(stream, WireFrame.CANCEL);
        }

        @Override
        public void awaitBroken() {
            peer.await(stream, WireFrame.RST_STREAM);
        }
    }

    /** RFC 6455 §4.2.2. */
    private static String accept(String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1")
                    .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

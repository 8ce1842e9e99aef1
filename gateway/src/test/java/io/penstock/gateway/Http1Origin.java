// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An HTTP/1.1 upstream on raw sockets: every connection follows the test's script, or is left to the test. */
final class Http1Origin implements AutoCloseable {
    private static final Pattern LENGTH = Pattern.compile("(?im)^content-length: (\\d+)$");

    /** What happens on one connection; its end closes the connection. */
    interface Script {
        void run(Connection connection) throws IOException, InterruptedException;
    }

    /** One accepted connection. */
    static final class Connection implements AutoCloseable {
        private final Socket socket;
        private final InputStream in;

        Connection(Socket socket) throws IOException {
            this.socket = socket;
            socket.setSoTimeout((int) FramePeer.PATIENCE_MILLIS);
            socket.setTcpNoDelay(true);
            this.in = new BufferedInputStream(socket.getInputStream());
        }

        /** The bytes up to and with this text. */
        String until(String end) throws IOException {
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            byte[] last = end.getBytes(StandardCharsets.ISO_8859_1);
            int matched = 0;
            while (matched < last.length) {
                int b = in.read();
                if (b < 0) {
                    throw new EOFException("the gateway closed after: " + text.toString(StandardCharsets.ISO_8859_1));
                }
                text.write(b);
                matched = b == last[matched] ? matched + 1 : b == last[0] ? 1 : 0;
            }
            return text.toString(StandardCharsets.ISO_8859_1);
        }

        /** Whether something has come that was not read. */
        boolean readable() {
            try {
                return in.available() > 0;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** The next request head. */
        String head() throws IOException {
            return until("\r\n\r\n");
        }

        String text(int bytes) throws IOException {
            byte[] read = in.readNBytes(bytes);
            if (read.length < bytes) {
                throw new EOFException("the gateway closed after " + read.length + " bytes");
            }
            return new String(read, StandardCharsets.ISO_8859_1);
        }

        /** All that comes until the gateway ends its side. */
        String rest() throws IOException {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }

        /** How long it waits for bytes; then {@link java.net.SocketTimeoutException} is thrown. */
        void patience(int millis) throws IOException {
            socket.setSoTimeout(millis);
        }

        /** A whole request; its body, if there is one, is declared by its length. */
        String request() throws IOException {
            String head = head();
            return head + text(length(head));
        }

        void send(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        /** A whole answer with this body. */
        void answer(String body) throws IOException {
            send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        }

        /** Ends what we send, and goes on reading. */
        void finish() throws IOException {
            socket.shutdownOutput();
        }

        /** True once the gateway has ended its side. */
        boolean ended() throws IOException {
            return in.read() < 0;
        }

        /** Reads so many bytes and forgets them; how many came. */
        long skip(long bytes) throws IOException {
            byte[] buffer = new byte[64 * 1024];
            long left = bytes;
            for (int read = 0; read >= 0 && left > 0; left -= Math.max(0, read)) {
                read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            }
            return bytes - left;
        }

        int localPort() {
            return socket.getLocalPort();
        }

        /** Resets the connection. */
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** The length that a head declares for its body; 0 when it declares none. */
    static int length(String head) {
        Matcher length = LENGTH.matcher(head);
        return length.find() ? Integer.parseInt(length.group(1)) : 0;
    }

    private final ServerSocket server;
    private final Script script;
    private final List<Connection> all = new CopyOnWriteArrayList<>();
    private final LinkedBlockingQueue<Connection> arrived = new LinkedBlockingQueue<>();

    private Http1Origin(ServerSocket server, Script script) {
        this.server = server;
        this.script = script;
        Thread.ofPlatform().daemon().name("http1-origin").start(this::accept);
    }

    /** Every connection follows the script. */
    static Http1Origin following(Script script) {
        try {
            return on(new ServerSocket(0, 1024, InetAddress.getLoopbackAddress()), script);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Http1Origin on(ServerSocket server, Script script) {
        return new Http1Origin(server, script);
    }

    /** Answers every request with its method and path. */
    static Http1Origin echoing() {
        return following(connection -> {
            while (true) {
                String head = connection.request();
                connection.answer(head.substring(0, head.indexOf(" HTTP/")).toLowerCase(Locale.ROOT));
            }
        });
    }

    /** Every connection is left to the test. */
    static Http1Origin byHand() {
        Http1Origin[] origin = {null};
        origin[0] = following(connection -> {
            origin[0].arrived.add(connection);
            Thread.sleep(Long.MAX_VALUE);
        });
        return origin[0];
    }

    private void accept() {
        try {
            while (true) {
                Connection connection = new Connection(server.accept());
                all.add(connection);
                Thread.ofVirtual().name("http1-origin").start(() -> follow(connection));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void follow(Connection connection) {
        try (connection) {
            script.run(connection);
        } catch (IOException e) {
            // the gateway closed it
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Takes the next connection that is left to the test. */
    Connection connection() throws InterruptedException {
        Connection connection = arrived.poll(FramePeer.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        if (connection == null) {
            throw new AssertionError("no connection came; " + all.size() + " so far");
        }
        return connection;
    }

    /** How many connections have come. */
    int connections() {
        return all.size();
    }

    int port() {
        return server.getLocalPort();
    }

    String address() {
        return "127.0.0.1:" + port();
    }

    /** Further connections are refused. */
    void stopAccepting() throws IOException {
        int port = port();
        server.close();
        Await.refusal(port);
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Connection connection : all) {
                connection.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.health;

import io.penstock.gateway.config.cluster.HealthCheckConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * One request over HTTP/2 as the only one of its connection: a GET whose status is looked at, or a call of {@code
 * grpc.health.v1.Health/Check} whose message is.
 *
 * <p>Speaks just enough HTTP/2 for one small request (RFC 9113 §3.3, §6): fields go out as literals, and of a response's field section
 * only the first field is decoded, which is {@code :status}.
 *
 * @see <a href="https://github.com/grpc/grpc/blob/master/doc/health-checking.md">gRPC health checking</a>
 */
final class Http2Probe {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int END_STREAM = 1;
    private static final int ACK = 1;
    private static final int END_HEADERS = 4;
    private static final int PADDED = 8;
    private static final int PRIORITY = 32;
    private static final int SERVING = 1;
    /** SETTINGS_HEADER_TABLE_SIZE of 0: so that the final status is decoded without what an interim head put into a table. */
    private static final byte[] NO_TABLE = {0, 1, 0, 0, 0, 0};

    // entries of the static table (RFC 7541, appendix A): some servers take pseudo fields in this form alone
    private static final int AUTHORITY = 1;
    private static final int GET = 2;
    private static final int POST = 3;
    private static final int PATH = 4;
    private static final int HTTP = 6;
    private static final int HTTPS = 7;

    private final HealthCheckConfig config;
    private final boolean grpc;

    Http2Probe(HealthCheckConfig config) {
        this.config = config;
        this.grpc = config.type() == HealthCheckConfig.Type.GRPC;
    }

    @SuppressWarnings("ArrayRecordComponent") // read once and thrown away
    private record Frame(int type, int flags, byte[] payload) {}

    String ask(ProbeSocket socket, String authority) throws IOException {
        socket.write(request(authority, socket.encrypted()));
        int interim = 0;
        while (true) {
            Frame frame = next(socket);
            switch (frame.type()) {
                case SETTINGS -> acknowledge(socket, frame, new byte[0]);
                case PING -> acknowledge(socket, frame, frame.payload());
                case GOAWAY -> throw new IOException("going away, code " + code(frame));
                case RST_STREAM -> throw new IOException("the stream was reset");
                case HEADERS -> {
                    int status = status(frame);
                    if (status < 200 && ++interim > Http1Probe.MOST_INTERIM) {
                        throw new IOException("more than " + Http1Probe.MOST_INTERIM + " interim answers");
                    }
                    if (!grpc && status >= 200) {
                        return Http1Probe.expected(config, status);
                    }
                    if (grpc && (frame.flags() & END_STREAM) != 0) {
                        throw new IOException("no message: the service is not known, or there is no health service");
                    }
                }
                case DATA -> {
                    if (grpc && frame.payload().length > 0) {
                        return serving(frame);
                    }
                }
                default -> {} // WINDOW_UPDATE, PRIORITY and what is not known
            }
        }
    }

    /** The last four bytes of the fixed part of GOAWAY (RFC 9113 §6.8). */
    private static int code(Frame frame) {
        return frame.payload().length < 8 ? -1 : frame.payload()[7] & 0xff;
    }

    private static Frame next(ProbeSocket socket) throws IOException {
        byte[] head = socket.read(9);
        int length = ((head[0] & 0xff) << 16) | ((head[1] & 0xff) << 8) | (head[2] & 0xff);
        return new Frame(head[3], head[4] & 0xff, socket.read(length));
    }

    private static void acknowledge(ProbeSocket socket, Frame frame, byte[] payload) throws IOException {
        if ((frame.flags() & ACK) == 0) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            frame(out, frame.type(), ACK, 0, payload);
            socket.write(out.toByteArray());
        }
    }

    private byte[] request(String authority, boolean encrypted) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(PREFACE);
        frame(out, SETTINGS, 0, 0, NO_TABLE);
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        head.write(0x80 | (grpc ? POST : GET));
        head.write(0x80 | (encrypted ? HTTPS : HTTP));
        head.write(PATH);
        text(head, grpc ? "/grpc.health.v1.Health/Check" : config.path());
        head.write(AUTHORITY);
        text(head, authority);
        field(head, "user-agent", "penstock");
        if (grpc) {
            field(head, "content-type", "application/grpc");
            field(head, "te", "trailers");
        }
        frame(out, HEADERS, END_HEADERS | (grpc ? 0 : END_STREAM), 1, head.toByteArray());
        if (grpc) {
            frame(out, DATA, END_STREAM, 1, question());
        }
        return out.toByteArray();
    }

    /** HealthCheckRequest: the service is field 1, a string. */
    private byte[] question() {
        byte[] service = config.service().getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        if (service.length > 0) {
            message.write((1 << 3) | 2);
            varint(message, service.length);
            message.writeBytes(service);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {0, 0, 0, (byte) (message.size() >> 8), (byte) message.size()});
        out.writeBytes(message.toByteArray());
        return out.toByteArray();
    }

    /** HealthCheckResponse: the status is field 1, a number; left out when it is 0. */
    private static String serving(Frame frame) throws IOException {
        byte[] body = frame.payload();
        int at = (frame.flags() & PADDED) == 0 ? 0 : 1;
        if (body.length < at + 5 || body[at] != 0) {
            throw new IOException("no plain message of gRPC");
        }
        boolean serving = body.length >= at + 7 && body[at + 5] == 1 << 3 && body[at + 6] == SERVING;
        if (!serving) {
            throw new IOException("not serving");
        }
        return "serving";
    }

    private static void frame(ByteArrayOutputStream out, int type, int flags, int stream, byte[] payload) {
        int length = payload.length;
        out.writeBytes(new byte[] {
            (byte) (length >> 16),
            (byte) (length >> 8),
            (byte) length,
            (byte) type,
            (byte) flags,
            0,
            0,
            0,
            (byte) stream
        });
        out.writeBytes(payload);
    }

    /** A literal without indexing (RFC 7541 §6.2.2). */
    private static void field(ByteArrayOutputStream out, String name, String value) {
        out.write(0);
        text(out, name);
        text(out, value);
    }

    private static void text(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        integer(out, 0, 7, bytes.length);
        out.writeBytes(bytes);
    }

    /** A length in protobuf: seven bits in each byte, the lowest first. */
    private static void varint(ByteArrayOutputStream out, int value) {
        int rest = value;
        while (rest >= 128) {
            out.write((rest & 127) | 128);
            rest >>= 7;
        }
        out.write(rest);
    }

    /** RFC 7541 §5.1. */
    private static void integer(ByteArrayOutputStream out, int first, int bits, int value) {
        int most = (1 << bits) - 1;
        if (value < most) {
            out.write(first | value);
            return;
        }
        out.write(first | most);
        varint(out, value - most);
    }

    /** The status of a response, whose pseudo field comes first (RFC 9113 §8.3). */
    private static int status(Frame frame) throws IOException {
        int at = ((frame.flags() & PADDED) == 0 ? 0 : 1) + ((frame.flags() & PRIORITY) == 0 ? 0 : 5);
        int status = FirstStatus.of(frame.payload(), at);
        if (status < 100) {
            throw new IOException("a response without a status");
        }
        return status;
    }
}

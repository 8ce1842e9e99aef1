// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.hpack;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.http2.Http2Flag;
import io.helidon.http.http2.Http2FrameData;
import io.helidon.http.http2.Http2FrameHeader;
import io.helidon.http.http2.Http2FrameTypes;
import io.helidon.http.http2.Http2Headers;
import io.helidon.http.http2.Http2HuffmanDecoder;
import io.helidon.http.http2.Http2HuffmanEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.penstock.gateway.exchange.Head;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Compares HPACK codecs at what a gateway does with each gRPC call: decode the heads of many connections and encode them on one.
 *
 * <p>Steady state: eight decoders whose tables are filled, each with its own instances, feed one encoder. A request has ten fields,
 * nine of them in a table and a timeout that is another one each time. A response is a head of four fields and trailers of two.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class HpackBenchmark {
    private static final int CONNECTIONS = 8;
    private static final int TIMEOUTS = 64;
    private static final int TABLE = 4096;
    private static final int MAX_HEAD = 16 * 1024;

    /** One decoder for each downstream connection and one encoder for the upstream connection. */
    interface Codec {
        int relay(int connection, byte[] block) throws Http2Exception;
    }

    @Param({"penstock", "netty", "helidon"})
    String codec = "";

    private Codec requests = new Penstock();
    private Codec responses = requests;
    private byte[][] request = {};
    private byte[] response = {};
    private byte[] trailers = {};
    private int turn;

    @Setup
    public void fillTables() throws Http2Exception {
        HpackEncoder client = new HpackEncoder(TABLE);
        byte[] firstRequest = block(client, request(0));
        request = IntStream.range(0, TIMEOUTS)
                .mapToObj(timeout -> block(client, request(timeout)))
                .toArray(byte[][]::new);
        HpackEncoder server = new HpackEncoder(TABLE);
        byte[] firstResponse = block(server, response());
        byte[] firstTrailers = block(server, trailers());
        response = block(server, response());
        trailers = block(server, trailers());
        requests = newCodec();
        responses = newCodec();
        for (int connection = 0; connection < CONNECTIONS; connection++) {
            requests.relay(connection, firstRequest);
            responses.relay(connection, firstResponse);
            responses.relay(connection, firstTrailers);
        }
    }

    @Benchmark
    public int relaysARequestHead() throws Http2Exception {
        int now = turn++;
        return requests.relay(now & CONNECTIONS - 1, request[now & TIMEOUTS - 1]);
    }

    @Benchmark
    public int relaysAResponseHeadAndTrailers() throws Http2Exception {
        int connection = turn++ & CONNECTIONS - 1;
        return responses.relay(connection, response) + responses.relay(connection, trailers);
    }

    private Codec newCodec() {
        return switch (codec) {
            case "netty" -> new Netty();
            case "helidon" -> new Helidon();
            default -> new Penstock();
        };
    }

    private static Head request(int timeout) {
        return new Head()
                .add(":method", "POST")
                .add(":scheme", "http")
                .add(":path", "/penstock.bench.Echo/Unary")
                .add(":authority", "gateway.example:8080")
                .add("content-type", "application/grpc")
                .add("te", "trailers")
                .add("user-agent", "grpc-java-netty/1.79.0")
                .add("grpc-accept-encoding", "gzip")
                .add("jobid", "job-2f9c51")
                .add("grpc-timeout", (9_000_000 + timeout) + "u");
    }

    private static Head response() {
        return new Head()
                .add(":status", "200")
                .add("content-type", "application/grpc")
                .add("grpc-encoding", "identity")
                .add("grpc-accept-encoding", "gzip");
    }

    private static Head trailers() {
        return new Head().add("grpc-status", "0").add("x-served-by", "worker-17");
    }

    private static byte[] block(HpackEncoder encoder, Head head) {
        int length = encoder.encode(head);
        return Arrays.copyOf(encoder.buffer(), length);
    }

    private static final class Penstock implements Codec {
        private final HpackDecoder[] decoders = IntStream.range(0, CONNECTIONS)
                .mapToObj(i -> new HpackDecoder(TABLE, MAX_HEAD))
                .toArray(HpackDecoder[]::new);
        private final HpackEncoder encoder = new HpackEncoder(TABLE);

        @Override
        public int relay(int connection, byte[] block) {
            return encoder.encode(decoders[connection].decode(block, 0, block.length));
        }
    }

    private static final class Netty implements Codec {
        private final DefaultHttp2HeadersDecoder[] decoders = IntStream.range(0, CONNECTIONS)
                .mapToObj(i -> new DefaultHttp2HeadersDecoder(false, MAX_HEAD))
                .toArray(DefaultHttp2HeadersDecoder[]::new);
        private final DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder();
        private final ByteBuf out = Unpooled.buffer(1024);

        @Override
        public int relay(int connection, byte[] block) throws Http2Exception {
            out.clear();
            encoder.encodeHeaders(3, decoders[connection].decodeHeaders(3, Unpooled.wrappedBuffer(block)), out);
            return out.readableBytes();
        }
    }

    private static final class Helidon implements Codec {
        private final Http2Headers.DynamicTable[] tables = IntStream.range(0, CONNECTIONS)
                .mapToObj(i -> Http2Headers.DynamicTable.create(TABLE))
                .toArray(Http2Headers.DynamicTable[]::new);
        private final Http2HuffmanDecoder decoder = Http2HuffmanDecoder.create();
        private final Http2Headers.DynamicTable table = Http2Headers.DynamicTable.create(TABLE);
        private final Http2HuffmanEncoder encoder = Http2HuffmanEncoder.create();
        private final Http2Flag.HeaderFlags endOfHeaders = Http2Flag.HeaderFlags.create(Http2Flag.END_OF_HEADERS);
        private final BufferData out = BufferData.growing(1024);

        @Override
        @SuppressWarnings("NullAway") // the stream is asked for its priority only, which these blocks do not have
        public int relay(int connection, byte[] block) {
            Http2FrameHeader frame = Http2FrameHeader.create(block.length, Http2FrameTypes.HEADERS, endOfHeaders, 3);
            Http2Headers headers = Http2Headers.create(
                    null, tables[connection], decoder, new Http2FrameData(frame, BufferData.create(block)));
            out.reset();
            headers.write(table, encoder, out);
            return out.available();
        }
    }
}

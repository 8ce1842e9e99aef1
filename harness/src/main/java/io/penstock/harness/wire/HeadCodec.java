// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.wire;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.ByteBufUtil;
import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Exception;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2HeadersEncoder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * HPACK for one connection: a decoder with the peer's table and an encoder that never adds to a table.
 *
 * <p>Not thread-safe: one thread decodes; {@link #encode} keeps no state and may be called from any.
 */
final class HeadCodec {

    private static final int MAX_HEAD_BYTES = 16 << 20;

    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, MAX_HEAD_BYTES);

    List<Field> decode(int stream, byte[] block) throws IOException {
        try {
            var fields = new ArrayList<Field>();
            decoder.decodeHeaders(stream, Unpooled.wrappedBuffer(block))
                    .forEach(e -> fields.add(
                            new Field(e.getKey().toString(), e.getValue().toString())));
            return fields;
        } catch (Http2Exception e) {
            throw new IOException("head of stream " + stream + " is not valid HPACK: " + e.getMessage(), e);
        }
    }

    static byte[] encode(List<Field> fields) throws IOException {
        var headers = new DefaultHttp2Headers(false);
        fields.forEach(f -> headers.add(f.name(), f.value()));
        ByteBuf out = Unpooled.buffer();
        try (var encoder = new DefaultHttp2HeadersEncoder(Http2HeadersEncoder.ALWAYS_SENSITIVE, true)) {
            encoder.encodeHeaders(1, headers, out);
            return ByteBufUtil.getBytes(out);
        } catch (Http2Exception e) {
            throw new IOException("head cannot be encoded: " + e.getMessage(), e);
        } finally {
            out.release();
        }
    }
}

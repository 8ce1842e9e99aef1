// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.hpack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import io.penstock.gateway.exchange.Head;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Another implementation on the other side, so that a mistake made twice cannot cancel itself out. */
@Timeout(60)
class HpackInteropTest {
    private static final int[] SIZES = {0, 33, 100, 1000, 4096, 16_384};
    private static final int MAX_HEAD = 1 << 20;

    @ParameterizedTest
    @ValueSource(longs = {2, 71, 828})
    void encodesWhatNettyDecodes(long seed) throws Http2Exception {
        HpackRandom random = new HpackRandom(seed);
        HpackEncoder encoder = new HpackEncoder(4096);
        DefaultHttp2HeadersDecoder netty = new DefaultHttp2HeadersDecoder(false, MAX_HEAD);
        for (int block = 0; block < 300; block++) {
            if (random.below(20) == 0) {
                int size = SIZES[random.below(SIZES.length)];
                encoder.peerTableBytes(size);
                netty.maxHeaderTableSize(size);
            }
            Head sent = random.head();

            int length = encoder.encode(sent);
            Http2Headers received = netty.decodeHeaders(1, Unpooled.wrappedBuffer(encoder.buffer(), 0, length));

            assertThat(lines(received)).containsExactlyInAnyOrderElementsOf(lines(sent));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {3, 14, 1592})
    void decodesWhatNettyEncodes(long seed) throws Http2Exception {
        HpackRandom random = new HpackRandom(seed);
        DefaultHttp2HeadersEncoder netty = new DefaultHttp2HeadersEncoder((name, value) -> random.below(9) == 0);
        HpackDecoder decoder = new HpackDecoder(4096, MAX_HEAD);
        for (int block = 0; block < 300; block++) {
            if (random.below(20) == 0) {
                int size = SIZES[random.below(SIZES.length)];
                netty.maxHeaderTableSize(size);
                decoder.maxTableBytes(size);
            }
            Http2Headers sent = headers(random.head());
            ByteBuf out = Unpooled.buffer();

            netty.encodeHeaders(1, sent, out);
            byte[] bytes = ByteBufUtil.getBytes(out);

            assertThat(lines(decoder.decode(bytes, 0, bytes.length))).containsExactlyInAnyOrderElementsOf(lines(sent));
        }
    }

    private static Http2Headers headers(Head head) {
        Http2Headers headers = new DefaultHttp2Headers(false);
        for (int i = 0; i < head.size(); i++) {
            headers.add(ascii(head.at(i).name()), ascii(head.at(i).value()));
        }
        return headers;
    }

    private static AsciiString ascii(String text) {
        return new AsciiString(text.getBytes(ISO_8859_1), false);
    }

    private static List<String> lines(Http2Headers headers) {
        List<String> lines = new ArrayList<>();
        headers.forEach(field -> lines.add(latin(field.getKey()) + ": " + latin(field.getValue())));
        return lines;
    }

    private static String latin(CharSequence text) {
        return new String(AsciiString.of(text).toByteArray(), ISO_8859_1);
    }

    private static List<String> lines(Head head) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < head.size(); i++) {
            lines.add(head.at(i).name() + ": " + head.at(i).value());
        }
        return lines;
    }
}

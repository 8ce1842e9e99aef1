// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FirstStatusTest {

    @Test
    void readsEveryStatusAsAnotherEncoderWritesIt() throws Http2Exception {
        for (int huffmanFrom : new int[] {0, Integer.MAX_VALUE}) {
            for (int status = 100; status < 600; status++) {
                var encoder = new DefaultHttp2HeadersEncoder((name, value) -> false, false, 16, huffmanFrom);
                ByteBuf out = Unpooled.buffer();
                encoder.encodeHeaders(
                        1,
                        new DefaultHttp2Headers()
                                .status(Integer.toString(status))
                                .add("server", "x"),
                        out);
                byte[] block = new byte[out.readableBytes()];
                out.readBytes(block);

                assertThat(FirstStatus.of(block, 0)).isEqualTo(status);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "88,                         200",
        "3fe11f88,                   200",
        "2088,                       200",
        "08 03 353033,               503",
        "00 07 3a737461747573 03 343238, 428",
        "40 85 b884 8d36a3 03 343238, 428",
        "'',                         -1",
        "82,                         -1",
        "08,                         -1",
        "08 03 3530,                 -1",
        "08 04 35303330,             -1",
        "00 01 61 03 353033,         -1",
        "ff,                         -1"
    })
    void readsEachFormOfTheField(String hex, int status) {
        assertThat(FirstStatus.of(HexFormat.of().parseHex(hex.replace(" ", "")), 0))
                .isEqualTo(status);
    }
}

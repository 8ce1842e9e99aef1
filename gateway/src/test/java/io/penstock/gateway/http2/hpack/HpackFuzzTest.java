// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.hpack;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Head;
import java.util.Arrays;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HpackFuzzTest {
    private static final int MAX_HEAD = 2000;

    @ParameterizedTest
    @ValueSource(longs = {4, 9, 16, 25})
    void endsWithAHeadOrARefusalForRandomBytes(long seed) {
        HpackRandom random = new HpackRandom(seed);
        int refused = 0;
        HpackDecoder decoder = new HpackDecoder(4096, MAX_HEAD);
        for (int round = 0; round < 20_000; round++) {
            if (!survives(decoder, random.bytes(random.below(80)))) {
                refused++;
                decoder = new HpackDecoder(4096, MAX_HEAD);
            }
        }

        assertThat(refused).isBetween(1, 19_999);
    }

    @ParameterizedTest
    @ValueSource(longs = {36, 49, 64, 81})
    void endsWithAHeadOrARefusalForBrokenBlocks(long seed) {
        HpackRandom random = new HpackRandom(seed);
        int refused = 0;
        HpackEncoder encoder = new HpackEncoder(4096);
        HpackDecoder decoder = new HpackDecoder(4096, MAX_HEAD);
        for (int round = 0; round < 5_000; round++) {
            int length = encoder.encode(random.head());
            byte[] block = Arrays.copyOf(encoder.buffer(), random.below(4) == 0 ? random.below(length + 1) : length);
            for (int flip = random.below(4); flip > 0 && block.length > 0; flip--) {
                block[random.below(block.length)] ^= (byte) (1 << random.below(8));
            }
            if (!survives(decoder, block)) {
                refused++;
                encoder = new HpackEncoder(4096);
                decoder = new HpackDecoder(4096, MAX_HEAD);
            }
        }

        assertThat(refused).isBetween(1, 4_999);
    }

    private static boolean survives(HpackDecoder decoder, byte[] block) {
        try {
            Head head = decoder.decode(block, 0, block.length);
            int bytes = 0;
            for (int i = 0; i < head.size(); i++) {
                bytes += head.at(i).bytes();
            }
            assertThat(bytes).isLessThanOrEqualTo(MAX_HEAD);
            return true;
        } catch (HpackException refused) {
            return false;
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.hpack;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Field.Indexing;
import io.penstock.gateway.exchange.Head;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HpackRoundTripTest {
    private static final int[] SIZES = {0, 1, 31, 32, 33, 64, 100, 256, 1000, 4096, 5000, 16_384, 65_536};

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233})
    void givesBackEveryHeadWhateverTheTablesAreChangedTo(long seed) {
        HpackRandom random = new HpackRandom(seed);
        HpackEncoder encoder = new HpackEncoder(SIZES[random.below(SIZES.length)]);
        HpackDecoder decoder = new HpackDecoder(4096, 1 << 20);
        for (int block = 0; block < 500; block++) {
            for (int change = random.below(20) == 0 ? random.below(4) : 0; change > 0; change--) {
                int size = SIZES[random.below(SIZES.length)];
                encoder.peerTableBytes(size);
                decoder.maxTableBytes(size);
            }
            Head sent = random.head();

            int length = encoder.encode(sent);

            assertSame(decoder.decode(encoder.buffer(), 0, length), sent);
        }
    }

    /** A gateway's case: what one connection decoded is encoded on another, and its instances live in both tables. */
    @ParameterizedTest
    @ValueSource(longs = {377, 610, 987})
    void givesBackEveryHeadOverTwoHops(long seed) {
        HpackRandom random = new HpackRandom(seed);
        HpackEncoder first = new HpackEncoder(4096);
        HpackDecoder between = new HpackDecoder(4096, 1 << 20);
        HpackEncoder second = new HpackEncoder(1000);
        HpackDecoder last = new HpackDecoder(4096, 1 << 20);
        for (int block = 0; block < 500; block++) {
            Head sent = random.head();

            int length = first.encode(sent);
            Head relayed = between.decode(first.buffer(), 0, length);
            length = second.encode(relayed);

            assertSame(last.decode(second.buffer(), 0, length), sent);
        }
    }

    private static void assertSame(Head received, Head sent) {
        assertThat(received.size()).isEqualTo(sent.size());
        for (int i = 0; i < sent.size(); i++) {
            assertThat(received.at(i).equals(sent.at(i))).isTrue();
            if (sent.at(i).indexing() == Indexing.NEVER) {
                assertThat(received.at(i).indexing()).isEqualTo(Indexing.NEVER);
            }
        }
    }
}

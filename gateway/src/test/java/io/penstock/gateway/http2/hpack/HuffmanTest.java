// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.hpack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HuffmanTest {

    @ParameterizedTest
    @CsvSource({
        "www.example.com,f1e3c2e5f23a6ba0ab90f4ff",
        "no-cache,a8eb10649cbf",
        "custom-value,25a849e95bb8e8b4bf",
        "302,6402",
        "'',''"
    })
    void codesTheExamplesOfTheSpecification(String text, String coded) {
        assertThat(HexFormat.of().formatHex(encode(text.getBytes(ISO_8859_1)))).isEqualTo(coded);
    }

    @Test
    void givesBackEveryByte() {
        for (int octet = 0; octet < 256; octet++) {
            byte[] text = {(byte) octet, 'a', (byte) octet, (byte) octet, '~', (byte) octet};

            assertThat(decode(encode(text))).isEqualTo(text);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 7541})
    void givesBackRandomBytes(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 2000; round++) {
            byte[] text = new byte[random.nextInt(120)];
            random.nextBytes(text);

            assertThat(decode(encode(text))).isEqualTo(text);
        }
    }

    @Test
    void acceptsOnlyWhatItWouldWriteItself() {
        int accepted = 0;
        for (int bits = 0; bits < 1 << 16; bits++) {
            byte[] coded = {(byte) (bits >> 8), (byte) bits};
            try {
                assertThat(encode(decode(coded))).isEqualTo(coded);
                accepted++;
            } catch (HpackException refused) {
                assertThat(refused.getStackTrace()).isEmpty();
            }
        }

        assertThat(accepted).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"18", "1fff", "ff", "fffffffc", "ffffffff", "1fffffffff", "00000000000000fffffffc00000000"})
    void refusesFalsePaddingAndEos(String coded) {
        assertThatThrownBy(() -> decode(HexFormat.of().parseHex(coded))).isInstanceOf(HpackException.class);
    }

    private static byte[] encode(byte[] text) {
        int length = Huffman.codedLength(text, 0, text.length);
        byte[] out = new byte[length + 3];

        assertThat(Huffman.encode(text, 0, text.length, out, 3)).isEqualTo(length + 3);

        return Arrays.copyOfRange(out, 3, length + 3);
    }

    private static byte[] decode(byte[] coded) {
        byte[] out = new byte[Huffman.longestText(coded.length)];
        return Arrays.copyOf(out, Huffman.decode(coded, 0, coded.length, out));
    }
}

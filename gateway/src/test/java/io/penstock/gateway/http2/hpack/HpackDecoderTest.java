// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.hpack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.gateway.exchange.Head;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HpackDecoderTest {
    private final HpackDecoder decoder = new HpackDecoder(4096, 200);

    @ParameterizedTest
    @CsvSource({
        "index zero, 80",
        "an index behind an empty table, be",
        "an index far behind the table, ffffffff7f",
        "a name behind the table, 7f00",
        "an index of six octets, ffffffffffff01",
        "an index of six octets of nothing, ff808080808000",
        "an index that ends early, ffff",
        "an index that ends at its prefix, ff",
        "no name, 40",
        "half a name, 40036161",
        "no value, 400161",
        "half a value, 4001610362",
        "a length beyond the block, 40016bff7f",
        "a length of 2 GB, 40016b7fffffffff07",
        "Huffman padding of zeros, 40811800",
        "Huffman padding of a byte, 40821fff00",
        "Huffman EOS, 4084ffffffff00",
        "half a Huffman code, 4081fe00",
        "a size above ours, 3fe21f",
        "a huge size, 3fffffffffffff",
        "a size behind a field, 8220"
    })
    void refuses(String what, String block) {
        assertThatThrownBy(() -> decode(block)).as(what).isInstanceOf(HpackException.class);
    }

    @Test
    void decodesAnEmptyBlock() {
        assertThat(decode("").size()).isZero();
    }

    @Test
    void readsOnlyItsPartOfTheArray() {
        byte[] bytes = HexFormat.of().parseHex("ffff8286ffff");

        assertThat(decoder.decode(bytes, 2, 2).size()).isEqualTo(2);
    }

    @Test
    void sharesTheStringsOfKnownNames() {
        Head head = decode("00" + "0a757365722d6167656e74" + "0161" + "00" + "0c677270632d74696d656f7574" + "02316d");

        assertThat(head.at(0).name()).isSameAs(HpackStaticTable.at(58).name());
        assertThat(head.at(1).name()).isSameAs("grpc-timeout");
    }

    @Test
    void keepsBytesAbove7f() {
        assertThat(decode("0001610280ff").value("a")).isEqualTo("\u0080\u00ff");
    }

    @Test
    void emptiesItsTableForAnEntryLargerThanIt() {
        decode("3f21" + "40016101" + "62");
        assertThat(decode("be").value("a")).isEqualTo("b");

        decode("400163" + "40" + "78".repeat(64));

        assertThatThrownBy(() -> decode("be")).isInstanceOf(HpackException.class);
    }

    @Test
    void stopsCollectingAnOversizedHeadButKeepsItsTable() {
        String large = "400161" + "64" + "78".repeat(100);
        String second = "400162" + "64" + "79".repeat(100);

        Head head = decode(large + second + "82");

        assertThat(decoder.oversized()).isTrue();
        assertThat(head.size()).isEqualTo(1);
        assertThat(decode("be").value("b")).isEqualTo("y".repeat(100));
        assertThat(decoder.oversized()).isFalse();
        assertThat(decode("bf").value("a")).isEqualTo("x".repeat(100));
    }

    @Test
    void collectsAHeadOfExactlyTheLimit() {
        Head head = decode("000161" + "6d" + "78".repeat(109) + "82");

        assertThat(decoder.oversized()).isFalse();
        assertThat(head.size()).isEqualTo(2);
    }

    @Test
    void boundsWhatAnIndexBombCollects() {
        decode("400161" + "32" + "78".repeat(50));

        Head head = decode("be".repeat(100_000));

        assertThat(decoder.oversized()).isTrue();
        assertThat(head.size()).isEqualTo(2);
    }

    @Test
    void insistsOnTheSizeUpdateThatAReductionAsksFor() {
        decoder.maxTableBytes(100);

        assertThatThrownBy(() -> decode("82")).isInstanceOf(HpackException.class);
    }

    @Test
    void insistsOnTheSmallestSizeInBetween() {
        decoder.maxTableBytes(100);
        decoder.maxTableBytes(4096);

        assertThatThrownBy(() -> decode("3fa901" + "82")).isInstanceOf(HpackException.class);
    }

    @Test
    void acceptsTheSmallestSizeAndThenTheLast() {
        decode("400161" + "0162");
        decoder.maxTableBytes(0);
        decoder.maxTableBytes(4096);

        decode("20" + "3fe11f" + "82");

        assertThatThrownBy(() -> decode("be")).isInstanceOf(HpackException.class);
    }

    @Test
    void acceptsALargerTableOnceItIsAdvertised() {
        decoder.maxTableBytes(8192);

        assertThat(decode("3fe13f" + "82").size()).isEqualTo(1);
    }

    @Test
    void letsAPeerUseTheInitialSizeUntilItKnowsASmallerOne() {
        HpackDecoder small = new HpackDecoder(0, 200);
        byte[] block = HexFormat.of().parseHex("4001610162");

        small.decode(block, 0, block.length);

        assertThat(small.decode(new byte[] {(byte) 0xbe}, 0, 1).value("a")).isEqualTo("b");
    }

    private Head decode(String hex) {
        byte[] block = HexFormat.of().parseHex(hex);
        return decoder.decode(block, 0, block.length);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.hpack;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.Field.Indexing;
import io.penstock.gateway.exchange.Head;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The examples of RFC 7541 Appendix C. */
class HpackExamplesTest {
    private static final int MAX_HEAD = 64 * 1024;

    private static final List<String> REQUESTS = List.of(
            ":method GET|:scheme http|:path /|:authority www.example.com",
            ":method GET|:scheme http|:path /|:authority www.example.com|cache-control no-cache",
            ":method GET|:scheme https|:path /index.html|:authority www.example.com|custom-key custom-value");

    private static final List<String> RESPONSES = List.of(
            ":status 302|cache-control private|date Mon, 21 Oct 2013 20:13:21 GMT|location https://www.example.com",
            ":status 307|cache-control private|date Mon, 21 Oct 2013 20:13:21 GMT|location https://www.example.com",
            ":status 200|cache-control private|date Mon, 21 Oct 2013 20:13:22 GMT|location https://www.example.com"
                    + "|content-encoding gzip|set-cookie foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1");

    private final HpackDecoder decoder = new HpackDecoder(4096, MAX_HEAD);

    @Test
    void decodesALiteralWithIndexing() {
        Head head = decode("400a637573746f6d2d6b65790d637573746f6d2d686561646572");

        assertThat(text(head)).isEqualTo("custom-key custom-header");
        assertThat(head.at(0).indexing()).isEqualTo(Indexing.INDEXED);
        assertThat(decode("be").at(0)).isSameAs(head.at(0));
    }

    @Test
    void decodesALiteralWithoutIndexing() {
        Head head = decode("040c2f73616d706c652f70617468");

        assertThat(text(head)).isEqualTo(":path /sample/path");
        assertThat(head.at(0).indexing()).isEqualTo(Indexing.UNINDEXED);
    }

    @Test
    void decodesANeverIndexedLiteral() {
        Head head = decode("100870617373776f726406736563726574");

        assertThat(text(head)).isEqualTo("password secret");
        assertThat(head.at(0).indexing()).isEqualTo(Indexing.NEVER);
    }

    @Test
    void decodesAnIndexedField() {
        assertThat(text(decode("82"))).isEqualTo(":method GET");
    }

    @Test
    void decodesRequestsWithoutHuffman() {
        assertDecodes(
                REQUESTS,
                "828684410f7777772e6578616d706c652e636f6d",
                "828684be58086e6f2d6361636865",
                "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565");
    }

    @Test
    void decodesRequestsWithHuffman() {
        assertDecodes(
                REQUESTS,
                "828684418cf1e3c2e5f23a6ba0ab90f4ff",
                "828684be5886a8eb10649cbf",
                "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf");
    }

    @Test
    void encodesRequestsAsTheExamplesDo() {
        HpackEncoder encoder = new HpackEncoder(4096);

        assertThat(REQUESTS)
                .extracting(request -> hex(encoder, head(request)))
                .containsExactly(
                        "828684418cf1e3c2e5f23a6ba0ab90f4ff",
                        "828684be5886a8eb10649cbf",
                        "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf");
    }

    @Test
    void encodesALiteralForEachIndexingAsTheExamplesDo() {
        assertThat(hex(new HpackEncoder(4096), new Head().add("custom-key", "custom-header")))
                .isEqualTo("408825a849e95ba97d7f8925a849e95a728e42d9");
        assertThat(hex(new HpackEncoder(4096), new Head().add(Field.of(":path", "/sample/path", Indexing.UNINDEXED))))
                .isEqualTo("040c2f73616d706c652f70617468");
        assertThat(hex(new HpackEncoder(4096), new Head().add(Field.of("password", "secret", Indexing.NEVER))))
                .startsWith("10")
                .isEqualTo("1086ac684783d9278441 49 61 53".replace(" ", ""));
    }

    @Test
    void decodesResponsesWithEvictionsWithoutHuffman() {
        shrinkTo256();
        assertDecodes(
                RESPONSES,
                "4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d54"
                        + "6e1768747470733a2f2f7777772e6578616d706c652e636f6d",
                "4803333037c1c0bf",
                "88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f3d"
                        + "4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b2076657273696f6e3d31");
    }

    @Test
    void decodesResponsesWithEvictionsWithHuffman() {
        shrinkTo256();
        assertDecodes(
                RESPONSES,
                "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3",
                "4883640effc1c0bf",
                "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af"
                        + "27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007");
    }

    private void shrinkTo256() {
        decoder.maxTableBytes(256);
        decode("3fe101");
    }

    private void assertDecodes(List<String> expected, String... blocks) {
        assertThat(blocks).extracting(block -> text(decode(block))).containsExactlyElementsOf(expected);
    }

    private Head decode(String hex) {
        byte[] block = HexFormat.of().parseHex(hex);
        return decoder.decode(block, 0, block.length);
    }

    private static String hex(HpackEncoder encoder, Head head) {
        int length = encoder.encode(head);
        return HexFormat.of().formatHex(encoder.buffer(), 0, length);
    }

    private static Head head(String text) {
        Head head = new Head();
        for (String field : text.split("\\|", -1)) {
            int space = field.indexOf(' ');
            head.add(field.substring(0, space), field.substring(space + 1));
        }
        return head;
    }

    private static String text(Head head) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < head.size(); i++) {
            text.append(i == 0 ? "" : "|")
                    .append(head.at(i).name())
                    .append(' ')
                    .append(head.at(i).value());
        }
        return text.toString();
    }
}

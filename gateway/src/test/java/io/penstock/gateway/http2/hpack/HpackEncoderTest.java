// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.hpack;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.Field.Indexing;
import io.penstock.gateway.exchange.Head;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HpackEncoderTest {
    private static final int WITH_INDEXING = 0x40;
    private static final int WITHOUT_INDEXING = 0x00;
    private static final int NEVER_INDEXED = 0x10;

    private final HpackEncoder encoder = new HpackEncoder(4096);

    @ParameterizedTest
    @CsvSource({
        ":path, /penstock.Echo/Unary",
        "content-type, application/grpc",
        "te, trailers",
        "grpc-status, 0",
        "user-agent, grpc-java-netty/1.79.0",
        "x-forwarded-for, 192.0.2.1",
        "jobid, 4711",
        "cookie, a-long-cookie-that-nobody-guesses"
    })
    void addsWhatComesAgain(String name, String value) {
        assertThat(kind(Field.of(name, value))).isEqualTo(WITH_INDEXING);
        assertThat(encode(Field.of(name, value))).isEqualTo("be");
    }

    @ParameterizedTest
    @CsvSource({":path, /jobs?id=7", "content-length, 12", "date, now", "etag, x", "set-cookie, a=b"})
    void leavesOutWhatIsDifferentEachTime(String name, String value) {
        assertThat(kind(Field.of(name, value))).isEqualTo(WITHOUT_INDEXING);
        assertThat(kind(Field.of(name, value))).isEqualTo(WITHOUT_INDEXING);
    }

    @Test
    void leavesOutAShortCookieThatIsUnindexedAlready() {
        assertThat(kind(Field.of("cookie", "a=b", Indexing.UNINDEXED))).isEqualTo(NEVER_INDEXED);
        assertThat(kind(Field.of("authorization", "x", Indexing.UNINDEXED))).isEqualTo(NEVER_INDEXED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"grpc-timeout", "traceparent", "x-request-id"})
    void addsAValueThatIsDifferentEachTimeOnlyForItsName(String name) {
        assertThat(kind(Field.of(name, "1"))).isEqualTo(WITH_INDEXING);

        assertThat(encode(Field.of(name, "2"))).isEqualTo("0f2f0132");
        assertThat(encode(Field.of(name, "3"))).isEqualTo("0f2f0133");
    }

    @ParameterizedTest
    @CsvSource({"authorization, Bearer x", "proxy-authorization, Basic x", "cookie, a=b"})
    void marksSecretsAsNeverIndexed(String name, String value) {
        assertThat(kind(Field.of(name, value))).isEqualTo(NEVER_INDEXED);
        assertThat(kind(Field.of(name, value))).isEqualTo(NEVER_INDEXED);
    }

    @Test
    void keepsTheMarkOfANeverIndexedFieldEvenIfATableHasIt() {
        encode(Field.of("key", "value"));

        assertThat(kind(Field.of("key", "value", Indexing.NEVER))).isEqualTo(NEVER_INDEXED);
        assertThat(kind(Field.of(":method", "GET", Indexing.NEVER))).isEqualTo(NEVER_INDEXED);
    }

    @Test
    void usesATableForAnUnindexedFieldButDoesNotAddIt() {
        assertThat(kind(Field.of("key", "value", Indexing.UNINDEXED))).isEqualTo(WITHOUT_INDEXING);
        assertThat(kind(Field.of("key", "value", Indexing.INDEXED))).isEqualTo(WITH_INDEXING);
        assertThat(encode(Field.of("key", "value", Indexing.UNINDEXED))).isEqualTo("be");
        assertThat(encode(Field.of(":method", "GET", Indexing.UNINDEXED))).isEqualTo("82");
    }

    @Test
    void refersToANameOfItsTable() {
        encode(Field.of("jobid", "1"));

        assertThat(encode(Field.of("jobid", "2"))).isEqualTo("7e0132");
    }

    @Test
    void keepsItsTableWhenAFieldIsLargerThanIt() {
        encode(Field.of("jobid", "1"));

        assertThat(kind(Field.of("large", "x".repeat(5000)))).isEqualTo(WITHOUT_INDEXING);
        assertThat(encode(Field.of("jobid", "1"))).isEqualTo("be");
    }

    @Test
    void doesNotLetValuesThatComeOnceWashOutThoseThatComeAgain() {
        encode(Field.of("content-type", "application/grpc"));
        for (int i = 0; i < 1000; i++) {
            encode(Field.of("jobid", "unique-" + i));
        }

        assertThat(encode(Field.of("content-type", "application/grpc"))).hasSizeLessThanOrEqualTo(4);
    }

    @Test
    void letsAFieldThatComesAgainIntoAFullTable() {
        for (int i = 0; i < 1000; i++) {
            encode(Field.of("jobid", "unique-" + i));
        }

        encode(Field.of("content-type", "application/grpc"));
        encode(Field.of("content-type", "application/grpc"));

        assertThat(encode(Field.of("content-type", "application/grpc"))).isEqualTo("be");
    }

    @Test
    void tellsTheSmallestSizeAndThenTheLast() {
        encode(Field.of("jobid", "1"));
        encoder.peerTableBytes(0);
        encoder.peerTableBytes(100);

        assertThat(encode(Field.of(":method", "GET"))).isEqualTo("20" + "3f45" + "82");
        assertThat(kind(Field.of("jobid", "1"))).isEqualTo(WITH_INDEXING);
        assertThat(encode(Field.of("jobid", "1"))).isEqualTo("be");
    }

    @Test
    void tellsThatItUsesLessThanThePeerAllows() {
        HpackEncoder small = new HpackEncoder(0);

        int length = small.encode(new Head().add(":method", "GET"));

        assertThat(HexFormat.of().formatHex(small.buffer(), 0, length)).isEqualTo("2082");
    }

    @Test
    void staysWithinItsOwnLimitWhateverThePeerAllows() {
        encoder.peerTableBytes(-1);

        assertThat(encode(Field.of(":method", "GET"))).isEqualTo("82");
    }

    @Test
    void usesALargerTableOnceThePeerAllowsIt() {
        HpackEncoder large = new HpackEncoder(65_536);
        large.peerTableBytes(8192);

        int length = large.encode(new Head().add(":method", "GET"));

        assertThat(HexFormat.of().formatHex(large.buffer(), 0, length)).isEqualTo("3fe13f82");
    }

    @Test
    void givesItsBufferBackAfterALargeHead() {
        encode(Field.of("large", "x".repeat(100_000)));

        encode(Field.of(":method", "GET"));

        assertThat(encoder.buffer().length).isLessThan(16_384);
    }

    private int kind(Field field) {
        encoder.encode(new Head().add(field));
        int first = encoder.buffer()[0] & 0xff;
        return first >= WITH_INDEXING ? first & 0xc0 : first & 0xf0;
    }

    private String encode(Field field) {
        int length = encoder.encode(new Head().add(field));
        return HexFormat.of().formatHex(encoder.buffer(), 0, length);
    }
}

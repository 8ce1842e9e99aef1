// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Head;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeadRulesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                ":method=GET|:scheme=http|:path=/|:authority=a",
                ":method=GET|:scheme=http|:path=/|:authority=a|te=trailers",
                ":method=OPTIONS|:scheme=http|:path=*|:authority=a",
                ":method=CONNECT|:authority=a:1",
                ":method=GET|:scheme=http|:path=/|:authority=a.test|host=A.test",
                ":method=GET|:scheme=http|:path=/|:authority=[::1]:8080|host=[::1]:8080",
                ":method=GET|:scheme=http|:path=/|host=a.test:80",
                ":method=GET|:scheme=https|:path=/|:authority=a.test|host=a.test:443",
                ":method=M-SEARCH|:scheme=http|:path=/\u00e9?a=b&c|:authority=a",
                ":method=GET|:scheme=http|:path=/|:authority=a|x-empty=",
                ":method=GET|:scheme=http|:path=/|:authority=a|x-obs=\u00e9"
            })
    void takesRequestsThatAreWellFormed(String fields) {
        Head head = head(fields);

        assertThat(HeadRules.request(head)).isNull();
        assertThat(HeadRules.authority(head)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ":scheme=http|:path=/",
                ":method=GET|:path=/",
                ":method=GET|:scheme=http",
                ":method=GET|:scheme=http|:path=",
                ":method=GET|:scheme=http|:path=x",
                ":method=GET|:scheme=http|:path=*",
                ":method=CONNECT",
                ":method=CONNECT|:authority=a:x",
                ":method=CONNECT|:authority=a:1|:scheme=http",
                ":method=CONNECT|:authority=a:1|:path=/",
                ":method=CONNECT|:authority=a:1|:protocol=",
                ":method=CONNECT|:scheme=http|:path=/|:protocol=|:authority=a",
                ":method=CONNECT|:protocol=websocket|:authority=a",
                ":method=GET|:scheme=http|:path=/|:protocol=websocket",
                ":method=GET|:method=GET|:scheme=http|:path=/",
                ":method=GET|:scheme=http|:path=/|:status=200",
                ":method=GET|:scheme=http|:path=/|:other=1",
                ":method=GET|:scheme=http|a=1|:path=/",
                ":method=GET|:scheme=http|:path=/|A=1",
                ":method=GET|:scheme=http|:path=/|a b=1",
                ":method=GET|:scheme=http|:path=/|=1",
                ":method=GET|:scheme=http|:path=/|a=1\r",
                ":method=GET|:scheme=http|:path=/\n",
                ":method=GET|:scheme=http|:path=/|a= 1",
                ":method=GET|:scheme=http|:path=/|connection=close",
                ":method=GET|:scheme=http|:path=/|te=gzip",
                ":method=GET|:scheme=http|:path=/a b",
                ":method=GET|:scheme=http|:path=/a\tb",
                ":method=GET /x|:scheme=http|:path=/",
                ":method=GE(T|:scheme=http|:path=/",
                ":method=G\u00c9T|:scheme=http|:path=/"
            })
    void findsWhatMakesARequestMalformed(String fields) {
        assertThat(HeadRules.request(head(fields))).isNotNull();
    }

    /** Such a request is answered, whatever else is malformed ends its stream. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                ":method=GET|:scheme=http|:path=/|:authority=a|host=b",
                ":method=GET|:scheme=http|:path=/|:authority=a|host=a|host=b",
                ":method=GET|:scheme=http|:path=/|:authority=a|host=a|host=a",
                ":method=GET|:scheme=http|:path=/|host=a|host=b",
                ":method=GET|:scheme=http|:path=/|host=user@a",
                ":method=GET|:scheme=http|:path=/|host=a/b",
                ":method=GET|:scheme=http|:path=/|:authority=user@a",
                ":method=GET|:scheme=http|:path=/|:authority=a b",
                ":method=GET|:scheme=http|:path=/|:authority=a/b",
                ":method=GET|:scheme=http|:path=/|:authority=a?b",
                ":method=GET|:scheme=http|:path=/|:authority=",
                ":method=GET|:scheme=http|:path=/|host=",
                ":method=GET|:scheme=https|:path=/|:authority=a:80|host=a",
                ":method=GET|:scheme=http|:path=/|:authority=a,b",
                ":method=GET|:scheme=http|:path=/"
            })
    void findsWhatIsWrongWithTheAuthority(String fields) {
        Head head = head(fields);

        assertThat(HeadRules.request(head)).isNull();
        assertThat(HeadRules.authority(head)).isNotNull();
    }

    @Test
    void takesAnExtendedConnect() {
        assertThat(HeadRules.request(
                        head(":method=CONNECT|:protocol=websocket|:scheme=https|:path=/chat|:authority=a")))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a=1",
                ":status=99",
                ":status=600",
                ":status=101",
                ":status=200|:status=200",
                ":status=200|:path=/"
            })
    void findsWhatMakesAResponseMalformed(String fields) {
        assertThat(HeadRules.response(head(fields))).isNotNull();
    }

    @Test
    void removesWhatBelongsToTheUpstreamsConnection() {
        Head head = head(":status=200|connection=close|a=1|te=x|keep-alive=1|upgrade=h2c");

        assertThat(HeadRules.response(head)).isNull();

        assertThat(head.size()).isEqualTo(2);
        assertThat(head.value("a")).isEqualTo("1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ":path=/", "a=1\r", "A=1",
            })
    void findsWhatMakesTrailersMalformed(String fields) {
        assertThat(HeadRules.requestTrailers(head(fields))).isNotNull();
        assertThat(HeadRules.responseTrailers(head(fields))).isNotNull();
    }

    @Test
    void findsFieldsOfTheConnectionInTrailersOfARequestAndRemovesThemFromThoseOfAResponse() {
        Head response = head("grpc-status=0|transfer-encoding=chunked|connection=close");

        assertThat(HeadRules.requestTrailers(head("grpc-status=0|transfer-encoding=chunked")))
                .isNotNull();
        assertThat(HeadRules.responseTrailers(response)).isNull();

        assertThat(HeadRules.dropFromTrailers(response)).isEqualTo(2);
        assertThat(response.size()).isEqualTo(1);
    }

    @Test
    void removesFromTrailersWhatMeansSomethingInAHeadAlone() {
        Head trailers = head("te=gzip|a=1|trailer=a|expect=100-continue|b=2");

        assertThat(HeadRules.requestTrailers(trailers)).isNull();

        assertThat(HeadRules.dropFromTrailers(trailers)).isEqualTo(3);
        assertThat(trailers.size()).isEqualTo(2);
        assertThat(trailers.value("a")).isEqualTo("1");
        assertThat(trailers.value("b")).isEqualTo("2");
    }

    /** A table hands the same field out for heads, where it is fine. */
    @Test
    void dropsAFramingFieldFromTrailersThatWasFineInAHead() {
        Head response = head(":status=200|content-length=5");
        assertThat(HeadRules.response(response)).isNull();
        Head trailers = new Head();
        trailers.add(response.at(1));

        assertThat(HeadRules.responseTrailers(trailers)).isNull();
        assertThat(HeadRules.dropFromTrailers(trailers)).isEqualTo(1);
        assertThat(trailers.size()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "a=1, -1",
        "content-length=0, 0",
        "content-length=123456789012345678, 123456789012345678",
        "content-length=5|content-length=5, -2",
        "content-length=5|content-length=6, -2",
        "content-length=, -2",
        "content-length=-1, -2",
        "content-length=1x, -2",
        "content-length=1234567890123456789, -2"
    })
    void readsTheDeclaredLength(String fields, long length) {
        assertThat(HeadRules.contentLength(head(fields))).isEqualTo(length);
    }

    private static Head head(String fields) {
        Head head = new Head();
        for (String field : fields.split("\\|", -1)) {
            int equals = field.indexOf('=');
            head.add(field.substring(0, equals), field.substring(equals + 1));
        }
        return head;
    }
}

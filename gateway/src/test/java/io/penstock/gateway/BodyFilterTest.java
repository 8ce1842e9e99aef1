// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.MessageEnd.Rest;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What filters do with bodies, whatever both sides speak. That such a filter changes nothing else, {@link PairsTest} shows. */
@Timeout(60)
class BodyFilterTest {
    private static final String HELLO = "sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:";
    private static final String OTHER = "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:";

    private static void assertCause(PairGateway gateway, @Nullable Cause cause) {
        Exchange exchange = gateway.ended();
        assertThat(exchange.cause()).as(exchange.detail()).isEqualTo(cause);
    }

    private static void assertStatus(MessageEnd client, int status) throws Exception {
        assertThat(client.nextHead()).contains(":status: " + status);
    }

    // ---- limit-body ----

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_NONE, names = ".*FILTERED")
    void refusesARequestByItsLength(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = PairGateway.filtering(pair, "limit-body: {request: 8B}")) {
            MessageEnd client = gateway.client();
            client.begin(":method", "PUT", ":path", "/", "content-length", "9");

            assertStatus(client, 413);
            assertCause(gateway, Cause.BODY_TOO_LARGE);
            assertThat(gateway.connections()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_NONE, names = ".*FILTERED")
    void refusesARequestThatGrowsTooLong(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = PairGateway.filtering(pair, "limit-body: {request: 8B}")) {
            MessageEnd client = gateway.client();
            client.begin(":method", "PUT", ":path", "/");
            client.body("12345678");
            MessageEnd upstream = gateway.upstream();
            upstream.nextHead();
            assertThat(upstream.nextBody(8)).isEqualTo("12345678");
            client.body("9");

            assertStatus(client, 413);
            upstream.awaitBrokenOff();
            assertCause(gateway, Cause.BODY_TOO_LARGE);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_NONE, names = ".*FILTERED")
    void passesBodiesThatAreJustShortEnough(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = PairGateway.filtering(pair, "limit-body: {request: 8B, response: 8B}")) {
            MessageEnd client = gateway.client();
            client.begin(":method", "PUT", ":path", "/");
            client.body("12345678");
            client.end();
            MessageEnd upstream = gateway.upstream();
            upstream.nextHead();
            assertThat(upstream.rest()).isEqualTo(new Rest("12345678", List.of()));
            upstream.begin(":status", "200");
            upstream.body("87654321");
            upstream.end();

            assertStatus(client, 200);
            assertThat(client.rest()).isEqualTo(new Rest("87654321", List.of()));
            assertCause(gateway, null);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_NONE, names = ".*FILTERED")
    void refusesAResponseByItsLength(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = PairGateway.filtering(pair, "limit-body: {response: 8B}")) {
            MessageEnd client = gateway.client();
            client.head(":method", "GET", ":path", "/");
            MessageEnd upstream = gateway.upstream();
            upstream.nextHead();
            upstream.begin(":status", "200", "content-length", "9");

            assertStatus(client, 502);
            assertCause(gateway, Cause.RESPONSE_TOO_LARGE);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_NONE, names = ".*FILTERED")
    void breaksOffAResponseThatGrowsTooLong(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = PairGateway.filtering(pair, "limit-body: {response: 8B}")) {
            MessageEnd client = gateway.client();
            client.head(":method", "GET", ":path", "/");
            MessageEnd upstream = gateway.upstream();
            upstream.nextHead();
            upstream.begin(":status", "200");
            upstream.body("12345678");
            assertStatus(client, 200);
            assertThat(client.nextBody(8)).isEqualTo("12345678");
            upstream.body("9");

            client.awaitBrokenOff();
            assertCause(gateway, Cause.RESPONSE_TOO_LARGE);
        }
    }

    /** It says how long the body would be that does not come. */
    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_NONE, names = ".*FILTERED")
    void passesTheHeadThatAnswersHead(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = PairGateway.filtering(pair, "limit-body: {response: 8B}")) {
            MessageEnd client = gateway.client();
            client.head(":method", "HEAD", ":path", "/");
            MessageEnd upstream = gateway.upstream();
            upstream.nextHead();
            upstream.head(":status", "200", "content-length", "9");

            assertThat(client.nextHead()).contains(":status: 200", "content-length: 9");
            assertCause(gateway, null);
        }
    }

    // ---- digest ----

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_NONE, names = ".*FILTERED")
    void addsTheDigestOfAResponse(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = PairGateway.filtering(pair, "digest: {response: add}")) {
            MessageEnd client = gateway.client();
            client.head(":method", "GET", ":path", "/", "te", "trailers");
            MessageEnd upstream = gateway.upstream();
            upstream.nextHead();
            upstream.begin(":status", "200", "content-length", "5");
            upstream.body("hello");
            upstream.end();

            assertThat(client.nextHead())
                    .contains(":status: 200", pair.client("transfer-encoding: chunked", "content-length: 5"));
            assertThat(client.rest()).isEqualTo(new Rest("hello", List.of("content-digest: " + HELLO)));
            assertCause(gateway, null);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_NONE, names = ".*FILTERED")
    void addsTheDigestOfARequestBesideItsTrailers(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = PairGateway.filtering(pair, "digest: {request: add}")) {
            MessageEnd client = gateway.client();
            client.begin(":method", "PUT", ":path", "/", "trailer", "x-sum");
            client.body("hello");
            client.trailers("x-sum", "42");
            MessageEnd upstream = gateway.upstream();
            assertThat(upstream.nextHead()).contains("trailer: x-sum", "trailer: content-digest");

            assertThat(upstream.rest()).isEqualTo(new Rest("hello", List.of("x-sum: 42", "content-digest: " + HELLO)));
            upstream.head(":status", "204");
            assertStatus(client, 204);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_NONE, names = ".*FILTERED")
    void addsTheDigestOfAnotherAttempt(ProtocolPair pair) throws Exception {
        try (PairGateway gateway =
                PairGateway.filtering(pair, "digest: {request: add}", "retry: {attempts: 2, backoff: 1ms}")) {
            MessageEnd client = gateway.client();
            client.begin(":method", "PUT", ":path", "/", "content-length", "5");
            client.body("hello");
            client.end();
            MessageEnd first = gateway.upstream();
            first.nextHead();
            assertThat(first.rest().body()).isEqualTo("hello");
            first.abort();
            MessageEnd second = gateway.upstream();
            second.nextHead();

            assertThat(second.rest()).isEqualTo(new Rest("hello", List.of("content-digest: " + HELLO)));
            second.head(":status", "204");
            assertStatus(client, 204);
            assertCause(gateway, null);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_NONE, names = ".*FILTERED")
    void passesARequestWhoseDigestIsRight(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = PairGateway.filtering(pair, "digest: {request: require}")) {
            MessageEnd client = gateway.client();
            client.begin(":method", "PUT", ":path", "/", "content-length", "5", "content-digest", HELLO);
            client.body("hello");
            client.end();
            MessageEnd upstream = gateway.upstream();

            assertThat(upstream.nextHead()).contains("content-digest: " + HELLO, "content-length: 5");
            assertThat(upstream.rest()).isEqualTo(new Rest("hello", List.of()));
            upstream.head(":status", "204");
            assertStatus(client, 204);
            assertCause(gateway, null);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_NONE, names = ".*FILTERED")
    void refusesARequestWhoseDigestIsWrongBeforeItIsWhole(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = PairGateway.filtering(pair, "digest: {request: check}")) {
            MessageEnd client = gateway.client();
            client.begin(":method", "PUT", ":path", "/", "content-length", "5", "content-digest", OTHER);
            client.body("hel");
            MessageEnd upstream = gateway.upstream();
            upstream.nextHead();
            assertThat(upstream.nextBody(3)).isEqualTo("hel");
            client.body("lo");

            assertStatus(client, 400);
            upstream.awaitBrokenOff();
            assertCause(gateway, Cause.BAD_DIGEST);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_NONE, names = ".*FILTERED")
    void refusesARequestWhoseTrailersSayAnotherDigest(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = PairGateway.filtering(pair, "digest: {request: require}")) {
            MessageEnd client = gateway.client();
            client.begin(":method", "PUT", ":path", "/", "trailer", "content-digest");
            client.body("hello");
            MessageEnd upstream = gateway.upstream();
            upstream.nextHead();
            assertThat(upstream.nextBody(5)).isEqualTo("hello");
            client.trailers("content-digest", OTHER);

            assertStatus(client, 400);
            upstream.awaitBrokenOff();
            assertCause(gateway, Cause.BAD_DIGEST);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_NONE, names = ".*FILTERED")
    void breaksOffAResponseWhoseDigestIsWrong(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = PairGateway.filtering(pair, "digest: {response: check}")) {
            MessageEnd client = gateway.client();
            client.head(":method", "GET", ":path", "/");
            MessageEnd upstream = gateway.upstream();
            upstream.nextHead();
            upstream.begin(":status", "200", "content-length", "5", "content-digest", OTHER);
            upstream.body("hel");
            assertStatus(client, 200);
            assertThat(client.nextBody(3)).isEqualTo("hel");
            upstream.body("lo");

            client.awaitBrokenOff();
            assertCause(gateway, Cause.UPSTREAM_BAD_DIGEST);
        }
    }
}

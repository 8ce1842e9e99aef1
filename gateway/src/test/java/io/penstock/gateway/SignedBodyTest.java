// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.MessageEnd.Rest;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies of signed requests, whatever both sides speak: no upstream gets all of one that is not what was signed. */
@Timeout(60)
class SignedBodyTest {
    @TempDir
    Path folder;

    private String filter = "";

    @BeforeEach
    void secret() throws IOException {
        Path file = Files.writeString(folder.resolve("secret"), TestSignatures.SECRET + "\n");
        filter = "signature: {keys: [{id: k1, secret: \"file:" + file + "\"}]}";
    }

    private PairGateway gateway(ProtocolPair pair) {
        return PairGateway.filtering(pair, filter);
    }

    /** The head of a PUT that is signed, of a request with this body. */
    private static String[] put(String body, String... more) {
        String[] signed = TestSignatures.of("/")
                .method("PUT")
                .authority(MessageEnd.AUTHORITY)
                .body(body)
                .fields();
        return FramePeer.joined(new String[] {":method", "PUT", ":path", "/"}, FramePeer.joined(signed, more));
    }

    private static void assertCause(PairGateway gateway, @Nullable Cause cause) {
        Exchange exchange = gateway.ended();
        assertThat(exchange.cause()).as(exchange.detail()).isEqualTo(cause);
    }

    private static void assertStatus(MessageEnd client, int status) throws Exception {
        assertThat(client.nextHead()).contains(":status: " + status);
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_NONE, names = ".*FILTERED")
    void passesABodyOfWhichTheLengthIsKnown(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = gateway(pair)) {
            MessageEnd client = gateway.client();
            client.begin(put("hello", "content-length", "5"));
            client.body("he");
            client.body("llo");
            client.end();
            MessageEnd upstream = gateway.upstream();

            assertThat(upstream.nextHead()).contains("content-length: 5");
            assertThat(upstream.rest()).isEqualTo(new Rest("hello", List.of()));
            upstream.head(":status", "204");
            assertStatus(client, 204);
            assertCause(gateway, null);
        }
    }

    /** One byte is kept back, and the others are not. */
    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_NONE, names = ".*FILTERED")
    void passesABodyWhoseLengthNobodyKnows(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = gateway(pair)) {
            MessageEnd client = gateway.client();
            client.begin(put("hello, world", "trailer", "x-sum"));
            client.body("h");
            client.body("ello");
            MessageEnd upstream = gateway.upstream();
            upstream.nextHead();
            assertThat(upstream.nextBody(4)).isEqualTo("hell");
            client.body(", world");
            assertThat(upstream.nextBody(7)).isEqualTo("o, worl");
            client.trailers("x-sum", "42");

            assertThat(upstream.rest()).isEqualTo(new Rest("d", List.of("x-sum: 42")));
            upstream.head(":status", "204");
            assertStatus(client, 204);
            assertCause(gateway, null);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_NONE, names = ".*FILTERED")
    void breaksOffBeforeTheLastByteWhereTheLengthIsKnown(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = gateway(pair)) {
            MessageEnd client = gateway.client();
            client.begin(put("hello", "content-length", "5"));
            client.body("hell");
            MessageEnd upstream = gateway.upstream();
            upstream.nextHead();
            assertThat(upstream.nextBody(4)).isEqualTo("hell");
            client.body("a");

            assertStatus(client, 400);
            assertThat(upstream.awaitBrokenOff()).isEmpty();
            assertCause(gateway, Cause.BAD_DIGEST);
        }
    }

    /** What is wrong is the first byte, so that an upstream without the last one has nothing of what was signed. */
    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_NONE, names = ".*FILTERED")
    void breaksOffBeforeTheLastByteWhereNobodyKnowsTheLength(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = gateway(pair)) {
            MessageEnd client = gateway.client();
            client.begin(put("hello"));
            client.body("j");
            client.body("ello");
            MessageEnd upstream = gateway.upstream();
            upstream.nextHead();
            assertThat(upstream.nextBody(4)).isEqualTo("jell");
            client.end();

            assertStatus(client, 400);
            assertThat(upstream.awaitBrokenOff()).isEmpty();
            assertCause(gateway, Cause.BAD_DIGEST);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_NONE, names = ".*FILTERED")
    void noticesThatABodyWasTakenAway(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = gateway(pair)) {
            MessageEnd client = gateway.client();
            client.head(put("hello"));

            assertStatus(client, 400);
            assertCause(gateway, Cause.BAD_DIGEST);
            assertThat(gateway.connections()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_NONE, names = ".*FILTERED")
    void noticesThatABodyWasEmptied(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = gateway(pair)) {
            MessageEnd client = gateway.client();
            client.begin(put("hello", "content-length", "0"));
            client.end();

            assertStatus(client, 400);
            assertCause(gateway, Cause.BAD_DIGEST);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_NONE, names = ".*FILTERED")
    void noticesThatABodyWasAdded(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = gateway(pair)) {
            MessageEnd client = gateway.client();
            String[] bodiless = TestSignatures.of("/")
                    .method("PUT")
                    .authority(MessageEnd.AUTHORITY)
                    .fields();
            client.begin(FramePeer.joined(new String[] {":method", "PUT", ":path", "/"}, bodiless));
            client.body("hello");

            assertStatus(client, 401);
            assertCause(gateway, Cause.BAD_CREDENTIALS);
            assertThat(gateway.connections()).isZero();
        }
    }

    /** A digest that cannot be checked is none. */
    @ParameterizedTest
    @ValueSource(strings = {"md5=:XUFAKrxLKna5cZ2REBfFkg==:", "nonsense", "sha-256"})
    void refusesDigestsOfOtherKinds(String digest) throws Exception {
        try (PairGateway gateway = gateway(ProtocolPair.HTTP1_TO_HTTP1)) {
            MessageEnd client = gateway.client();
            String[] signed = TestSignatures.of("/")
                    .method("PUT")
                    .authority(MessageEnd.AUTHORITY)
                    .field("content-digest", digest)
                    .body("hello")
                    .fields();
            client.begin(
                    FramePeer.joined(new String[] {":method", "PUT", ":path", "/", "content-length", "5"}, signed));

            assertStatus(client, 400);
            assertCause(gateway, Cause.BAD_DIGEST);
        }
    }

    /** The nonce was taken by the first attempt, and is not asked for again. */
    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_NONE, names = ".*FILTERED")
    void checksTheBodyOfAnotherAttempt(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = PairGateway.filtering(pair, filter, "retry: {attempts: 2, backoff: 1ms}")) {
            MessageEnd client = gateway.client();
            client.begin(put("hello"));
            client.body("hello");
            client.end();
            MessageEnd first = gateway.upstream();
            first.nextHead();
            assertThat(first.rest().body()).isEqualTo("hello");
            first.abort();
            MessageEnd second = gateway.upstream();
            second.nextHead();

            assertThat(second.rest()).isEqualTo(new Rest("hello", List.of()));
            second.head(":status", "204");
            assertStatus(client, 204);
            assertCause(gateway, null);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RelayTest {
    private static final byte[] EMPTY = {};

    @RegisterExtension
    final RunningGateway gateway = RunningGateway.toOrigin();

    @Test
    void relaysAUnaryCallWithItsTrailers() {
        FramePeer client = gateway.client();
        int call = client.grpc();
        client.data(call, "question", true);
        FramePeer origin = gateway.origin().connection();

        assertThat(origin.awaitHead(1).value(":path")).isEqualTo("/pkg.Service/Method");
        assertThat(origin.awaitRest(1).text()).isEqualTo("question");
        origin.grpcAnswer(1, "answer");

        assertThat(client.awaitHead(call).status()).isEqualTo("200");
        FramePeer.Rest rest = client.awaitRest(call);
        assertThat(rest.text()).isEqualTo("answer");
        assertThat(rest.trailer().value("grpc-status")).isEqualTo("0");
        Exchange exchange = gateway.ended();
        assertThat(exchange.grpcStatus()).isZero();
        assertThat(exchange.cause()).isNull();
        assertThat(exchange.attempts()).isEqualTo(1);
        assertThat(exchange.connectionReused()).isFalse();
        assertThat(exchange.requestBytes()).isEqualTo(8);
        assertThat(exchange.responseBytes()).isEqualTo(6);
    }

    @Test
    void passesEveryFrameOnAsItComes() {
        FramePeer client = gateway.client();
        int call = client.grpc();
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        origin.grpcResponse(1);
        client.awaitHead(call);

        for (int i = 0; i < 5; i++) {
            client.data(call, "ping " + i, false);
            assertThat(origin.next(1).text()).isEqualTo("ping " + i);
            origin.data(1, "pong " + i, false);
            assertThat(client.next(call).text()).isEqualTo("pong " + i);
        }
        client.data(call, EMPTY, true);
        assertThat(origin.next(1).end()).isTrue();
        origin.head(1, true, "grpc-status", "0");

        assertThat(client.next(call).value("grpc-status")).isEqualTo("0");
    }

    @Test
    void goesOnWithTheResponseAfterTheRequestHasEnded() {
        FramePeer client = gateway.client();
        int call = client.grpc();
        client.data(call, EMPTY, true);
        FramePeer origin = gateway.origin().connection();
        origin.awaitRest(1);

        origin.grpcResponse(1);
        origin.data(1, "late", false);

        client.awaitHead(call);
        assertThat(client.next(call).text()).isEqualTo("late");
    }

    @Test
    void goesOnWithTheRequestAfterTheResponseHasEnded() {
        FramePeer client = gateway.client();
        int call = client.grpc();
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        origin.grpcAnswer(1, "early");
        client.awaitHead(call);
        assertThat(client.awaitRest(call).text()).isEqualTo("early");

        client.data(call, "still", false);
        client.data(call, " here", true);

        assertThat(origin.awaitRest(1).text()).isEqualTo("still here");
        assertThat(gateway.ended().cause()).isNull();
    }

    @Test
    void deliversAnEarlyResponseAndThenTheResetThatEndsTheUpload() {
        FramePeer client = gateway.client();
        int call = client.grpc();
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);

        origin.grpcAnswer(1, "enough");
        origin.reset(1, WireFrame.NO_ERROR);

        client.awaitHead(call);
        assertThat(client.next(call).text()).isEqualTo("enough");
        assertThat(client.next(call).value("grpc-status")).isEqualTo("0");
        WireFrame reset = client.next(call);
        assertThat(reset.type()).isEqualTo(WireFrame.RST_STREAM);
        assertThat(reset.code()).isEqualTo(WireFrame.NO_ERROR);
    }

    @Test
    void relaysATrailersOnlyAnswer() {
        FramePeer client = gateway.client();
        int call = client.grpc();
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);

        origin.head(1, true, ":status", "200", "content-type", "application/grpc", "grpc-status", "5");

        WireFrame head = client.awaitHead(call);
        assertThat(head.end()).isTrue();
        assertThat(head.value("grpc-status")).isEqualTo("5");
        client.data(call, EMPTY, true);
        assertThat(gateway.ended().grpcStatus()).isEqualTo(5);
    }

    /** No window bounds them, so a caller that does not read must not make us hold any number of them. */
    @Test
    void endsAnExchangeOfMoreThanSixteenInterimResponses() {
        FramePeer client = gateway.client();
        int call = client.get("/");
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);

        for (int i = 0; i < 17; i++) {
            origin.head(1, false, ":status", "103", "x-number", String.valueOf(i));
        }

        assertThat(origin.await(1, WireFrame.RST_STREAM).code()).isEqualTo(WireFrame.PROTOCOL_ERROR);
        for (int i = 0; i < 16; i++) {
            assertThat(client.awaitHead(call).value("x-number")).isEqualTo(String.valueOf(i));
        }
        assertThat(client.awaitHead(call).status()).isEqualTo("502");
        assertThat(gateway.ended().cause()).isEqualTo(Cause.UPSTREAM_PROTOCOL);
    }

    @Test
    void relaysInterimResponsesBeforeTheFinalOne() {
        FramePeer client = gateway.client();
        int call = client.post("/upload", "expect", "100-continue");
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);

        origin.head(1, false, ":status", "100");
        assertThat(client.awaitHead(call).status()).isEqualTo("100");
        client.data(call, "body", true);
        origin.head(1, false, ":status", "103", "link", "</a>");
        origin.head(1, true, ":status", "204");

        assertThat(origin.awaitRest(1).text()).isEqualTo("body");
        assertThat(client.awaitHead(call).status()).isEqualTo("103");
        WireFrame last = client.awaitHead(call);
        assertThat(last.status()).isEqualTo("204");
        assertThat(last.end()).isTrue();
    }

    @Test
    void relaysRequestTrailers() {
        FramePeer client = gateway.client();
        int call = client.post("/upload");
        client.data(call, "body", false);
        client.head(call, true, "x-checksum", "42");

        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        FramePeer.Rest rest = origin.awaitRest(1);

        assertThat(rest.text()).isEqualTo("body");
        assertThat(rest.trailer().value("x-checksum")).isEqualTo("42");
        assertThat(rest.trailer().end()).isTrue();
    }

    @Test
    void joinsAHeadThatComesInManyFrames() {
        FramePeer client = gateway.client();
        int call = client.newStream();
        String value = "v".repeat(600);
        client.headInParts(
                call,
                true,
                100,
                FramePeer.joined(
                        new String[] {":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a"},
                        "x-long",
                        value));
        FramePeer origin = gateway.origin().connection();
        assertThat(origin.awaitHead(1).value("x-long")).isEqualTo(value);

        origin.headInParts(1, true, 90, ":status", "200", "x-long", value);

        assertThat(client.awaitHead(call).value("x-long")).isEqualTo(value);
    }

    @Test
    void splitsAHeadThatDoesNotFitIntoOneFrame() {
        FramePeer client = gateway.client();
        int call = client.get("/");
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        String[] fields = {":status", "200"};
        for (int i = 0; i < 3; i++) {
            fields = FramePeer.joined(fields, "x-long-" + i, "\u00e9".repeat(5_000)); // Huffman would make these longer
        }

        origin.head(1, true, fields);

        WireFrame head = client.awaitHead(call);
        assertThat(head.value("x-long-2")).hasSize(5_000);
        assertThat(head.end()).isTrue();
    }

    @Test
    void stripsPaddingAndGivesItsWindowBack() {
        FramePeer client = gateway.client();
        int call = client.post("/");
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        byte[] padded = new byte[1 + 10 + 255];
        padded[0] = (byte) 255;
        Arrays.fill(padded, 1, 11, (byte) 'x');
        client.awaitWindow(call, 200_000); // the stream's window has been announced

        // five times the window of a stream, all but a twentieth of it padding
        for (int i = 0; i < 5 * 262_144 / padded.length; i++) {
            client.awaitWindow(call, padded.length);
            client.padded(call, padded);
        }
        client.data(call, EMPTY, true);

        byte[] body = origin.awaitRest(1).body();
        assertThat(body).hasSize(10 * (5 * 262_144 / padded.length)).containsOnly((byte) 'x');
    }

    @ParameterizedTest
    @ValueSource(ints = {WireFrame.CANCEL, WireFrame.INTERNAL_ERROR, 0xb, 0x77})
    void passesTheClientsResetOnWithItsCode(int code) {
        FramePeer client = gateway.client();
        int call = client.grpc();
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);

        client.reset(call, code);

        assertThat(origin.await(1, WireFrame.RST_STREAM).code()).isEqualTo(code);
        assertThat(gateway.ended().cause()).isEqualTo(Cause.DOWNSTREAM_GONE);
    }

    @ParameterizedTest
    @ValueSource(ints = {WireFrame.CANCEL, WireFrame.INTERNAL_ERROR, 0xb, 0x77})
    void passesTheOriginsResetOnWithItsCode(int code) {
        FramePeer client = gateway.client();
        int call = client.get("/");
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        origin.head(1, false, ":status", "200");
        client.awaitHead(call);

        origin.reset(1, code);

        assertThat(client.await(call, WireFrame.RST_STREAM).code()).isEqualTo(code);
        assertThat(gateway.ended().cause()).isEqualTo(Cause.UPSTREAM_RESET);
    }

    @Test
    void neverPassesATruncatedResponseOnAsComplete() {
        FramePeer client = gateway.client();
        int call = client.get("/");
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        origin.head(1, false, ":status", "200");
        client.awaitHead(call);

        origin.reset(1, WireFrame.NO_ERROR);

        assertThat(client.await(call, WireFrame.RST_STREAM).code()).isEqualTo(WireFrame.INTERNAL_ERROR);
    }

    @Test
    void endsAGrpcResponseWithAStatusWhenTheOriginResetsIt() {
        FramePeer client = gateway.client();
        int call = client.grpc();
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        origin.grpcResponse(1);
        client.awaitHead(call);

        origin.reset(1, WireFrame.INTERNAL_ERROR);

        assertThat(client.awaitRest(call).trailer().value("grpc-status")).isEqualTo("14");
    }

    @Test
    void cancelsEveryCallOfAClientThatGoes() {
        FramePeer client = gateway.client();
        client.grpc();
        client.grpc();
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        origin.awaitHead(3);

        client.abort();

        assertThat(origin.await(1, WireFrame.RST_STREAM).code()).isEqualTo(WireFrame.CANCEL);
        assertThat(origin.await(3, WireFrame.RST_STREAM).code()).isEqualTo(WireFrame.CANCEL);
    }

    @Test
    void sharesOneConnectionAmongTheCallsOfAllClients() {
        FramePeer one = gateway.client();
        FramePeer two = gateway.client();
        FramePeer origin = answeredOnce(one);

        int call = two.grpc();
        two.data(call, EMPTY, true);
        origin.awaitRest(3);
        origin.grpcAnswer(3, "second");

        two.awaitHead(call);
        two.awaitRest(call);
        gateway.ended();
        assertThat(gateway.ended().connectionReused()).isTrue();
        assertThat(gateway.origin().connections()).isEqualTo(1);
    }

    private FramePeer answeredOnce(FramePeer client) {
        int call = client.grpc();
        client.data(call, EMPTY, true);
        FramePeer origin = gateway.origin().connection();
        origin.awaitRest(1);
        origin.grpcAnswer(1, "first");
        client.awaitHead(call);
        client.awaitRest(call);
        return origin;
    }

    @Test
    void ignoresUnknownFramesAndPriority() {
        FramePeer client = gateway.client();
        int call = client.grpc();
        client.frame(0x42, 0xff, call, new byte[] {1, 2, 3});
        client.frame(0x43, 0, 0, EMPTY);
        client.frame(WireFrame.PRIORITY, 0, call, new byte[5]);
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        origin.frame(0x42, 0xff, 1, new byte[20]);
        origin.frame(0x43, 0, 0, EMPTY);
        origin.frame(WireFrame.PRIORITY, 0, 1, new byte[5]);
        origin.grpcAnswer(1, "fine");

        client.awaitHead(call);

        assertThat(client.awaitRest(call).text()).isEqualTo("fine");
        origin.roundTrip();
        assertThat(origin.pending(1)).isEmpty();
    }

    @Test
    void endsAConnectionThatPushes() {
        FramePeer client = gateway.client();
        int call = client.grpc();
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);

        byte[] promise = FramePeer.joined(
                FramePeer.int32(2), FramePeer.block(":method", "GET", ":scheme", "http", ":path", "/pushed"));
        origin.frame(WireFrame.PUSH_PROMISE, WireFrame.END_HEADERS, 1, promise);

        assertThat(origin.await(0, WireFrame.GOAWAY).code()).isEqualTo(WireFrame.PROTOCOL_ERROR);
        assertThat(client.awaitHead(call).value("grpc-status")).isEqualTo("14");
    }

    @Test
    void tellsTheOriginThatItWantsNoPush() {
        gateway.client().grpc();
        FramePeer origin = gateway.origin().connection();

        WireFrame settings = origin.await(0, WireFrame.SETTINGS);

        assertThat(settings.setting(2)).hasValue(0L);
    }

    @Test
    void refusesMalformedResponsesWithoutLosingTheConnection() {
        FramePeer client = gateway.client();
        int call = client.get("/");
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);

        origin.head(1, true, ":status", "200", "UPPER", "case");

        assertThat(origin.await(1, WireFrame.RST_STREAM).code()).isEqualTo(WireFrame.PROTOCOL_ERROR);
        assertThat(client.awaitHead(call).status()).isEqualTo("502");
        assertThat(gateway.ended().cause()).isEqualTo(Cause.UPSTREAM_PROTOCOL);
        int next = client.get("/");
        origin.awaitHead(3);
        origin.head(3, true, ":status", "200");
        assertThat(client.awaitHead(next).status()).isEqualTo("200");
    }

    @Test
    void refusesABodyOfAnotherLengthThanDeclared() {
        FramePeer client = gateway.client();
        int call = client.get("/");
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);

        origin.head(1, false, ":status", "200", "content-length", "5");
        origin.data(1, "four", true);

        client.awaitHead(call);
        assertThat(client.await(call, WireFrame.RST_STREAM).code()).isEqualTo(WireFrame.INTERNAL_ERROR);
    }

    @Test
    void letsAResponseToHeadDeclareABodyThatDoesNotCome() {
        FramePeer client = gateway.client();
        int call = client.open(true, ":method", "HEAD", ":scheme", "http", ":path", "/", ":authority", "a");
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);

        origin.head(1, true, ":status", "200", "content-length", "5");

        assertThat(client.awaitHead(call).value("content-length")).isEqualTo("5");
    }

    @Test
    void ignoresWhatComesLateOnACancelledStream() {
        FramePeer client = gateway.client();
        int call = client.grpc();
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        client.reset(call, WireFrame.CANCEL);
        origin.await(1, WireFrame.RST_STREAM);

        origin.grpcAnswer(1, "too late");
        int next = client.grpc();
        origin.awaitHead(3);
        origin.grpcAnswer(3, "in time");

        client.awaitHead(next);
        assertThat(client.awaitRest(next).text()).isEqualTo("in time");
        assertThat(origin.pending(1)).isEmpty();
    }

    @Test
    void ignoresALateHeadOnAStreamThatWasCancelledLongAgo() {
        FramePeer client = gateway.client();
        FramePeer origin = answeredOnce(client);
        int streams = 300; // more than are remembered
        for (int i = 0; i < streams; i++) {
            int call = client.get("/");
            origin.awaitHead(3 + 2 * i);
            if (i == 0) {
                client.reset(call, WireFrame.CANCEL);
                origin.await(3, WireFrame.RST_STREAM);
            } else {
                origin.head(3 + 2 * i, true, ":status", "200");
                client.awaitHead(call);
            }
        }

        origin.head(3, true, ":status", "200");
        int call = client.get("/");
        origin.awaitHead(3 + 2 * streams);
        origin.head(3 + 2 * streams, true, ":status", "200");

        assertThat(client.awaitHead(call).status()).isEqualTo("200");
    }

    @Test
    void listsFieldsInTheirOrderWithRepeatedOnes() {
        FramePeer client = gateway.client();
        int call = client.get("/", "cookie", "a=1", "cookie", "b=2", "x-last", "3");
        FramePeer origin = gateway.origin().connection();
        List<String> fields = origin.awaitHead(1).fields();

        assertThat(fields).containsSequence("cookie", "a=1").containsSequence("cookie", "b=2");
        assertThat(fields.indexOf("a=1")).isLessThan(fields.indexOf("b=2"));
        assertThat(fields.indexOf("b=2")).isLessThan(fields.indexOf("x-last"));
        assertThat(call).isEqualTo(1);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.time.GrpcTimeout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeadlineTest {
    @RegisterExtension
    final RunningGateway gateway = RunningGateway.toOrigin();

    private static final byte[] EMPTY = {};

    @Test
    void forwardsWhatIsLeftOfTheTimeout() {
        gateway.client().grpc("grpc-timeout", "30S");

        String forwarded = gateway.origin().connection().awaitHead(1).value("grpc-timeout");

        assertThat(forwarded).isNotNull();
        assertThat(GrpcTimeout.parse(String.valueOf(forwarded))).isBetween(20_000_000_000L, 30_000_000_000L);
    }

    @Test
    void boundsTheTimeoutByTheRoute() {
        gateway.upstream("", "max-grpc-timeout: 2s");
        gateway.client().grpc("grpc-timeout", "1H");

        String forwarded = gateway.origin().connection().awaitHead(1).value("grpc-timeout");

        assertThat(GrpcTimeout.parse(String.valueOf(forwarded))).isBetween(1L, 2_000_000_000L);
    }

    @Test
    void sendsNoTimeoutWhenTheCallerSentNone() {
        gateway.upstream("", "timeout: 10s");
        gateway.client().grpc();

        assertThat(gateway.origin().connection().awaitHead(1).value("grpc-timeout"))
                .isNull();
    }

    @Test
    void endsACallBeforeItsResponseBegins() {
        FramePeer client = gateway.client();
        int call = client.grpc("grpc-timeout", "100m");
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);

        WireFrame head = client.awaitHead(call);

        assertThat(head.status()).isEqualTo("200");
        assertThat(head.value("grpc-status")).isEqualTo("4");
        assertThat(head.end()).isTrue();
        assertThat(origin.await(1, WireFrame.RST_STREAM).code()).isEqualTo(WireFrame.CANCEL);
        assertThat(gateway.ended().cause()).isEqualTo(Cause.DEADLINE);
    }

    @Test
    void endsACallWhoseResponseHasBegunByTrailers() {
        FramePeer client = gateway.client();
        int call = client.grpc("grpc-timeout", "150m");
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        origin.grpcResponse(1);
        origin.data(1, "some", false);

        client.awaitHead(call);
        FramePeer.Rest rest = client.awaitRest(call);

        assertThat(rest.text()).isEqualTo("some");
        assertThat(rest.trailer().value("grpc-status")).isEqualTo("4");
        assertThat(origin.await(1, WireFrame.RST_STREAM).code()).isEqualTo(WireFrame.CANCEL);
        assertThat(gateway.ended().grpcStatus()).isEqualTo(4);
    }

    @Test
    void tellsOfTheDeadlineEvenWhenBytesWaitForAWindow() {
        FramePeer client = gateway.client().withoutCredit();
        int call = client.grpc("grpc-timeout", "200m");
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        origin.grpcResponse(1);
        origin.dataWithinWindows(1, new byte[100_000], 16_384, false);

        client.awaitHead(call);

        assertThat(client.awaitRest(call).trailer().value("grpc-status")).isEqualTo("4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "S", "123456789S", "-1S", "5s", "1.5S", "5 S", "0x5S"})
    void refusesATimeoutThatIsNone(String timeout) {
        FramePeer client = gateway.client();

        int call = client.grpc("grpc-timeout", timeout);

        assertThat(client.awaitHead(call).value("grpc-status")).isEqualTo("13");
        assertThat(gateway.ended().cause()).isEqualTo(Cause.MALFORMED_REQUEST);
    }

    @Test
    void endsAPlainExchangeAfterTheTimeoutOfItsRoute() {
        gateway.upstream("connect-timeout: 300ms", "timeout: 300ms");
        FramePeer client = gateway.client();
        int call = client.get("/");

        assertThat(client.awaitHead(call).status()).isEqualTo("504");

        assertThat(gateway.ended().cause()).isEqualTo(Cause.DEADLINE);
    }

    @Test
    void resetsAPlainExchangeWhoseResponseHasBegun() {
        gateway.upstream("connect-timeout: 300ms", "timeout: 300ms");
        FramePeer client = gateway.client();
        int call = client.get("/");
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        origin.head(1, false, ":status", "200");

        client.awaitHead(call);

        assertThat(client.await(call, WireFrame.RST_STREAM).code()).isEqualTo(WireFrame.INTERNAL_ERROR);
    }

    @Test
    void endsAnExchangeOnWhichNothingMoves() {
        gateway.upstream("", "max-idle: 100ms");
        FramePeer client = gateway.client();
        int call = client.grpc();
        gateway.origin().connection().awaitHead(1);

        assertThat(client.awaitHead(call).value("grpc-status")).isEqualTo("4");
    }

    @Test
    void letsAnExchangeThatMovesOutliveItsIdleLimit() {
        gateway.upstream("", "max-idle: 200ms");
        FramePeer client = gateway.client();
        int call = client.grpc();
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        for (int i = 0; i < 12; i++) {
            client.data(call, "tick", false);
            origin.awaitData(1, 4);
            gateway.awaitNanos(50_000_000);
        }
        origin.grpcAnswer(1, "alive");
        client.data(call, EMPTY, true);

        client.awaitHead(call);

        assertThat(client.awaitRest(call).text()).isEqualTo("alive");
    }

    @Test
    void coversTheWaitForAStream() {
        gateway.upstream("max-connections: 1, queue-timeout: 10s");
        gateway.origin().settings(3, 1);
        FramePeer client = gateway.client();
        client.grpc();
        gateway.origin().connection().awaitHead(1);

        int waiting = client.grpc("grpc-timeout", "50m");

        assertThat(client.awaitHead(waiting).value("grpc-status")).isEqualTo("4");
        assertThat(gateway.ended().attempts()).isZero();
    }
}

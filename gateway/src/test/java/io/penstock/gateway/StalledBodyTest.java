// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Cause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Callers over HTTP/2 that do not finish the body of their request. */
@Timeout(60)
class StalledBodyTest {
    /** Several times the timeout. */
    private static final long LONG_NANOS = 1_200_000_000;

    @RegisterExtension
    final RunningGateway gateway = gateway("300ms", "endpoints: [\"${ORIGIN}\"]");

    private static RunningGateway gateway(String bodyTimeout, String cluster) {
        return RunningGateway.with("""
                listeners: [{name: main, address: 127.0.0.1, port: 0, body-timeout: %s}]
                routes: [{name: all, cluster: origin, upgrades: [websocket]}]
                clusters: [{name: origin, %s}]
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(bodyTimeout, cluster));
    }

    @Test
    void areAnsweredThatTheyTookTooLong() {
        FramePeer client = gateway.client();
        int call = client.post("/");
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);

        client.data(call, "some", false);

        assertThat(client.awaitHead(call).status()).isEqualTo("408");
        assertThat(origin.await(1, WireFrame.RST_STREAM).code()).isEqualTo(WireFrame.CANCEL);
        assertThat(gateway.ended().cause()).isEqualTo(Cause.REQUEST_TIMEOUT);
    }

    @Test
    void haveTheirResponseBrokenOffWhenItHasBegun() {
        FramePeer client = gateway.client();
        int call = client.post("/");
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        origin.head(1, false, ":status", "200");
        client.awaitHead(call);

        client.await(call, WireFrame.RST_STREAM);

        assertThat(gateway.ended().cause()).isEqualTo(Cause.REQUEST_TIMEOUT);
    }

    @Test
    void giveTheConnectionOfAnHttp1UpstreamBack() throws Exception {
        try (Http1Origin origin = Http1Origin.byHand();
                RunningGateway http1 = gateway(
                                "300ms", "endpoints: [\"%s\"], upstream: {protocol: http1}".formatted(origin.address()))
                        .start()) {
            FramePeer client = http1.client();
            int call = client.post("/");
            Http1Origin.Connection connection = origin.connection();
            connection.head();

            assertThat(client.awaitHead(call).status()).isEqualTo("408");
            assertThat(connection.ended()).isTrue();
            assertThat(http1.ended().cause()).isEqualTo(Cause.REQUEST_TIMEOUT);
        }
    }

    @Test
    void mayTakeTheirTimeAsLongAsSomethingComes() {
        try (RunningGateway patient =
                gateway("1s", "endpoints: [\"${ORIGIN}\"]").start()) {
            FramePeer client = patient.client();
            int call = client.post("/");
            FramePeer origin = patient.origin().connection();
            origin.awaitHead(1);

            for (int i = 0; i < 6; i++) {
                client.data(call, "x", false);
                patient.awaitNanos(300_000_000);
            }
            client.data(call, "x", true);

            assertThat(origin.awaitRest(1).body()).hasSize(7);
        }
    }

    @Test
    void mayWaitForAnUpstreamThatTakesNothing() {
        gateway.origin().prepare(FramePeer::withoutCredit);
        FramePeer client = gateway.client();
        int call = client.post("/");
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        client.dataWithinWindows(call, new byte[100_000], 16_384, false);

        gateway.awaitNanos(LONG_NANOS);

        assertThat(client.roundTrip().pending(call)).isEmpty();
    }

    @Test
    void maySaySomethingInACallWheneverTheyLike() {
        FramePeer client = gateway.client();
        int call = client.grpc();
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);

        gateway.awaitNanos(LONG_NANOS);
        client.data(call, "late", true);

        assertThat(origin.awaitRest(1).text()).isEqualTo("late");
    }

    @Test
    void mayLeaveTheRequestOfAnEventStreamOpen() {
        FramePeer client = gateway.client();
        int call = client.post("/");
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        origin.head(1, false, ":status", "200", "content-type", "text/event-stream");
        client.awaitHead(call);

        gateway.awaitNanos(LONG_NANOS);
        origin.data(1, "data: 1", true);

        assertThat(client.awaitData(call, 7)).hasSize(7);
    }

    @Test
    void maySayNothingOnAWebSocket() {
        gateway.origin().takeConnect();
        FramePeer client = gateway.client();
        int call = client.webSocket("/chat");
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        origin.head(1, false, ":status", "200");
        client.awaitHead(call);

        gateway.awaitNanos(LONG_NANOS);
        client.data(call, "late", false);

        assertThat(origin.next(1).text()).isEqualTo("late");
    }
}

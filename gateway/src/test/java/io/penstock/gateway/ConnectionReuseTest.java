// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.ending.UpstreamEnding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code reuse: never} and {@code max-idle}: which connections to an upstream are kept. */
class ConnectionReuseTest {
    private static final byte[] EMPTY = {};
    private static final Duration SOON = Duration.ofSeconds(10);

    @RegisterExtension
    final RunningGateway gateway = RunningGateway.toOrigin();

    @Test
    void opensAnHttp2ConnectionForEachCallAndClosesItAfterwards() {
        gateway.upstream("reuse: never");
        FramePeer client = gateway.client();

        for (int i = 0; i < 5; i++) {
            int call = client.grpc();
            client.data(call, EMPTY, true);
            FramePeer origin = gateway.origin().connection();
            origin.awaitHead(1);
            origin.grpcAnswer(1, "answer " + i);
            client.awaitHead(call);
            assertThat(client.awaitRest(call).text()).isEqualTo("answer " + i);
            assertThat(origin.await(0, WireFrame.GOAWAY).code()).isEqualTo(WireFrame.NO_ERROR);
            origin.awaitEnd();
            origin.close();
        }

        assertThat(gateway.awaitClosed(5)).isEqualTo(Map.of(UpstreamEnding.NOT_REUSED, 5L));
        assertThat(gateway.pool().opened()).isEqualTo(5);
        assertThat(gateway.pool().reused()).isZero();
    }

    @Test
    void sharesNoHttp2ConnectionAmongCallsThatAreMadeTogether() {
        gateway.upstream("reuse: never, max-connections: 64, queue-timeout: 1m");
        FramePeer client = gateway.client();
        List<FramePeer> origins = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            client.data(client.grpc(), EMPTY, true);
        }

        for (int i = 0; i < 20; i++) {
            FramePeer origin = gateway.origin().connection();
            origin.awaitHead(1);
            origins.add(origin);
        }

        for (FramePeer origin : origins) {
            origin.roundTrip();
            assertThat(origin.pending(3)).isEmpty();
            origin.grpcAnswer(1, "done");
            origin.awaitEnd();
            origin.close();
        }
        assertThat(gateway.awaitClosed(20)).containsEntry(UpstreamEnding.NOT_REUSED, 20L);
        assertThat(gateway.pool().streams()).isEqualTo(20);
    }

    /** Callers of HTTP/1.1 have their streams in blocking style. */
    @Test
    void opensAnHttp2ConnectionForEachRequestOfAnHttp1Caller() throws Exception {
        gateway.upstream("reuse: never");
        Http1Origin.Connection client = gateway.http1Client();
        for (int i = 0; i < 3; i++) {
            LoopGateway.ask(client, "/" + i);
            FramePeer origin = gateway.origin().connection();
            origin.awaitHead(1);
            origin.head(1, true, ":status", "204");
            assertThat(client.head()).startsWith("HTTP/1.1 204 ");
            origin.awaitEnd();
            origin.close();
        }

        assertThat(gateway.awaitClosed(3)).isEqualTo(Map.of(UpstreamEnding.NOT_REUSED, 3L));
    }

    @Test
    void opensAnHttp1ConnectionForEachRequest() {
        Http1Origin origin = gateway.before(Http1Origin.echoing(), "reuse: never");
        FramePeer client = gateway.client();

        for (int i = 0; i < 5; i++) {
            int call = client.get("/" + i);
            client.awaitHead(call);
            assertThat(client.awaitRest(call).text()).isEqualTo("get /" + i);
            assertThat(gateway.ended().connectionReused()).isFalse();
        }

        assertThat(gateway.awaitClosed(5)).isEqualTo(Map.of(UpstreamEnding.NOT_REUSED, 5L));
        assertThat(origin.connections()).isEqualTo(5);
    }

    /** Callers whose requests would be served on an event loop if an idle connection were there. */
    @Test
    void opensAnHttp1ConnectionForEachRequestOfACallerOnAnEventLoop() throws Exception {
        Http1Origin origin = gateway.before(Http1Origin.echoing(), "reuse: never");
        Http1Origin.Connection client = gateway.http1Client();
        for (int i = 0; i < 20; i++) {
            assertThat(LoopGateway.got(client, "/" + i)).isEqualTo("get /" + i);
            assertThat(gateway.ended().connectionReused()).isFalse();
        }

        assertThat(gateway.awaitClosed(20)).isEqualTo(Map.of(UpstreamEnding.NOT_REUSED, 20L));
        assertThat(origin.connections()).isEqualTo(20);
    }

    @Test
    void keepsNoMoreIdleHttp2ConnectionsThanConfigured() {
        gateway.upstream("max-idle: 1, http2: {max-concurrent-streams: 1}");
        FramePeer client = gateway.client();
        List<FramePeer> origins = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            client.data(client.grpc(), EMPTY, true);
            FramePeer origin = gateway.origin().connection();
            origin.awaitHead(1);
            origins.add(origin);
        }

        for (FramePeer origin : origins) {
            origin.grpcAnswer(1, "done");
            gateway.ended();
        }

        Await.until("two are told", SOON, () -> told(origins).size() == 2);
        told(origins).forEach(FramePeer::close);
        assertThat(gateway.awaitClosed(2)).isEqualTo(Map.of(UpstreamEnding.SURPLUS, 2L));
        origins.removeAll(told(origins));
        client.data(client.grpc(), EMPTY, true);
        origins.getFirst().awaitHead(3);
        assertThat(gateway.pool().opened()).isEqualTo(3);
    }

    /** Those that have got GOAWAY. */
    private static List<FramePeer> told(List<FramePeer> origins) {
        return origins.stream()
                .filter(origin -> origin.pending(0).stream().anyMatch(frame -> frame.type() == WireFrame.GOAWAY))
                .toList();
    }

    @Test
    void keepsNoMoreIdleHttp1ConnectionsThanConfigured() throws Exception {
        Http1Origin origin = gateway.before(Http1Origin.byHand(), "max-idle: 1");
        FramePeer client = gateway.client();
        List<Http1Origin.Connection> origins = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            client.get("/" + i);
            Http1Origin.Connection connection = origin.connection();
            connection.request();
            origins.add(connection);
        }

        for (Http1Origin.Connection connection : origins) {
            connection.answer("done");
            gateway.ended();
        }

        // Those that are idle for longest make room.
        assertThat(gateway.awaitClosed(2)).isEqualTo(Map.of(UpstreamEnding.SURPLUS, 2L));
        assertThat(origins.get(0).ended()).isTrue();
        assertThat(origins.get(1).ended()).isTrue();
        client.get("/again");
        assertThat(origins.get(2).request()).startsWith("GET /again ");
    }

    @Test
    void keepsNoneWithAMaximumOfNoneButGivesAConnectionToWhoWaits() throws Exception {
        Http1Origin origin = gateway.before(Http1Origin.byHand(), "max-connections: 1, max-idle: 0, queue-timeout: 1m");
        FramePeer client = gateway.client();
        client.get("/first");
        Http1Origin.Connection connection = origin.connection();
        assertThat(connection.request()).startsWith("GET /first ");
        client.get("/waits");
        client.roundTrip();
        Await.until("waits", SOON, () -> gateway.pool().waiting() == 1);

        connection.answer("first");
        assertThat(connection.request()).startsWith("GET /waits ");
        connection.answer("second");

        assertThat(connection.ended()).isTrue();
        assertThat(gateway.awaitClosed(1)).isEqualTo(Map.of(UpstreamEnding.SURPLUS, 1L));
    }
}

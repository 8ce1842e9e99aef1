// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.half.Half;
import io.penstock.gateway.exchange.half.RequestHalf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Extended CONNECT (RFC 8441) in both roles, relayed and in blocking style. */
class TunnelTest {
    @RegisterExtension
    final BareTransports transports = new BareTransports("");

    private void relay() {
        transports.handle(exchange -> transports.connection().open(exchange, false));
    }

    @Test
    void isOfferedToClients() {
        FramePeer client = transports.client();

        assertThat(client.await(0, WireFrame.SETTINGS).setting(Origin.ENABLE_CONNECT_PROTOCOL))
                .hasValue(1);
    }

    @Test
    void isRelayedToAnUpstreamThatTakesIt() {
        relay();
        transports.origin().takeConnect();
        FramePeer origin = transports.connect();
        FramePeer client = transports.client();
        int call = client.webSocket("/chat");

        assertThat(origin.awaitHead(1).value(":protocol")).isEqualTo("websocket");
        origin.head(1, false, ":status", "200");
        client.awaitHead(call);
        client.data(call, "ping", false);
        assertThat(origin.next(1).text()).isEqualTo("ping");
        origin.data(1, "pong", true); // one direction ends, the other goes on
        assertThat(client.awaitRest(call).text()).isEqualTo("pong");
        client.data(call, "last", true);

        assertThat(origin.awaitRest(1).text()).isEqualTo("last");
        assertThat(transports.ended().cause()).isNull();
    }

    @Test
    void isRefusedWhenTheUpstreamDoesNotTakeIt() {
        relay();
        transports.connect();
        FramePeer client = transports.client();
        int call = client.webSocket("/chat");

        assertThat(client.awaitHead(call).status()).isEqualTo("501");
        assertThat(transports.ended().cause()).isEqualTo(Cause.PROTOCOL_UNSUPPORTED);
    }

    @Test
    void passesBothWaysInBlockingStyle() {
        transports.origin().takeConnect();
        FramePeer origin = transports.connect();
        FramePeer client = transports.client();
        int call = client.webSocket("/chat");

        assertThat(origin.awaitHead(1).value(":method")).isEqualTo("CONNECT");
        origin.head(1, false, ":status", "200");
        client.awaitHead(call);
        origin.data(1, "pong", true);
        assertThat(client.awaitRest(call).text()).isEqualTo("pong");
        client.data(call, "last", true);

        assertThat(origin.awaitRest(1).text()).isEqualTo("last");
        assertThat(transports.ended().cause()).isNull();
    }

    @Test
    void isRefusedInBlockingStyleWhenTheUpstreamDoesNotTakeIt() {
        transports.connect();
        FramePeer client = transports.client();
        int call = client.webSocket("/chat");

        assertThat(client.awaitHead(call).status()).isEqualTo("501");
        assertThat(transports.told()).containsExactly("attempt ended PROTOCOL_UNSUPPORTED");
    }

    @Test
    void carriesAnUpgradeOfHttp1() {
        transports.origin().takeConnect();
        FramePeer origin = transports.connect();
        transports.handle(exchange -> exchange.downstream().offload(() -> {
            RequestHalf down = exchange.downstream().half();
            Half up = transports.connection().openHalf(exchange);
            if (up != null) {
                Head upgrade = new Head()
                        .add(":method", "GET")
                        .add(":protocol", "websocket")
                        .add(":scheme", "http")
                        .add(":path", "/chat")
                        .add("sec-websocket-key", "x3JJHMbDL1EzLkh9GBhXDw==");
                up.send(upgrade, false);
                up.flush();
            }
            down.send(new Head().add(":status", "101").add("sec-websocket-accept", "abc"), false);
            down.flush();
        }));
        FramePeer client = transports.client();
        int call = client.webSocket("/chat");

        WireFrame sent = origin.awaitHead(1);
        assertThat(sent.value(":method")).isEqualTo("CONNECT");
        assertThat(sent.value("sec-websocket-key")).isNull();
        WireFrame head = client.awaitHead(call);
        assertThat(head.status()).isEqualTo("200");
        assertThat(head.value("sec-websocket-accept")).isNull();
    }

    @Test
    void endsWhenItIsAbortedAfterTheResponsesEnd() {
        transports.handle(exchange -> exchange.downstream().offload(() -> {
            RequestHalf down = exchange.downstream().half();
            down.send(new Head().add(":status", "200"), false);
            down.end(null);
            down.abort(Cause.UPSTREAM_IDLE);
        }));
        FramePeer client = transports.client();
        int call = client.webSocket("/chat");

        client.awaitHead(call);
        assertThat(client.await(call, WireFrame.RST_STREAM).code()).isEqualTo(WireFrame.NO_ERROR);
        assertThat(transports.ended().cause()).isNull();
    }
}

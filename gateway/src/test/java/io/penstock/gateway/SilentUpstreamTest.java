// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Cause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** HTTP/2 upstreams that are silent with good reason, beside those of {@link CauseTest} that are not. */
@Timeout(60)
class SilentUpstreamTest {
    /** Many times the timeouts. */
    private static final long LONG_NANOS = 600_000_000;

    private static final String SHORT =
            "first-byte-timeout: 50ms, read-timeout: 50ms, http2: {zero-window-timeout: 100ms}";

    @RegisterExtension
    final RunningGateway gateway = RunningGateway.toOrigin(SHORT);

    @Test
    void mayAnswerAGrpcCallWheneverItLikes() {
        FramePeer client = gateway.client();
        int call = client.grpc();
        client.data(call, "all", true);
        FramePeer origin = gateway.origin().connection();
        origin.awaitRest(1);

        gateway.awaitNanos(LONG_NANOS);
        origin.grpcResponse(1);
        client.awaitHead(call);
        gateway.awaitNanos(LONG_NANOS);
        origin.data(1, "late", false);
        origin.head(1, true, "grpc-status", "0");

        assertThat(client.awaitRest(call).text()).isEqualTo("late");
        assertThat(gateway.ended().cause()).isNull();
    }

    @Test
    void mayTakeNothingOfAGrpcCallForAWhile() {
        FramePeer client = gateway.client();
        int call = client.grpc();
        FramePeer origin = gateway.origin().connection().withoutCredit();
        origin.awaitHead(1);
        client.data(call, new byte[16_384], false);
        client.data(call, new byte[16_384], false);
        client.data(call, new byte[16_384], false);
        client.data(call, new byte[16_384], true);

        gateway.awaitNanos(LONG_NANOS);
        origin.windowUpdate(0, 65_535);
        origin.windowUpdate(1, 65_535);

        assertThat(origin.awaitRest(1).body()).hasSize(4 * 16_384);
        origin.grpcAnswer(1, "taken");
        client.awaitHead(call);
        assertThat(client.awaitRest(call).text()).isEqualTo("taken");
    }

    @Test
    void maySendEventsSeldom() {
        FramePeer client = gateway.client();
        int call = client.get("/");
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        origin.head(1, false, ":status", "200", "content-type", "text/event-stream");
        client.awaitHead(call);

        gateway.awaitNanos(LONG_NANOS);
        origin.data(1, "data: 1", true);

        assertThat(client.awaitRest(call).text()).isEqualTo("data: 1");
    }

    @Test
    void maySendEventsSeldomToCallersOfHttp1() throws Exception {
        try (Http1Origin.Connection client = gateway.http1Client()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            FramePeer origin = gateway.origin().connection();
            origin.awaitHead(1);
            origin.head(1, false, ":status", "200", "content-type", "text/event-stream");
            client.head();

            gateway.awaitNanos(LONG_NANOS);
            origin.data(1, "data: 1", true);

            assertThat(client.until("0\r\n\r\n")).contains("data: 1");
        }
    }

    @Test
    void mayWaitForTheRestOfARequest() {
        FramePeer client = gateway.client();
        int call = client.post("/");
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);

        gateway.awaitNanos(LONG_NANOS);
        origin.head(1, false, ":status", "200");
        client.awaitHead(call);
        gateway.awaitNanos(LONG_NANOS);
        client.data(call, "rest", true);
        assertThat(origin.awaitRest(1).text()).isEqualTo("rest");
        origin.data(1, "done", true);

        assertThat(client.awaitRest(call).text()).isEqualTo("done");
    }

    @Test
    void mayWaitForACallerThatReadsSlowly() {
        FramePeer client = gateway.client().withoutCredit();
        int call = client.get("/");
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        origin.head(1, false, ":status", "200");
        origin.dataWithinWindows(1, new byte[80_000], 16_384, false);
        client.awaitHead(call);
        client.awaitData(call, 65_535);

        gateway.awaitNanos(LONG_NANOS);
        client.windowUpdate(0, 65_535);
        client.windowUpdate(call, 65_535);
        origin.data(1, "end", true);

        assertThat(client.awaitRest(call).body()).hasSize(80_000 - 65_535 + 3);
        assertThat(gateway.ended().cause()).isNull();
    }

    @Test
    void mustAnswerAHandshakeInTime() {
        gateway.origin().takeConnect();
        FramePeer client = gateway.client();
        int call = client.webSocket("/chat");
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);

        assertThat(client.awaitHead(call).status()).isEqualTo("504");
        assertThat(origin.await(1, WireFrame.RST_STREAM).code()).isEqualTo(WireFrame.CANCEL);
        assertThat(gateway.ended().cause()).isEqualTo(Cause.FIRST_BYTE_TIMEOUT);
    }

    @Test
    void mustAnswerAHandshakeOfHttp1InTime() throws Exception {
        gateway.origin().takeConnect();
        try (Http1Origin.Connection client = gateway.http1Client()) {
            client.send("""
                    GET /chat HTTP/1.1\r
                    Host: a\r
                    Connection: upgrade\r
                    Upgrade: websocket\r
                    Sec-WebSocket-Version: 13\r
                    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
                    \r
                    """);
            gateway.origin().connection().awaitHead(1);

            assertThat(client.head()).startsWith("HTTP/1.1 504 ");
            assertThat(gateway.ended().cause()).isEqualTo(Cause.FIRST_BYTE_TIMEOUT);
        }
    }

    @Test
    void maySayNothingOnAWebSocketThatItHasAccepted() {
        gateway.origin().takeConnect();
        FramePeer client = gateway.client();
        int call = client.webSocket("/chat");
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        origin.head(1, false, ":status", "200");
        client.awaitHead(call);

        gateway.awaitNanos(LONG_NANOS);
        origin.data(1, "late", false);

        assertThat(client.next(call).text()).isEqualTo("late");
    }

    @Test
    void getsNoSecondChanceButForWhatMayBeRepeated() {
        try (RunningGateway retrying = RunningGateway.with("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes: [{name: all, cluster: origin}]
                clusters:
                  - {name: origin, endpoints: ["${ORIGIN}"], upstream: {first-byte-timeout: 100ms}, retry: {on: [timeout]}}
                admin: {port: 0}
                access-log: {output: none}
                """).start()) {
            FramePeer client = retrying.client();
            int read = client.get("/");
            FramePeer origin = retrying.origin().connection();
            origin.awaitHead(1);

            assertThat(origin.await(1, WireFrame.RST_STREAM).code()).isEqualTo(WireFrame.CANCEL);
            FramePeer second = retrying.origin().connection();
            second.awaitHead(1);
            second.head(1, true, ":status", "204");
            assertThat(client.awaitHead(read).status()).isEqualTo("204");
            assertThat(retrying.ended().attempts()).isEqualTo(2);

            int write = client.post("/");
            client.data(write, "once", true);
            assertThat(client.awaitHead(write).status()).isEqualTo("504");
            assertThat(retrying.ended().cause()).isEqualTo(Cause.FIRST_BYTE_TIMEOUT);
        }
    }
}

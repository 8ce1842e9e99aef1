// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Cause;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** gRPC calls that are signed: the digest is of the message with its prefix. */
@Timeout(60)
class SignedCallTest {
    private static final String PATH = "/pkg.Service/Call";
    private static final String MESSAGE = "\0\0\0\0\5hello";

    @RegisterExtension
    final RunningGateway gateway = RunningGateway.with("""
                    listeners: [{name: main, address: 127.0.0.1, port: 0}]
                    routes: [{name: all, cluster: origin, filters: [who]}]
                    clusters: [{name: origin, endpoints: ["${ORIGIN}"]}]
                    filters: [{name: who, signature: {keys: [{id: k1, secret: "${K1}"}]}}]
                    trusted: [127.0.0.0/8]
                    admin: {port: 0}
                    access-log: {output: none}
                    """).variable("K1", TestSignatures.SECRET);

    /** As the fixture sends it. */
    private static String[] signed() {
        return TestSignatures.of(PATH)
                .method("POST")
                .authority("a.test")
                .body(MESSAGE)
                .fields();
    }

    private static String[] head(String... more) {
        return FramePeer.joined(
                new String[] {
                    ":method",
                    "POST",
                    ":scheme",
                    "http",
                    ":path",
                    PATH,
                    ":authority",
                    "a.test",
                    "content-type",
                    "application/grpc",
                    "te",
                    "trailers"
                },
                more);
    }

    private void assertServed(FramePeer client, FramePeer origin, int upstream) {
        int stream = client.open(false, head(signed()));
        client.data(stream, MESSAGE, true);
        origin.awaitHead(upstream);
        assertThat(new String(origin.awaitData(upstream, MESSAGE.length()), StandardCharsets.ISO_8859_1))
                .isEqualTo(MESSAGE);
        origin.grpcAnswer(upstream, "ok");

        assertThat(client.awaitHead(stream).status()).isEqualTo("200");
        assertThat(gateway.ended().cause()).isNull();
    }

    @Test
    void passWhereTheMessageIsTheOneThatWasSigned() {
        FramePeer client = gateway.client();
        int stream = client.open(false, head(signed()));
        client.data(stream, MESSAGE, false);
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        assertThat(origin.awaitData(1, MESSAGE.length() - 1)).hasSize(MESSAGE.length() - 1);
        client.data(stream, "", true);
        assertThat(origin.awaitData(1, 1)).isEqualTo(new byte[] {'o'});
        origin.grpcAnswer(1, "ok");

        assertThat(client.awaitHead(stream).status()).isEqualTo("200");
        assertThat(gateway.ended().cause()).isNull();
    }

    @Test
    void endBeforeAnotherMessageIsWholeAndTheConnectionsStay() {
        FramePeer client = gateway.client();
        int stream = client.open(false, head(signed()));
        client.data(stream, MESSAGE.replace('h', 'j'), false);
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        assertThat(origin.awaitData(1, MESSAGE.length() - 1)).hasSize(MESSAGE.length() - 1);
        client.data(stream, "", true);

        WireFrame refusal = client.awaitHead(stream);
        assertThat(refusal.status()).isEqualTo("200");
        assertThat(refusal.value("grpc-status")).isEqualTo("3");
        assertThat(refusal.value("x-penstock-cause")).isEqualTo("bad-digest");
        assertThat(gateway.ended().cause()).isEqualTo(Cause.BAD_DIGEST);
        assertThat(origin.await(1, WireFrame.RST_STREAM)).isNotNull();
        assertThat(origin.pending(1)).allMatch(frame -> frame.type() != WireFrame.DATA);
        assertServed(client, origin, 3);
    }

    @Test
    void needADigest() {
        FramePeer client = gateway.client();
        int stream = client.open(
                false,
                head(TestSignatures.of(PATH).method("POST").authority("a.test").fields()));

        WireFrame refusal = client.awaitHead(stream);
        assertThat(refusal.value("grpc-status")).isEqualTo("16");
        assertThat(refusal.value("x-penstock-cause")).isEqualTo("bad-credentials");
        assertThat(refusal.value("accept-signature"))
                .isEqualTo("sig=(\"@method\" \"@path\" \"content-digest\");created");
    }
}

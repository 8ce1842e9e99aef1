// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Cause;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardingTest {

    private static RunningGateway trusting(boolean trusted) {
        return RunningGateway.with("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes:
                  - {name: preserve, path-prefix: /, cluster: origin}
                  - {name: target, path-prefix: /target, cluster: origin, authority: target}
                  - {name: literal, path-prefix: /literal, cluster: origin, authority: inner.test}
                clusters: [{name: origin, endpoints: ["${ORIGIN}"]}]
                admin: {port: 0}
                access-log: {output: none}
                trusted: [%s]
                """.formatted(trusted ? "127.0.0.0/8" : "10.99.0.0/16"))
                .start();
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                // trusted, field, what the caller sends, what the upstream gets
                "false, x-forwarded-for,   -,              127.0.0.1",
                "false, x-forwarded-for,   1.2.3.4,        127.0.0.1",
                "true,  x-forwarded-for,   -,              127.0.0.1",
                "true,  x-forwarded-for,   1.2.3.4,        '1.2.3.4, 127.0.0.1'",
                "false, x-forwarded-proto, https,          http",
                "true,  x-forwarded-proto, https,          https",
                "true,  x-forwarded-proto, -,              http",
                "false, x-forwarded-host,  evil.test,      example.test",
                "true,  x-forwarded-host,  outer.test,     outer.test",
                "true,  x-forwarded-host,  -,              example.test",
                "false, x-request-id,      abc-123,        abc-123",
                "true,  te,                trailers,       trailers",
            })
    void setsWhatTellsOfTheCaller(boolean trusted, String name, String sent, String forwarded) {
        try (RunningGateway gateway = trusting(trusted)) {
            FramePeer client = gateway.client();
            if (sent == null) {
                client.get("/");
            } else {
                client.get("/", name, sent);
            }

            List<String> fields = gateway.origin().connection().awaitHead(1).fields();

            assertThat(fields).containsSequence(name, forwarded);
            assertThat(fields.stream().filter(name::equals)).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "has space", "semi;colon", "\u00e9", "<script>"})
    void makesARequestIdInThePlaceOfOneThatIsNotWellFormed(String sent) {
        try (RunningGateway gateway = trusting(false)) {
            FramePeer client = gateway.client();
            int call = client.get("/", "x-request-id", sent);
            FramePeer origin = gateway.origin().connection();

            String made = origin.awaitHead(1).value("x-request-id");

            assertThat(made).matches("[0-9a-f]{32}");
            origin.head(1, true, ":status", "204");
            client.awaitHead(call);
            assertThat(gateway.ended().requestId()).isEqualTo(made);
        }
    }

    @Test
    void makesARequestIdInThePlaceOfOneThatIsTooLong() {
        try (RunningGateway gateway = trusting(true)) {
            gateway.client().get("/", "x-request-id", "a".repeat(129));

            assertThat(gateway.origin().connection().awaitHead(1).value("x-request-id"))
                    .matches("[0-9a-f]{32}");
        }
    }

    @Test
    void rewritesTheAuthorityAsTheRouteSays() {
        try (RunningGateway gateway = trusting(false)) {
            FramePeer client = gateway.client();
            client.get("/");
            FramePeer origin = gateway.origin().connection();
            origin.awaitSettings();
            assertThat(origin.awaitHead(1).value(":authority")).isEqualTo("example.test");
            client.get("/target");
            WireFrame target = origin.awaitHead(3);
            assertThat(target.value(":authority")).isEqualTo(gateway.origin().address());
            assertThat(target.value("x-forwarded-host")).isEqualTo("example.test");
            client.get("/literal/x");
            assertThat(origin.awaitHead(5).value(":authority")).isEqualTo("inner.test");
        }
    }

    @Test
    void replacesAHostFieldByTheAuthority() {
        try (RunningGateway gateway = trusting(false)) {
            FramePeer client = gateway.client();
            client.open(true, ":method", "GET", ":scheme", "http", ":path", "/literal", "host", "example.test");

            WireFrame head = gateway.origin().connection().awaitHead(1);

            assertThat(head.fields().subList(0, 8)).contains(":authority", "inner.test");
            assertThat(head.value("host")).isNull();
            assertThat(head.value("x-forwarded-host")).isEqualTo("example.test");
        }
    }

    @Test
    void keepsAHostFieldWhenThereIsNoAuthority() {
        try (RunningGateway gateway = trusting(false)) {
            gateway.client().open(true, ":method", "GET", ":scheme", "http", ":path", "/", "host", "example.test");

            WireFrame head = gateway.origin().connection().awaitHead(1);

            assertThat(head.value("host")).isEqualTo("example.test");
            assertThat(head.value(":authority")).isNull();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "connection, close",
        "keep-alive, timeout=5",
        "proxy-connection, keep-alive",
        "transfer-encoding, chunked",
        "upgrade, websocket",
        "te, gzip",
        "Upper, case",
        "'', empty",
        "x-nul, 'a\u0000b'",
        "x-space, ' a'"
    })
    void resetsAStreamWhoseRequestIsMalformed(String name, String value) {
        try (RunningGateway gateway = trusting(false)) {
            FramePeer client = gateway.client();
            int call = client.get("/", name, value);

            assertThat(client.await(call, WireFrame.RST_STREAM).code()).isEqualTo(WireFrame.PROTOCOL_ERROR);

            assertThat(gateway.ended().cause()).isEqualTo(Cause.DOWNSTREAM_PROTOCOL);
            assertThat(gateway.origin().connections()).isZero();
        }
    }

    @Test
    void removesConnectionSpecificFieldsOfResponses() {
        try (RunningGateway gateway = trusting(false)) {
            FramePeer client = gateway.client();
            int call = client.get("/");
            FramePeer origin = gateway.origin().connection();
            origin.awaitHead(1);

            origin.head(
                    1,
                    false,
                    ":status",
                    "200",
                    "connection",
                    "close",
                    "x-kept",
                    "1",
                    "keep-alive",
                    "timeout=5",
                    "transfer-encoding",
                    "chunked",
                    "upgrade",
                    "h2c",
                    "proxy-connection",
                    "close");
            origin.head(1, true, "x-end", "2", "connection", "close");

            assertThat(client.awaitHead(call).undated()).containsExactly(":status", "200", "x-kept", "1");
            assertThat(client.awaitRest(call).trailer().fields()).containsExactly("x-end", "2");
        }
    }

    @Test
    void matchesAndSendsOnTheSameFormOfAPath() {
        try (RunningGateway gateway = trusting(false)) {
            FramePeer client = gateway.client();
            client.get("/other/../literal/./x?y=/../z");

            WireFrame head = gateway.origin().connection().awaitHead(1);

            assertThat(head.value(":path")).isEqualTo("/literal/x?y=/../z");
            assertThat(head.value(":authority")).isEqualTo("inner.test");
            assertThat(client.awaitHead(client.get("/a/%2e%2e/../b")).status()).isEqualTo("400");
            assertThat(gateway.ended().cause()).isEqualTo(Cause.BAD_PATH);
        }
    }
}

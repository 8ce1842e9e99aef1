// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.filter.Filter;
import io.penstock.gateway.filter.Finding;
import io.penstock.gateway.filter.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RefusalTest {

    /** Refuses with the cause that the request names, or fails as it names. */
    private static final class Refusing implements Filter {
        @Override
        public Verdict request(Exchange exchange) {
            String cause = exchange.request().value("refuse");
            if (cause != null) {
                throw new GatewayException(Cause.valueOf(cause), "secret detail of 10.1.2.3");
            }
            if (exchange.request().has("break")) {
                throw new IllegalStateException("secret defect");
            }
            return Verdict.GO_ON;
        }

        @Override
        public Finding explain(Exchange copy) {
            return Finding.goesOn("looks");
        }

        @Override
        public void response(Exchange exchange, Head response) {
            if (response.has("break")) {
                throw new IllegalStateException("secret defect");
            }
            if (response.has("refuse")) {
                throw new GatewayException(Cause.TARGET_NOT_ALLOWED, "not this answer");
            }
        }
    }

    private static RunningGateway refusing(boolean trusted) {
        return RunningGateway.with("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes: [{name: all, path-prefix: /pkg.Service, cluster: origin}]
                clusters: [{name: origin, endpoints: ["${ORIGIN}"]}]
                admin: {port: 0}
                access-log: {output: none}
                trusted: [%s]
                """.formatted(trusted ? "127.0.0.0/8" : "10.99.0.0/16"))
                .filter(new Refusing())
                .start();
    }

    @ParameterizedTest
    @EnumSource(
            value = Cause.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"DOWNSTREAM_GONE", "DOWNSTREAM_PROTOCOL"})
    void answersEachCauseInTheShapeOfTheRequest(Cause cause) {
        try (RunningGateway gateway = refusing(true)) {
            FramePeer client = gateway.client();
            String message = "gateway: " + cause.slug().replace('-', ' ');

            int grpc = client.grpc("refuse", cause.name());
            WireFrame head = client.awaitHead(grpc);
            assertThat(head.end()).isTrue();
            assertThat(head.undated())
                    .containsExactly(
                            ":status",
                            "200",
                            "content-type",
                            "application/grpc",
                            "grpc-status",
                            Integer.toString(cause.grpcStatus().code()),
                            "grpc-message",
                            message,
                            "x-penstock-cause",
                            cause.slug());
            assertThat(client.next(grpc).code()).isEqualTo(WireFrame.NO_ERROR); // the request is not read further

            int plain = client.get("/pkg.Service/x", "refuse", cause.name());
            WireFrame answer = client.awaitHead(plain);
            assertThat(answer.status()).isEqualTo(Integer.toString(cause.httpStatus()));
            assertThat(answer.value("content-type")).isEqualTo("text/plain; charset=utf-8");
            assertThat(answer.value("x-penstock-cause")).isEqualTo(cause.slug());
            assertThat(client.awaitRest(plain).text()).isEqualTo(message + "\n");

            int bodiless = client.open(
                    true, ":method", "HEAD", ":scheme", "http", ":path", "/pkg.Service/x", "refuse", cause.name());
            assertThat(client.awaitHead(bodiless).end()).isTrue();
            assertThat(gateway.ended().cause()).isEqualTo(cause);
        }
    }

    @Test
    void hidesTheCauseFromThoseWhoAreNotTrusted() {
        try (RunningGateway gateway = refusing(false)) {
            FramePeer client = gateway.client();

            WireFrame grpc = client.awaitHead(client.grpc("refuse", "INTERNAL"));
            WireFrame plain = client.awaitHead(client.get("/pkg.Service/x", "refuse", "INTERNAL"));

            assertThat(grpc.value("x-penstock-cause")).isNull();
            assertThat(plain.value("x-penstock-cause")).isNull();
            assertThat(grpc.fields().toString() + plain.fields()).doesNotContain("secret");
        }
    }

    @Test
    void makesADefectInTheRequestAnInternalErrorAndLives() {
        try (RunningGateway gateway = refusing(true)) {
            FramePeer client = gateway.client();
            int broken = client.grpc("break", "1");

            assertThat(client.awaitHead(broken).value("grpc-status")).isEqualTo("13");

            assertThat(gateway.ended().cause()).isEqualTo(Cause.INTERNAL);
            int call = client.grpc();
            FramePeer origin = gateway.origin().connection();
            origin.awaitHead(1);
            origin.grpcAnswer(1, "alive");
            client.awaitHead(call);
            assertThat(client.awaitRest(call).text()).isEqualTo("alive");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"break", "refuse"})
    void failsAloneWhenItsResponseHeadIsRefused(String how) {
        try (RunningGateway gateway = refusing(true)) {
            FramePeer client = gateway.client();
            int bystander = client.grpc();
            FramePeer origin = gateway.origin().connection();
            origin.awaitHead(1);
            int call = client.get("/pkg.Service/x");
            origin.awaitHead(3);

            origin.head(3, false, ":status", "200", how, "1");

            assertThat(client.awaitHead(call).status()).isEqualTo(how.equals("break") ? "500" : "403");
            assertThat(origin.await(3, WireFrame.RST_STREAM).code()).isEqualTo(WireFrame.CANCEL);
            origin.grpcAnswer(1, "alive");
            client.awaitHead(bystander);
            assertThat(client.awaitRest(bystander).text()).isEqualTo("alive");
        }
    }

    @Test
    void saysThatNoRouteMatches() {
        try (RunningGateway gateway = refusing(true)) {
            FramePeer client = gateway.client();

            int call = client.get("/elsewhere");

            assertThat(client.awaitHead(call).status()).isEqualTo("404");
            assertThat(gateway.ended().cause()).isEqualTo(Cause.NO_ROUTE);
        }
    }

    @Test
    void saysThatAHeadIsTooLarge() {
        try (RunningGateway gateway = refusing(true)) {
            FramePeer client = gateway.client();

            int call = client.get("/pkg.Service/x", "x-large", "a".repeat(16_384));

            assertThat(client.awaitHead(call).status()).isEqualTo("431");
            assertThat(gateway.ended().cause()).isEqualTo(Cause.HEADER_TOO_LARGE);
            assertThat(client.awaitHead(client.get("/none")).status()).isEqualTo("404");
        }
    }

    @Test
    void endsExchangesExactlyOnce() {
        try (RunningGateway gateway = refusing(true)) {
            FramePeer client = gateway.client();
            for (int i = 0; i < 20; i++) {
                client.awaitHead(client.get("/none"));
            }
            for (int i = 0; i < 20; i++) {
                assertThat(gateway.ended().cause()).isEqualTo(Cause.NO_ROUTE);
            }

            client.roundTrip();

            assertThat(gateway.endedCount()).isZero();
        }
    }

    @Test
    void ignoresWhatComesOnAStreamAboveTheLimit() {
        try (RunningGateway gateway = RunningGateway.with("""
                listeners: [{name: main, address: 127.0.0.1, port: 0, http2: {max-concurrent-streams: 1}}]
                routes: [{name: all, cluster: origin}]
                clusters: [{name: origin, endpoints: ["${ORIGIN}"]}]
                admin: {port: 0}
                access-log: {output: none}
                """).start()) {
            FramePeer client = gateway.client();
            int first = client.grpc();
            FramePeer origin = gateway.origin().connection();
            origin.awaitHead(1);

            int refused = client.grpc();
            client.data(refused, "more", false);
            client.head(refused, true, "x-trailer", "1");

            assertThat(client.next(refused).code()).isEqualTo(WireFrame.REFUSED_STREAM);
            origin.grpcAnswer(1, "alive");
            client.awaitHead(first);
            assertThat(client.awaitRest(first).text()).isEqualTo("alive");
            client.roundTrip();
            assertThat(client.pending(refused)).isEmpty();
        }
    }
}

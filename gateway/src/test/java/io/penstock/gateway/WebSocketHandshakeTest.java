// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.UpgradedPair.Protocols;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an HTTP/1.1 upstream answers a WebSocket's handshake with that opens nothing: the client must not take it for an open one. */
@Timeout(60)
class WebSocketHandshakeTest {

    @ParameterizedTest
    @CsvSource({"200, hello", "201, hello", "204, ''", "299, hello"})
    void isNoSuccessWithoutChangingTheProtocol(int status, String body) throws Exception {
        try (UpgradedPair pair = new UpgradedPair(Protocols.H2_TO_H1, "")) {
            pair.ask();
            pair.asked().refuse(status, body);

            assertThat(pair.client2().awaitHead(pair.call()).status()).isEqualTo("502");
            assertThat(pair.client2().awaitRest(pair.call()).text()).isNotEqualTo(body);
            Exchange exchange = pair.gateway().ended();
            assertThat(exchange.cause()).isEqualTo(Cause.UPSTREAM_PROTOCOL);
            assertThat(exchange.detail()).contains("status " + status + " to a handshake, expected 101");
            assertThat(exchange.attempts()).isEqualTo(1);
        }
    }

    /** A redirect, a refusal, a failure: they mean the same in both protocols. */
    @ParameterizedTest
    @CsvSource({"302", "404", "426", "503"})
    void passesOnWhatIsNoSuccessInEitherProtocol(int status) throws Exception {
        try (UpgradedPair pair = new UpgradedPair(Protocols.H2_TO_H1, "")) {
            pair.ask();
            pair.asked().refuse(status, "not today");

            assertThat(pair.client2().awaitHead(pair.call()).status()).isEqualTo(Integer.toString(status));
            assertThat(pair.client2().awaitRest(pair.call()).text()).isEqualTo("not today");
            assertThat(pair.gateway().ended().cause()).isNull();
        }
    }

    /** In HTTP/1.1 a server may ignore what it is offered, and answer the request. */
    @ParameterizedTest
    @CsvSource({"200", "404"})
    void isAnOrdinaryRequestBetweenHttp1(int status) throws Exception {
        try (UpgradedPair pair = new UpgradedPair(Protocols.H1_TO_H1, "")) {
            pair.ask();
            pair.asked().refuse(status, "hello");

            assertThat(pair.client1().head()).startsWith("HTTP/1.1 " + status + " ");
            assertThat(pair.client1().text(5)).isEqualTo("hello");
            assertThat(pair.gateway().ended().cause()).isNull();
        }
    }

    @ParameterizedTest
    @CsvSource({"H1_TO_H1", "H2_TO_H1"})
    void isNoSuccessWithoutTheRightAcceptValue(Protocols protocols) throws Exception {
        try (UpgradedPair pair = new UpgradedPair(protocols, "")) {
            pair.ask();
            pair.asked().refuse(101, "");

            if (protocols.h2Client) {
                assertThat(pair.client2().awaitHead(pair.call()).status()).isEqualTo("502");
            } else {
                assertThat(pair.client1().head()).startsWith("HTTP/1.1 502 ");
            }
            Exchange exchange = pair.gateway().ended();
            assertThat(exchange.cause()).isEqualTo(Cause.UPSTREAM_PROTOCOL);
            assertThat(exchange.detail()).contains("sec-websocket-accept does not answer the key");
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static io.penstock.gateway.WebSocketTest.close;
import static io.penstock.gateway.WebSocketTest.passes;
import static io.penstock.gateway.WebSocketTest.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.UpgradedPair.End;
import io.penstock.gateway.UpgradedPair.Protocols;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.ending.UpstreamEnding;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** WebSockets that are still open when the drain timeout has passed. */
@Timeout(60)
class WebSocketDrainTest {
    private static final int GOING_AWAY = 1001;
    private static final Duration SOON = Duration.ofSeconds(20);

    private static void isTold(End client) throws IOException {
        assertThat(client.read(4)).isEqualTo(close(GOING_AWAY, false));
        assertThat(client.ended()).isTrue();
    }

    /** Its frame is masked, with a key that nobody knows before. */
    private static void isToldMasked(End origin) throws IOException {
        byte[] frame = origin.read(8);
        assertThat(frame).startsWith(0x88, 0x82);
        byte[] status = {(byte) (frame[6] ^ frame[2]), (byte) (frame[7] ^ frame[3])};
        assertThat(status).isEqualTo(new byte[] {GOING_AWAY >> 8, (byte) GOING_AWAY});
        assertThat(origin.ended()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "H2_TO_H2")
    void areToldOnBothSidesThatTheGatewayGoesAway(Protocols protocols) throws Exception {
        try (UpgradedPair pair = new UpgradedPair(protocols, "")) {
            pair.ask();
            End origin = pair.asked().accept();
            End client = pair.client();
            passes(text("ping", true), client, origin);
            passes(text("pong", false), origin, client);

            Thread drained = pair.drain();

            isTold(client);
            isToldMasked(origin);
            client.send(text("too late", true));
            client.send(close(GOING_AWAY, true));
            client.finish();
            origin.send(close(GOING_AWAY, false));
            origin.finish();
            assertThat(drained.join(SOON)).isTrue();
            assertThat(pair.gateway().ended().cause()).isEqualTo(Cause.DRAINING);
            if (!protocols.h2Origin) { // it ended by itself, and was not cut short
                assertThat(pair.gateway().awaitClosed(1)).containsEntry(UpstreamEnding.NOT_KEPT, 1L);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "H2_TO_H2")
    void areClosedWhenNobodyAnswers(Protocols protocols) throws Exception {
        try (UpgradedPair pair = new UpgradedPair(protocols, "")) {
            pair.ask();
            End origin = pair.asked().accept();
            End client = pair.client();

            Thread drained = pair.drain();

            isTold(client);
            isToldMasked(origin);
            assertThat(drained.join(SOON)).isTrue();
            pair.gateway().gateway().close();
            assertThat(pair.gateway().ended().cause()).isEqualTo(Cause.DRAINING);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "H2_TO_H2")
    void areNotToldInTheMiddleOfAFrame(Protocols protocols) throws Exception {
        byte[] part = Arrays.copyOf(text("a message", false), 5);
        try (UpgradedPair pair = new UpgradedPair(protocols, "")) {
            pair.ask();
            End origin = pair.asked().accept();
            End client = pair.client();
            passes(part, origin, client);

            pair.drain();

            assertThat(client.ended()).isTrue();
            isToldMasked(origin);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "H2_TO_H2")
    void areNotToldInTheMiddleOfTheClientsFrame(Protocols protocols) throws Exception {
        byte[] part = Arrays.copyOf(text("a message", true), 5);
        try (UpgradedPair pair = new UpgradedPair(protocols, "")) {
            pair.ask();
            End origin = pair.asked().accept();
            End client = pair.client();
            passes(part, client, origin);

            pair.drain();

            isTold(client);
            assertThat(origin.ended()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "H2_TO_H2")
    void areNotToldTwice(Protocols protocols) throws Exception {
        try (UpgradedPair pair = new UpgradedPair(protocols, "")) {
            pair.ask();
            End origin = pair.asked().accept();
            End client = pair.client();
            passes(close(1000, false), origin, client);

            pair.drain();

            assertThat(client.ended()).isTrue();
            isToldMasked(origin);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.INCLUDE, names = "H2_TO_H2")
    void areResetWhereFramesAreRelayed(Protocols protocols) throws Exception {
        try (UpgradedPair pair = new UpgradedPair(protocols, "")) {
            pair.ask();
            End origin = pair.asked().accept();
            End client = pair.client();
            passes(text("ping", true), client, origin);

            Thread drained = pair.drain();

            client.awaitBroken();
            origin.awaitBroken();
            assertThat(drained.join(SOON)).isTrue();
            assertThat(pair.gateway().ended().cause()).isEqualTo(Cause.DRAINING);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange.time;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.exchange.half.RequestHalf;
import io.penstock.gateway.exchange.side.Downstream;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class UpgradeTimeoutsTest {
    private static final long SECOND = 1_000_000_000L;

    private final Downstream nowhere = new Downstream() {
        @Override
        public boolean bodiless() {
            return true;
        }

        @Override
        public void offload(Runnable step) {
            step.run();
        }

        @Override
        public void refuse(GatewayException reason) {
            throw reason;
        }

        @Override
        public void failAttempt(GatewayException reason) {
            throw reason;
        }

        @Override
        public void answer(Head head, byte[] body) {
            throw new UnsupportedOperationException();
        }

        @Override
        public RequestHalf half() {
            throw new UnsupportedOperationException();
        }
    };

    private final Exchange exchange = new Exchange(
            new Head().add(":method", "GET").add(":protocol", "websocket"),
            new Peer("main", "127.0.0.1", 1, false, true),
            nowhere,
            ended -> {});
    private final long start = exchange.startedNanos();

    private UpgradeTimeouts limited(Optional<Duration> idle, Optional<Duration> life) {
        return new UpgradeTimeouts(exchange, Duration.ofSeconds(5), idle, life);
    }

    @Test
    void limitsTheAnswerAloneWhenNothingElseIsGiven() {
        UpgradeTimeouts limits = limited(Optional.empty(), Optional.empty());

        assertThat(limits.passed(start + 5 * SECOND, true)).isNull();
        assertThat(limits.passed(start + 6 * SECOND, true))
                .isNotNull()
                .extracting(GatewayException::reason)
                .isEqualTo(Cause.DEADLINE);

        exchange.markOpenEnded();
        assertThat(limits.passed(start + 7 * SECOND, false)).isNull();
        assertThat(limits.passed(start + 1_000_000 * SECOND, false)).isNull();
    }

    @Test
    void countsSilenceFromTheLastByteThatItSaw() {
        exchange.markOpenEnded();
        UpgradeTimeouts limits = limited(Optional.of(Duration.ofSeconds(10)), Optional.empty());

        assertThat(limits.passed(start + 20 * SECOND, false)).isNull(); // seen for the first time
        exchange.addResponseBytes(1);
        assertThat(limits.passed(start + 29 * SECOND, false)).isNull();
        exchange.addRequestBytes(1);
        assertThat(limits.passed(start + 38 * SECOND, false)).isNull();
        assertThat(limits.passed(start + 48 * SECOND, false)).isNull();

        assertThat(limits.passed(start + 49 * SECOND, false)).isNotNull();
    }

    @Test
    void letsOneSideOutliveTheOtherByAMinuteOfSilence() {
        exchange.markOpenEnded();
        UpgradeTimeouts limits = limited(Optional.empty(), Optional.empty());

        assertThat(limits.passed(start + SECOND, true)).isNull();
        exchange.addRequestBytes(1);
        assertThat(limits.passed(start + 50 * SECOND, true)).isNull();
        assertThat(limits.passed(start + 110 * SECOND, true)).isNull();

        assertThat(limits.passed(start + 111 * SECOND, false)).isNull();
        assertThat(limits.passed(start + 111 * SECOND, true)).isNotNull();
    }

    @Test
    void endsAtItsMostAge() {
        exchange.markOpenEnded();
        UpgradeTimeouts limits = limited(Optional.empty(), Optional.of(Duration.ofMinutes(1)));

        assertThat(limits.passed(start + 60 * SECOND, false)).isNull();
        assertThat(limits.passed(start + 61 * SECOND, false)).isNotNull();
    }
}

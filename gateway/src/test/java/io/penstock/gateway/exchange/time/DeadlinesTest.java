// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange.time;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.upstream.cluster.TestDownstream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeadlinesTest {
    private static final long SOON = Duration.ofMillis(20).toNanos();
    private static final long LONG = Duration.ofHours(1).toNanos();

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MAX_VALUE})
    void endsAnExchangeWhoseTimeIsUp(long far) throws InterruptedException {
        try (Deadlines deadlines = new Deadlines(far)) {
            Exchange exchange = exchange();
            Exchange other = exchange();

            deadlines.end(other, LONG);
            deadlines.end(exchange, SOON);

            awaitEnd(exchange);
            assertThat(exchange.cause()).isEqualTo(Cause.DEADLINE);
            assertThat(other.ended()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MAX_VALUE})
    void theEarlierOfTwoTimesCounts(long far) throws InterruptedException {
        try (Deadlines deadlines = new Deadlines(far)) {
            Exchange exchange = exchange();

            deadlines.end(exchange, LONG);
            deadlines.end(exchange, SOON);
            deadlines.end(exchange, LONG);

            awaitEnd(exchange);
            assertThat(exchange.cause()).isEqualTo(Cause.DEADLINE);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MAX_VALUE})
    void leavesAloneWhatHasEndedOrHasNoEnd(long far) throws InterruptedException {
        try (Deadlines deadlines = new Deadlines(far)) {
            Exchange ended = exchange();
            Exchange openEnded = exchange();
            Exchange witness = exchange();
            deadlines.end(ended, SOON);
            deadlines.end(openEnded, SOON);
            ended.end();
            openEnded.markOpenEnded();

            deadlines.end(witness, 2 * SOON);

            awaitEnd(witness);
            assertThat(ended.cause()).isNull();
            assertThat(openEnded.ended()).isFalse();
        }
    }

    @Test
    void holdsOnlyWhatIsInFlight() {
        try (Deadlines deadlines = new Deadlines(0)) {
            List<Exchange> exchanges = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                Exchange exchange = exchange();
                deadlines.end(exchange, LONG);
                exchanges.add(exchange);
            }
            assertThat(deadlines.far()).isEqualTo(5);

            for (int i : new int[] {2, 4, 0, 1, 3}) {
                exchanges.get(i).end();
            }

            assertThat(deadlines.far()).isZero();
        }
    }

    private static void awaitEnd(Exchange exchange) throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        exchange.onEnd(ended::countDown);
        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
    }

    private static Exchange exchange() {
        return new TestDownstream().exchange("GET");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.side.AttemptObserver;
import io.penstock.gateway.upstream.cluster.TestDownstream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ExchangeTest {
    @Test
    void runsEndActionsOnceTheNewestFirst() {
        Exchange exchange = new TestDownstream().exchange("GET");
        List<String> ran = new ArrayList<>();
        exchange.onEnd(() -> ran.add("first"));
        exchange.onEnd(() -> ran.add("second"));
        assertThat(exchange.ended()).isFalse();

        exchange.end();
        exchange.end();

        assertThat(exchange.ended()).isTrue();
        assertThat(ran).containsExactly("second", "first");
    }

    @Test
    void runsAnEndActionThatComesTooLateAtOnce() {
        Exchange exchange = new TestDownstream().exchange("GET");
        exchange.end();
        AtomicInteger ran = new AtomicInteger();

        exchange.onEnd(ran::incrementAndGet);

        assertThat(ran).hasValue(1);
    }

    @Test
    void runsEveryEndActionOnceWhoeverEndsItMeanwhile() throws Exception {
        for (int round = 0; round < 500; round++) {
            Exchange exchange = new TestDownstream().exchange("GET");
            AtomicInteger ran = new AtomicInteger();
            CyclicBarrier together = new CyclicBarrier(4);
            List<Thread> threads = IntStream.range(0, 4)
                    .mapToObj(i -> Thread.ofPlatform().start(() -> {
                        try {
                            together.await();
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                        exchange.onEnd(ran::incrementAndGet);
                        if (i % 2 == 0) {
                            exchange.end();
                        }
                        exchange.onEnd(ran::incrementAndGet);
                    }))
                    .toList();
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(ran).as("round %d", round).hasValue(8);
        }
    }

    @Test
    void hasNoStatusUntilThereIsOne() {
        Exchange exchange = new TestDownstream().exchange("GET");
        assertThat(exchange.status()).isEqualTo(Exchange.NONE);
        assertThat(exchange.grpcStatus()).isEqualTo(Exchange.NONE);
        assertThat(exchange.detail()).isEmpty();

        exchange.status(200);
        exchange.grpcStatus(0);

        assertThat(exchange.status()).isEqualTo(200);
        assertThat(exchange.grpcStatus()).isZero();
    }

    @Test
    void givesTheObserverOfAnAttemptToOneTakerOnly() {
        Exchange exchange = new TestDownstream().exchange("GET");
        AttemptObserver observer = new AttemptObserver() {};
        exchange.attemptObserver(observer);

        assertThat(exchange.takeAttemptObserver()).isSameAs(observer);
        assertThat(exchange.takeAttemptObserver()).isSameAs(AttemptObserver.NOBODY);
        assertThat(exchange.attemptObserver()).isSameAs(AttemptObserver.NOBODY);
    }
}

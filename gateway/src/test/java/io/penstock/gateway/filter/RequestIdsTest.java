// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Head;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class RequestIdsTest {
    @Test
    void neverMakesAnIdTwiceWhateverThreadMakesIt() throws InterruptedException {
        RequestIds ids = new RequestIds();
        Set<String> made = ConcurrentHashMap.newKeySet();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 40; i++) { // more than there are counters
            threads.add(Thread.ofVirtual().start(() -> {
                for (int n = 0; n < 1_000; n++) {
                    made.add(ids.of(new Head(), false));
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(made).hasSize(40_000).allMatch(id -> id.matches("[0-9a-f]{32}"));
    }
}

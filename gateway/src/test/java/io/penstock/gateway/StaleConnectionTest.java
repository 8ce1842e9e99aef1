// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An upstream that closes idle connections whenever it likes. Short by default; the number of requests that was promised runs with
 * {@code -Dpenstock.long=true}.
 */
class StaleConnectionTest {
    private static final boolean LONG = Boolean.getBoolean("penstock.long");
    private static final int REQUESTS = LONG ? 100_000 : 4_000;
    private static final int MOST_AGE_MILLIS = LONG ? 2_000 : 250;
    private static final long MOST_PAUSE_NANOS = LONG ? 10_000_000 : 8_000_000;
    private static final int THREADS = 8;
    private static final int POST_EVERY = 5;

    private final Map<String, Integer> delivered = new ConcurrentHashMap<>();

    /** Answers, and closes after 0 to so many milliseconds without a request. */
    private void answerForAWhile(Http1Origin.Connection connection) throws IOException {
        connection.patience(10_000);
        while (true) {
            String request = connection.request();
            String id = request.split(" ", 3)[1];
            if (request.startsWith("POST ")) {
                delivered.merge(id, 1, Integer::sum);
            }
            connection.answer(id);
            int age = ThreadLocalRandom.current().nextInt(MOST_AGE_MILLIS + 1);
            if (age == 0) {
                return;
            }
            connection.patience(age);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void isNeverSeenByACallerAndNoPostIsDeliveredTwice(boolean http1Clients) throws Exception {
        AtomicInteger next = new AtomicInteger();
        ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
        try (Http1Origin origin = Http1Origin.following(this::answerForAWhile);
                RunningGateway gateway =
                        RunningGateway.with("""
                        listeners: [{name: main, address: 127.0.0.1, port: 0}]
                        routes: [{name: all, cluster: origin}]
                        clusters: [{name: origin, endpoints: ["%s"], upstream: {protocol: http1}}]
                        admin: {port: 0}
                        access-log: {output: none}
                        """.formatted(origin.address())).start()) {
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                MessageEnd client = http1Clients ? http1(gateway) : new Http2Messages(gateway.client(), true);
                Random random = new Random(i);
                threads.add(Thread.ofVirtual().start(() -> callUntilDone(client, random, next, wrong)));
            }
            for (Thread thread : threads) {
                thread.join();
            }

            assertThat(wrong).isEmpty();
            assertThat(delivered).hasSize(REQUESTS / POST_EVERY);
            assertThat(delivered.values()).allMatch(count -> count == 1);
            assertThat(origin.connections()).isGreaterThan(THREADS);
            assertThat(gateway.pool().reused())
                    .as("what was reused all the same")
                    .isPositive();
        }
    }

    private static MessageEnd http1(RunningGateway gateway) throws IOException {
        return new Http1Messages(gateway.http1Client());
    }

    private static void callUntilDone(
            MessageEnd client, Random random, AtomicInteger next, ConcurrentLinkedQueue<String> wrong) {
        for (int i = next.getAndIncrement(); i < REQUESTS; i = next.getAndIncrement()) {
            String request = (i % POST_EVERY == 0 ? "POST /" : "GET /") + i;
            try {
                String answer = call(client, i % POST_EVERY == 0, "/" + i);
                if (!answer.equals(":status: 200 /" + i)) {
                    wrong.add(request + ": " + answer);
                }
            } catch (IOException e) {
                wrong.add(request + ": " + e);
                return;
            }
            LockSupport.parkNanos(random.nextLong(MOST_PAUSE_NANOS));
        }
    }

    /** The status and the body of the answer. */
    private static String call(MessageEnd client, boolean post, String path) throws IOException {
        if (post) {
            client.begin(":method", "POST", ":path", path, "content-length", "4");
            client.body("body");
            client.end();
        } else {
            client.head(":method", "GET", ":path", path);
        }
        String status = client.nextHead().getFirst();
        return status + ' ' + client.rest().body();
    }
}

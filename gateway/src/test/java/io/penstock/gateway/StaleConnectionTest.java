// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.ending.UpstreamEnding;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
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
                RunningGateway gateway = gateway(origin, "")) {
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                MessageEnd client = client(gateway, http1Clients);
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

    /** To the gateway, such an end cannot be told from one that crossed the request. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void isNotMetByThePostsOfAnEndpointThatNobodyKnows(boolean http1Clients) throws Exception {
        try (Http1Origin origin = Http1Origin.following(connection -> {
                    connection.request();
                    connection.answer("first");
                    connection.until("\r\n");
                    connection.reset();
                });
                RunningGateway gateway = gateway(origin, "")) {
            MessageEnd client = client(gateway, http1Clients);

            for (int i = 0; i < 10; i++) {
                assertThat(call(client, i != 5, "/" + i)).isEqualTo(":status: 200 first");
            }

            assertThat(origin.connections()).as("one for each POST at least").isGreaterThan(8);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void doesNotCostPostsTheirReuseOnceConnectionsWereSeenToStay(boolean http1Clients) throws Exception {
        try (Http1Origin origin = Http1Origin.echoing();
                RunningGateway gateway = gateway(origin, "")) {
            MessageEnd client = client(gateway, http1Clients);

            postUntilReused(client, gateway);
            long opened = gateway.pool().opened();
            for (int i = 0; i < 20; i++) {
                assertThat(call(client, true, "/again")).isEqualTo(":status: 200 post /again");
            }

            assertThat(gateway.pool().opened()).isEqualTo(opened);
        }
    }

    /** Nobody could know before; but then one is enough, or a second when the proof was there once more in between. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void isMetByFewPostsOfAnEndpointThatKeptItsConnectionsBefore(boolean http1Clients) throws Exception {
        AtomicBoolean closing = new AtomicBoolean();
        try (Http1Origin origin = Http1Origin.following(connection -> {
                    for (int i = 0; true; i++) {
                        connection.request();
                        if (i > 0 && closing.get()) {
                            return;
                        }
                        connection.answer("ok");
                    }
                });
                RunningGateway gateway = gateway(origin, "")) {
            MessageEnd client = client(gateway, http1Clients);
            postUntilReused(client, gateway);

            closing.set(true);

            assertThat(call(client, true, "/met")).startsWith(":status: 502 ");
            int met = 1;
            for (int i = 0; i < 20; i++) {
                met += call(client, true, "/new").equals(":status: 200 ok") ? 0 : 1;
            }
            assertThat(met).isLessThanOrEqualTo(3);
        }
    }

    @Test
    void givesAPostThePlaceOfAConnectionThatItMayNotHave() throws Exception {
        try (Http1Origin origin = Http1Origin.byHand();
                RunningGateway gateway = gateway(origin, ", max-connections: 1")) {
            FramePeer client = gateway.client();
            int get = client.get("/1");
            Http1Origin.Connection used = origin.connection();
            used.request();
            int post = client.post("/2", "content-length", "0");
            client.data(post, "", true);
            Await.until(
                    "the POST waits",
                    Duration.ofSeconds(5),
                    () -> gateway.pool().waiting() == 1);

            used.answer("one");

            assertThat(client.awaitHead(get).status()).isEqualTo("200");
            Http1Origin.Connection another = origin.connection();
            assertThat(another.request()).startsWith("POST /2 ");
            another.answer("two");
            assertThat(client.awaitHead(post).status()).isEqualTo("200");
            assertThat(gateway.pool().closed()).containsEntry(UpstreamEnding.REPLACED, 1L);
        }
    }

    private static void postUntilReused(MessageEnd client, RunningGateway gateway) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        do {
            assertThat(System.nanoTime() - deadline)
                    .as("nothing was reused in 30 s")
                    .isNegative();
            assertThat(call(client, true, "/proof")).startsWith(":status: 200 ");
        } while (gateway.pool().reused() == 0);
    }

    private static RunningGateway gateway(Http1Origin origin, String more) {
        return RunningGateway.with("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes: [{name: all, cluster: origin}]
                clusters: [{name: origin, endpoints: ["%s"], upstream: {protocol: http1%s}}]
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(origin.address(), more)).start();
    }

    private static MessageEnd client(RunningGateway gateway, boolean http1) throws IOException {
        return http1 ? new Http1Messages(gateway.http1Client()) : new Http2Messages(gateway.client(), true);
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

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.store.RedisProcess;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Four processes that count together, under as much load as the machine gives, held against the clock of the store. */
@Timeout(180)
class RateLimitProcessesTest {
    private static final int NODES = 4;
    private static final int CALLERS = 3;
    private static final int RATE = 200;
    /** That of three seconds: so long may a busy machine stand still. */
    private static final int BURST = 600;

    private static final long MICROS = 6_000_000;

    @TempDir
    static Path folder;

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    private <T extends AutoCloseable> T opened(T part) {
        open.add(part);
        return part;
    }

    private static String yaml(RedisProcess redis) {
        return """
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes: [{name: all, answer: {status: 204}, filters: [limit]}]
                filters:
                  - name: limit
                    rate-limit: {layers: [{rate: %d/s, burst: %d}], store: limits, timeout: 1s, unavailable: closed, fields: never}
                stores: [{name: limits, redis: {url: "%s"}}]
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(RATE, BURST, redis.url());
    }

    @Test
    void fourProcessesLetAsManyInAsOneWould() throws Exception {
        RedisProcess redis = opened(RedisProcess.start(folder));
        List<GatewayProcess> nodes = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            nodes.add(opened(GatewayProcess.start(
                    folder, yaml(redis), "-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")));
        }
        for (GatewayProcess node : nodes) {
            Await.until("connected", Duration.ofSeconds(20), () -> ready(node));
        }
        Http1Origin.Connection last = connection(nodes.getFirst());
        Tally before = new Tally();
        load(nodes, () -> before.refused.get() > 0, before);
        Empty begin = empty(last, redis, before);

        Tally tally = new Tally();
        load(nodes, () -> redis.micros() > begin.notAfter() + MICROS, tally);
        Empty end = empty(last, redis, tally);

        // all that came in between two moments at which the bucket was empty, but for a token that was on its way
        long least = (end.notBefore() - begin.notAfter()) * RATE / 1_000_000 - 1;
        long most = (end.notAfter() - begin.notBefore()) * RATE / 1_000_000 + 1;
        assertThat(before.other.get() + tally.other.get()).isZero();
        assertThat(tally.refused.get()).as("%s", tally).isPositive();
        assertThat(tally.admitted.get()).as("%s", tally).isBetween(least * 99 / 100, most * 101 / 100);
    }

    /** When the bucket was empty, by the store's clock. */
    private record Empty(long notBefore, long notAfter) {}

    private static Empty empty(Http1Origin.Connection connection, RedisProcess redis, Tally tally) throws IOException {
        long notBefore;
        do {
            notBefore = redis.micros();
        } while (tally.count(ask(connection)) == 204);
        return new Empty(notBefore, redis.micros());
    }

    private static boolean ready(GatewayProcess node) {
        try {
            return node.admin("/readyz").body().contains("\"name\":\"store-limits\",\"ok\":true");
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private void load(List<GatewayProcess> nodes, BooleanSupplier enough, Tally tally) throws Exception {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        AtomicBoolean over = new AtomicBoolean();
        List<Thread> threads = new ArrayList<>();
        for (GatewayProcess node : nodes) {
            for (int i = 0; i < CALLERS; i++) {
                Http1Origin.Connection connection = connection(node);
                threads.add(Thread.ofVirtual().start(() -> {
                    try {
                        while (!over.get()) {
                            tally.count(ask(connection));
                        }
                    } catch (IOException | RuntimeException e) {
                        failure.compareAndSet(null, e);
                    }
                }));
            }
        }
        try {
            Await.until("the end of the load", Duration.ofSeconds(60), enough);
        } finally {
            over.set(true);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failure.get()).isNull();
    }

    private Http1Origin.Connection connection(GatewayProcess node) throws IOException {
        return opened(new Http1Origin.Connection(
                new Socket(node.address().getAddress(), node.address().getPort())));
    }

    private static int ask(Http1Origin.Connection connection) throws IOException {
        connection.send("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n");
        String head = connection.head();
        String body = connection.text(Http1Origin.length(head));
        assertThat(body.getBytes(StandardCharsets.ISO_8859_1).length).isLessThan(100);
        return Integer.parseInt(head.substring(9, 12));
    }

    /** What callers saw. */
    private static final class Tally {
        final AtomicLong admitted = new AtomicLong();
        final AtomicLong refused = new AtomicLong();
        final AtomicLong other = new AtomicLong();

        int count(int status) {
            (switch (status) {
                        case 204 -> admitted;
                        case 429 -> refused;
                        default -> other;
                    })
                    .incrementAndGet();
            return status;
        }

        @Override
        public String toString() {
            return admitted + " admitted, " + refused + " refused, " + other + " others";
        }
    }
}

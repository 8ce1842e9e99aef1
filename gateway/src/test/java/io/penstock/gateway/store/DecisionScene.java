// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import static java.util.Objects.requireNonNull;

import io.penstock.gateway.config.ConfigReader;
import io.penstock.gateway.config.store.StoreConfig;
import io.penstock.gateway.exchange.GatewayException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A store that decides, of each kind, with its own time. */
final class DecisionScene implements AutoCloseable {
    /** Long, since a busy machine is no fault. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Duration SOON = Duration.ofSeconds(20);

    /** The embedded store, whose time is moved by hand; one Redis; a cluster. */
    enum Kind {
        EMBEDDED,
        REDIS,
        CLUSTER
    }

    private final List<AutoCloseable> open = new ArrayList<>();
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000_000_000L); // it may wrap around
    private final @Nullable RedisProcess redis;
    private final Decisions decisions;
    private @Nullable Store store;

    private DecisionScene(Kind kind, Path folder) throws IOException {
        RedisProcess single = null;
        switch (kind) {
            case EMBEDDED -> decisions = new EmbeddedDecisions("jobs", 1_000, nanos::get);
            case REDIS -> {
                single = opened(RedisProcess.start(folder));
                decisions = connected("url: \"" + single.url() + "\"");
            }
            case CLUSTER -> {
                RedisCluster cluster = opened(RedisCluster.start(folder));
                decisions = connected("url: \"" + cluster.url() + "\", topology: cluster");
                single = cluster.masters().getFirst();
            }
            default -> throw new AssertionError(kind);
        }
        redis = single;
    }

    static DecisionScene of(Kind kind, Path folder) throws IOException {
        return new DecisionScene(kind, folder);
    }

    private Decisions connected(String keys) throws IOException {
        Store made = opened(store(keys));
        store = made;
        made.start();
        until("connected", made::available);
        return made.decisions();
    }

    /** A store of this configuration, not yet started. */
    static Store store(String keys) {
        StoreConfig config =
                ConfigReader.read("""
                        listeners: [{name: main, address: 127.0.0.1, port: 0}]
                        routes: [{name: all, answer: {status: 200}}]
                        stores: [{name: jobs, redis: {connect-timeout: 1s, read-timeout: 1s, %s}}]
                        """.formatted(keys), Map.of()).stores().getFirst();
        return Store.of(config);
    }

    Decisions decisions() {
        return decisions;
    }

    RedisProcess redis() {
        return requireNonNull(redis);
    }

    Store store() {
        return requireNonNull(store);
    }

    /** Time passes for the store: on its clock or on the machine's. */
    void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
        if (redis != null) {
            long until = micros() + time.toNanos() / 1_000 + 1;
            until("time", () -> micros() >= until);
        }
    }

    /** The store's time. */
    long micros() {
        return redis == null ? nanos.get() / 1_000 : redis.micros();
    }

    Taken take(String key, Bucket bucket, int least, int most) {
        return decisions.take(key, bucket, least, most, PATIENCE);
    }

    /** Whether there is an answer, whatever it is. */
    static boolean answers(Decisions decisions) {
        try {
            decisions.take("any", new Bucket(1_000, Duration.ofSeconds(1), 1_000), 1, 1, PATIENCE);
            return true;
        } catch (GatewayException e) {
            return false;
        }
    }

    static void until(String what, BooleanSupplier met) {
        long deadline = System.nanoTime() + SOON.toNanos();
        while (!met.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within " + SOON + ": " + what);
            }
            LockSupport.parkNanos(2_000_000);
        }
    }

    <T extends AutoCloseable> T opened(T part) {
        open.add(part);
        return part;
    }

    @Override
    public void close() throws IOException {
        for (AutoCloseable part : open.reversed()) {
            try {
                part.close();
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
    }
}

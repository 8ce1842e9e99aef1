// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.token;

import io.penstock.gateway.config.filter.JwksConfig;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.side.Asker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The keys that a service publishes. Those of the last good answer serve until there is another one: a service that is slow, away, or answers
 * with something else changes nothing. They are asked for again in the background when they are as old as {@code refresh} and somebody needs
 * them, and at once for a token whose key is not among them, but for such tokens at most once per {@code retry}, however many there are.
 *
 * <p>One question is under way at a time, on a thread of its own. Safe for use by any thread.
 */
final class RemoteKeys {
    private static final System.Logger LOG = System.getLogger(RemoteKeys.class.getName());
    /** Between two questions while there is no key at all. */
    private static final long LEAST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final JwksConfig config;
    private final Asker cluster;
    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable Answer last;
    private volatile String problem = "not asked yet";
    /** Under the lock: the question that is under way. */
    private @Nullable CountDownLatch running;
    /** Under the lock: when the last question began, of any kind, and of those for unknown keys; with whether there was one. */
    private long askedNanos;

    private boolean asked;
    private long unknownNanos;
    private boolean unknown;

    private record Answer(List<VerificationKey> keys, long nanos) {}

    RemoteKeys(JwksConfig config, Asker cluster, LongSupplier nanoTime) {
        this.config = config;
        this.cluster = cluster;
        this.nanoTime = nanoTime;
    }

    /** The keys as they are known; begins to ask for them when they are old. Never blocks; null when there never were any. */
    @Nullable
    List<VerificationKey> now() {
        Answer held = last;
        long now = nanoTime.getAsLong();
        if (held == null || now - held.nanos() >= config.refresh().toNanos()) {
            begin(now, held == null ? LEAST_PAUSE_NANOS : config.retry().toNanos());
        }
        return held == null ? null : held.keys();
    }

    /** Waits for a question that is under way, or for none. Blocks up to the timeout. */
    void await() {
        CountDownLatch under;
        lock.lock();
        try {
            under = running;
        } finally {
            lock.unlock();
        }
        await(under);
    }

    /** Asks again since a token names another key, unless that was done lately; blocks up to the timeout. */
    void askForUnknown() {
        long now = nanoTime.getAsLong();
        CountDownLatch under;
        lock.lock();
        try {
            if (running == null
                    && (!unknown || now - unknownNanos >= config.retry().toNanos())) {
                unknown = true;
                unknownNanos = now;
                start(now);
            }
            under = running;
        } finally {
            lock.unlock();
        }
        await(under);
    }

    private void await(@Nullable CountDownLatch under) {
        try {
            if (under != null && !under.await(patience().toNanos(), TimeUnit.NANOSECONDS)) {
                LOG.log(System.Logger.Level.DEBUG, "keys of cluster {0} are late", config.cluster());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Duration patience() {
        return config.timeout().plusMillis(100);
    }

    private void begin(long now, long pauseNanos) {
        if (!lock.tryLock()) {
            return; // somebody is at it
        }
        try {
            if (running == null && (!asked || now - askedNanos >= pauseNanos)) {
                start(now);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Under the lock. */
    private void start(long now) {
        CountDownLatch over = new CountDownLatch(1);
        asked = true;
        askedNanos = now;
        running = over;
        Thread.ofVirtual().name("keys of " + config.cluster()).start(() -> ask(over));
    }

    private void ask(CountDownLatch over) {
        try {
            List<VerificationKey> found = KeyTexts.read(fetched());
            replace(found);
        } catch (IOException | RuntimeException e) {
            failed(e instanceof GatewayException why ? why.reason().slug() + ": " + why.detail() : e.getMessage());
        } finally {
            lock.lock();
            try {
                running = null;
            } finally {
                lock.unlock();
            }
            over.countDown();
        }
    }

    private void failed(@Nullable String why) {
        problem = String.valueOf(why);
        LOG.log(
                System.Logger.Level.WARNING,
                "cluster {0} gave no keys for {1}, {2}: {3}",
                config.cluster(),
                config.path(),
                last == null ? "there are none" : "the earlier ones serve",
                problem);
    }

    private String fetched() throws IOException {
        Head request = new Head()
                .add(":method", "GET")
                .add(":scheme", "http")
                .add(":path", config.path())
                .add("accept", "application/jwk-set+json, application/json");
        Asker.Reply reply = cluster.ask(request, config.maxBytes(), config.timeout());
        if (reply.head().status() != 200) {
            throw new IOException("the answer is " + reply.head().status() + ", expected 200");
        }
        if (!reply.whole()) {
            throw new IOException("the answer has more than " + config.maxBytes() + " bytes");
        }
        String text = new String(reply.body(), StandardCharsets.UTF_8);
        if (!text.stripLeading().startsWith("{")) {
            throw new IOException("the answer is no JWKS");
        }
        return text;
    }

    /** Keys that are as before stay the same objects, so that tokens which they have verified stay so; the others go out of use. */
    private void replace(List<VerificationKey> found) {
        Answer before = last;
        List<VerificationKey> old = before == null ? List.of() : before.keys();
        List<VerificationKey> next = new ArrayList<>();
        for (VerificationKey key : found) {
            next.add(old.stream().filter(key::same).findFirst().orElse(key));
        }
        last = new Answer(List.copyOf(next), nanoTime.getAsLong());
        problem = "";
        old.stream().filter(key -> !next.contains(key)).forEach(VerificationKey::retire);
        if (!next.equals(old)) {
            LOG.log(System.Logger.Level.INFO, "cluster {0} gave other keys: {1}", config.cluster(), next);
        }
    }

    /** Why there are no keys, or no newer ones; empty when the last answer was good. */
    String problem() {
        return problem;
    }

    /** How many there are, and from whom, for who asks why. */
    String text() {
        Answer held = last;
        return (held == null ? "no keys" : held.keys().size() + " keys") + " of cluster " + config.cluster()
                + (problem.isEmpty() ? "" : " (" + problem + ")");
    }
}

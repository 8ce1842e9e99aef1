// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import static io.penstock.gateway.store.DecisionScene.PATIENCE;
import static io.penstock.gateway.store.DecisionScene.answers;
import static io.penstock.gateway.store.DecisionScene.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.gateway.FreePort;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.store.DecisionScene.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Decisions while a real Redis does what a Redis does. */
@Timeout(60)
class RedisDecisionsTest {
    private static final Bucket FIVE = new Bucket(1, Duration.ofHours(1), 5);
    private static final Duration SHORT = Duration.ofMillis(20);

    @TempDir
    static Path folder;

    @SuppressWarnings("NullAway.Init")
    private DecisionScene scene;

    @BeforeEach
    void start() throws Exception {
        scene = DecisionScene.of(Kind.REDIS, folder);
    }

    @AfterEach
    void close() throws Exception {
        scene.close();
    }

    private static void assertUnavailable(String why, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        GatewayException.class, e -> assertThat(e.reason()).isEqualTo(Cause.STORE_UNAVAILABLE))
                .hasMessageContaining(why);
    }

    /** Another store before this Redis. */
    private Decisions through(String url) throws Exception {
        Store store = scene.opened(DecisionScene.store("url: \"" + url + "\""));
        store.start();
        return store.decisions();
    }

    private ConnectionCounts line() {
        return scene.store().connections().stream()
                .filter(counts -> counts.use().equals("decide"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void failsWithoutWaitingWhileItIsAwayAndWorksOnceItIsThere() throws Exception {
        int port = FreePort.next();
        Decisions decisions = through("redis://127.0.0.1:" + port);
        assertUnavailable("", () -> decisions.take("a", FIVE, 1, 1, SHORT));
        assertUnavailable("", () -> decisions.once("a", Duration.ofHours(1), SHORT));

        scene.opened(RedisProcess.at(port, folder));

        until("answers", () -> answers(decisions));
        assertThat(decisions.take("a", FIVE, 5, 5, PATIENCE).tokens()).isEqualTo(5);
    }

    @Test
    void givesUpAfterItsTimeWhileItHangsAndGoesOnAfterwards() throws Exception {
        assertThat(scene.take("a", FIVE, 1, 1).granted()).isTrue();

        scene.redis().hang();
        assertUnavailable("no answer within ", () -> scene.decisions().take("a", FIVE, 1, 1, SHORT));
        assertUnavailable("owes answers", () -> scene.decisions().take("a", FIVE, 1, 1, SHORT));
        until("nobody waits for it", () -> !scene.store().available());
        scene.redis().wakeUp();

        until("answers", () -> answers(scene.decisions()));
        assertThat(scene.take("a", FIVE, 1, 5).tokens()).isBetween(3, 4);
    }

    /** A server that is slow for a moment costs nobody a connection, and what was asked for by those who gave up is not taken twice. */
    @Test
    void keepsItsConnectionThroughLateAnswers() throws Exception {
        HoldingProxy proxy = scene.opened(new HoldingProxy(scene.redis().port(), "*2\r\n:1"));
        Store store = scene.opened(DecisionScene.store("url: \"" + proxy.url() + "\""));
        store.start();
        Decisions decisions = store.decisions();
        until("connected", store::available);

        assertUnavailable("no answer within ", () -> decisions.take("a", FIVE, 1, 1, SHORT));
        proxy.release();

        until("answers", () -> answers(decisions));
        assertThat(decisions.take("a", FIVE, 1, 5, PATIENCE).tokens()).isEqualTo(4);
        assertThat(store.connections().stream()
                        .filter(counts -> counts.use().equals("decide"))
                        .findFirst()
                        .orElseThrow()
                        .opened())
                .isEqualTo(1);
    }

    @Test
    void turnsAwayWhoFindsTheLineFull() throws Exception {
        assertThat(answers(scene.decisions())).isTrue();
        AtomicInteger turnedAway = new AtomicInteger();
        AtomicInteger answered = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        Bucket large = new Bucket(1, Duration.ofHours(1), 100_000);

        scene.redis().hang();
        for (int i = 0; i < RedisLine.MOST_WAITING + 2 * RedisLine.MOST_AT_ONCE; i++) {
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    answered.addAndGet(scene.take("a", large, 1, 1).tokens());
                } catch (GatewayException e) {
                    if (e.detail().contains("wait already")) {
                        turnedAway.incrementAndGet();
                    }
                }
            }));
        }
        until("turned away", () -> turnedAway.get() > 0);
        scene.redis().wakeUp();
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(turnedAway.get()).isLessThanOrEqualTo(2 * RedisLine.MOST_AT_ONCE);
        until("answers", () -> answers(scene.decisions()));
    }

    @Test
    void sendsTheScriptAgainWhenItWasForgotten() throws Exception {
        assertThat(scene.take("a", FIVE, 3, 3).granted()).isTrue();

        scene.redis().call("SCRIPT", "FLUSH");

        assertThat(scene.take("a", FIVE, 1, 5).tokens()).isEqualTo(2);
        assertThat(scene.redis().calls("eval")).isEqualTo(2);
        assertThat(line().opened()).isEqualTo(1);
    }

    @Test
    void goesOnAfterARestart() throws Exception {
        assertThat(scene.take("a", FIVE, 5, 5).granted()).isTrue();
        assertThat(scene.decisions().once("n", Duration.ofHours(1), PATIENCE)).isTrue();

        scene.redis().restart();

        until("answers", () -> answers(scene.decisions()));
        assertThat(scene.take("a", FIVE, 5, 5).tokens()).isEqualTo(5);
        assertThat(scene.decisions().once("n", Duration.ofHours(1), PATIENCE)).isTrue();
    }

    /** As servers do with idle ones. */
    @Test
    void nobodySeesThatTheServerClosedTheConnection() throws Exception {
        assertThat(scene.take("a", FIVE, 3, 3).granted()).isTrue();

        scene.redis().call("CLIENT", "KILL", "TYPE", "normal");
        assertThat(scene.take("a", FIVE, 1, 5).tokens()).isEqualTo(2);
        scene.redis().call("CLIENT", "KILL", "TYPE", "normal");
        assertThat(scene.decisions().once("n", Duration.ofHours(1), PATIENCE)).isTrue();

        assertThat(scene.decisions().once("n", Duration.ofHours(1), PATIENCE)).isFalse();
        assertThat(line().opened()).isEqualTo(3);
    }

    @Test
    void knowsItsOwnValueAgainWhenTheAnswerGotLost() throws Exception {
        HoldingProxy proxy = scene.opened(new HoldingProxy(scene.redis().port(), "not yet"));
        Store store = scene.opened(DecisionScene.store("url: \"" + proxy.url() + "\""));
        store.start();
        until("answers", () -> answers(store.decisions()));
        proxy.hold("+OK\r\n");
        Thread cutting = Thread.ofVirtual().start(() -> {
            try {
                assertThat(proxy.awaitHeld()).isTrue();
                until("it is stored", () -> scene.redis().call("GET", "n") != null);
                proxy.cut();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });

        boolean first = store.decisions().once("n", Duration.ofHours(1), PATIENCE);
        cutting.join();

        assertThat(first).isTrue();
        until("answers", () -> answers(store.decisions()));
        assertThat(store.decisions().once("n", Duration.ofHours(1), PATIENCE)).isFalse();
    }

    @Test
    void failsOnAServerThatMayNotWriteAndWorksWhenItMay() throws Exception {
        assertThat(answers(scene.decisions())).isTrue();

        scene.redis().call("REPLICAOF", "127.0.0.1", "1");
        until(
                "read only",
                () -> String.valueOf(scene.redis().call("INFO", "replication")).contains("role:slave"));
        assertUnavailable("", () -> scene.decisions().once("n", Duration.ofHours(1), PATIENCE));
        assertUnavailable("READONLY", () -> scene.decisions().once("n", Duration.ofHours(1), PATIENCE));
        scene.redis().call("REPLICAOF", "NO", "ONE");

        until("answers", () -> answers(scene.decisions()));
        assertThat(scene.decisions().once("n", Duration.ofHours(1), PATIENCE)).isTrue();
    }

    @Test
    void followsAFailoverThatASentinelMakes() throws Exception {
        RedisProcess master = scene.opened(RedisProcess.start(folder));
        RedisProcess replica = scene.opened(RedisProcess.start(folder, "--replicaof", "127.0.0.1 " + master.port()));
        RedisProcess sentinel = scene.opened(RedisProcess.sentinel(folder, master));
        sentinel.awaitReady();
        until("the replica follows", () -> says(replica, "replication", "master_link_status:up"));
        until("the sentinel knows it", () -> says(sentinel, "sentinel", "slaves=1"));
        Store store = scene.opened(
                DecisionScene.store("url: \"" + sentinel.url() + "\", topology: sentinel, sentinel-master: jobs"));
        store.start();
        until("answers", () -> answers(store.decisions()));
        assertThat(store.decisions().take("a", FIVE, 3, 3, PATIENCE).tokens()).isEqualTo(3);
        until("the replica has it", () -> replica.call("GET", "a") != null);

        master.hang();
        until("the replica is the master", () -> says(replica, "replication", "role:master"));

        until("answers", () -> answers(store.decisions()));
        assertThat(store.decisions().take("a", FIVE, 1, 5, PATIENCE).tokens()).isEqualTo(2);
        master.wakeUp();
        until("the old master follows", () -> says(master, "replication", "role:slave"));
        assertThat(store.decisions().take("a", FIVE, 1, 5, PATIENCE).tokens()).isZero();
    }

    private static boolean says(RedisProcess redis, String section, String text) {
        return String.valueOf(redis.call("INFO", section)).contains(text);
    }

    @Test
    void leavesAloneWhatIsNoBucket() {
        scene.redis().call("LPUSH", "list", "x");
        scene.redis().call("SET", "text", "127.0.0.1:80");
        scene.redis().call("SET", "fraction", "1.5 7");

        assertUnavailable("WRONGTYPE", () -> scene.take("list", FIVE, 1, 1));
        assertUnavailable("WRONGTYPE", () -> scene.take("text", FIVE, 1, 1));
        assertUnavailable("WRONGTYPE", () -> scene.take("fraction", FIVE, 1, 1));

        assertThat(scene.redis().call("GET", "text")).isEqualTo("127.0.0.1:80");
        assertThat(scene.store().available()).isTrue();
        assertThat(scene.take("a", FIVE, 1, 1).granted()).isTrue();
        assertThat(scene.decisions().once("list", Duration.ofHours(1), PATIENCE))
                .isFalse();
    }

    /** An empty bucket of an hour from now is an empty bucket of now, and fills. */
    @Test
    void aClockThatWasPutBackDoesNotKeepTheBucketEmpty() {
        Bucket bucket = new Bucket(20, Duration.ofSeconds(1), 2);
        long later = scene.micros() + 3_600_000_000L;
        scene.redis().call("SET", "a", bucket.capacityUnits() + " " + later);

        assertThat(scene.take("a", bucket, 1, 1).granted()).isFalse();
        scene.pass(Duration.ofMillis(51));

        assertThat(scene.take("a", bucket, 1, 1).granted()).isTrue();
        scene.redis().call("SET", "a", bucket.capacityUnits() + " 1");
        assertThat(scene.take("a", bucket, 1, 100).tokens()).isEqualTo(2);
    }

    /** As errata has it: an expiry with a fraction is an error after the state was written. */
    @Test
    void leavesNothingBehindForABucketThatIsFull() {
        for (int rate : new int[] {3, 7, 11, 997}) {
            Bucket bucket = new Bucket(rate, Duration.ofSeconds(1), 2);
            assertThat(scene.take("a" + rate, bucket, 1, 1).granted()).isTrue();
            assertThat((Long) scene.redis().call("PTTL", "a" + rate)).isLessThanOrEqualTo(1000 / rate + 1);
        }
        until("all are gone", () -> Long.valueOf(0).equals(scene.redis().call("DBSIZE")));
        scene.take("b", FIVE, 1, 1);
        scene.decisions().giveBack("b", FIVE, 1);
        until("it is gone", () -> Long.valueOf(0).equals(scene.redis().call("EXISTS", "b")));
    }

    @Test
    void theEmbeddedOneNeverForgetsAValueBeforeItsTime() {
        long[] now = {0};
        EmbeddedDecisions decisions = new EmbeddedDecisions("jobs", 3, () -> now[0]);
        for (int i = 0; i < 3; i++) {
            assertThat(decisions.once("n" + i, Duration.ofSeconds(1), SHORT)).isTrue();
        }

        assertUnavailable("remembers 3", () -> decisions.once("n3", Duration.ofSeconds(1), SHORT));
        assertThat(decisions.memory().getFirst().used()).isEqualTo(3);

        now[0] = Duration.ofSeconds(2).toNanos();
        assertThat(decisions.once("n3", Duration.ofSeconds(1), SHORT)).isTrue();
        assertThat(decisions.once("n3", Duration.ofSeconds(1), SHORT)).isFalse();
    }
}

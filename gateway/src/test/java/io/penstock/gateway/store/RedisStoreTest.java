// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import static io.penstock.gateway.lookup.Lookups.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.gateway.FreePort;
import io.penstock.gateway.Kept;
import io.penstock.gateway.config.lookup.LookupConfig;
import io.penstock.gateway.config.store.RedisConfig;
import io.penstock.gateway.config.upstream.UpstreamConfig.Reuse;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.lookup.Lookup;
import io.penstock.gateway.lookup.Lookups;
import io.penstock.gateway.lookup.MovableClock;
import io.penstock.gateway.lookup.NameCache;
import io.penstock.gateway.lookup.Target;
import io.penstock.gateway.store.ConnectionCounts.Ending;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.DefaultJedisClientConfig;

/** With real servers: what users of a lookup see while Redis does what a Redis does. */
@Timeout(30)
class RedisStoreTest {
    private static final int MAX_CONNECTIONS = 8;

    @TempDir
    static Path folder;

    @RegisterExtension
    final Kept open = new Kept();

    private final MovableClock clock = new MovableClock();

    private RedisProcess redis;

    @BeforeEach
    void start() throws IOException {
        redis = started();
    }

    @Test
    void seesAPlainSetByAnyoneAtTheNextCall() throws Exception {
        redis.call("SET", "j-1", "127.0.0.1:9001");
        Heard heard = lookup("${jobid}", redis.url());
        Target before = heard.lookup.resolve(request("j-1"));

        redis.call("SET", "j-1", "127.0.0.1:9002");
        heard.awaitChange("j-1");

        assertThat(before.text()).isEqualTo("127.0.0.1:9001");
        assertThat(heard.lookup.resolve(request("j-1")).text()).isEqualTo("127.0.0.1:9002");
    }

    @Test
    void asksOnceForAKeyThatDoesNotChange() throws Exception {
        redis.call("SET", "j-1", "127.0.0.1:9001");
        Lookup lookup = lookup("${jobid}", redis.url()).lookup;
        Target target = lookup.resolve(request("j-1"));
        redis.call("SET", "j-2", "127.0.0.1:9002");

        for (int i = 0; i < 100; i++) {
            assertThat(lookup.ready(request("j-1"))).isSameAs(target);
        }

        assertThat(redis.calls("get")).isEqualTo(1);
    }

    @Test
    void asksForEveryRequestWhenNothingIsCached() throws Exception {
        redis.call("SET", "j-1", "127.0.0.1:9001");
        Heard heard = lookup(Lookups.uncached("${jobid}"), with(redis.url(), Reuse.ALWAYS, Duration.ofMinutes(1)));

        for (int i = 0; i < 20; i++) {
            assertThat(heard.lookup.ready(request("j-1"))).isNull();
            assertThat(heard.lookup.resolve(request("j-1")).text()).isEqualTo("127.0.0.1:9001");
        }

        assertThat(redis.calls("get")).isEqualTo(20);
        assertThat(heard.counts("get").opened()).isEqualTo(1);
        assertThat(heard.lookup.size()).isZero();
        assertThat(heard.lookup.counts().loads()).isEqualTo(20);
        redis.call("DEL", "j-1");
        assertRefused(Cause.KEY_UNKNOWN, () -> heard.lookup.resolve(request("j-1")));
    }

    @Test
    void servesNothingFromBeforeWhenNothingIsCachedAndRedisIsAway() throws Exception {
        redis.call("SET", "j-1", "127.0.0.1:9001");
        Heard heard = lookup(Lookups.uncached("${jobid}"), with(redis.url(), Reuse.ALWAYS, Duration.ofMinutes(1)));
        heard.lookup.resolve(request("j-1"));

        redis.kill();

        assertRefused(Cause.STORE_UNAVAILABLE, () -> heard.lookup.resolve(request("j-1")));
        assertThat(heard.lookup.counts().failures()).isEqualTo(1);
    }

    @Test
    void opensAConnectionForEachQuestionAndClosesItAfterwards() throws Exception {
        redis.call("SET", "j-1", "127.0.0.1:9001");
        Heard heard = lookup(Lookups.uncached("${jobid}"), with(redis.url(), Reuse.NEVER, Duration.ofMinutes(1)));

        for (int i = 0; i < 20; i++) {
            heard.lookup.resolve(request("j-1"));
        }

        ConnectionCounts gets = heard.counts("get");
        assertThat(gets.opened()).isEqualTo(20);
        assertThat(gets.open()).isZero();
        assertThat(gets.reused()).isZero();
        assertThat(gets.closed()).isEqualTo(java.util.Map.of(Ending.NOT_REUSED, 20L));
    }

    @Test
    void closesAConnectionThatWasIdleForAsLongAsConfigured() throws Exception {
        redis.call("SET", "j-1", "127.0.0.1:9001");
        Heard heard = lookup(Lookups.config("${jobid}"), with(redis.url(), Reuse.ALWAYS, Duration.ofSeconds(1)));
        heard.lookup.resolve(request("j-1"));

        await(() -> heard.count("get", Ending.IDLE) == 1);

        assertThat(heard.counts("get").open()).isZero();
    }

    @Test
    void hearsOfItsPrefixOnly() throws Exception {
        Heard heard = lookup("job:${jobid}", redis.url());

        redis.call("SET", "other", "x");
        redis.call("SET", "job:1", "127.0.0.1:9001");
        heard.awaitChange("job:1");

        assertThat(heard.changes).containsExactly("job:1");
        assertThat(heard.lookup.resolve(request("1")).text()).isEqualTo("127.0.0.1:9001");
    }

    @Test
    void hearsOfDeletedExpiredAndRenamedKeys() throws Exception {
        Heard heard = lookup("${jobid}", redis.url());
        redis.call("MSET", "a", "127.0.0.1:1", "b", "127.0.0.1:2", "c", "127.0.0.1:3");
        heard.awaitChange("c");
        for (String key : List.of("a", "b", "c")) {
            heard.lookup.resolve(request(key));
        }
        heard.forget();

        redis.call("DEL", "a");
        redis.call("PEXPIRE", "b", "1");
        redis.call("RENAME", "c", "d");
        heard.awaitChange("d");
        heard.awaitCount("b", 2);

        assertRefused(Cause.KEY_UNKNOWN, () -> heard.lookup.resolve(request("a")));
        assertRefused(Cause.KEY_UNKNOWN, () -> heard.lookup.resolve(request("b")));
        assertRefused(Cause.KEY_UNKNOWN, () -> heard.lookup.resolve(request("c")));
        assertThat(heard.lookup.resolve(request("d")).text()).isEqualTo("127.0.0.1:3");
    }

    @Test
    void loadsAKeyOnceForAllWhoWaitForIt() throws Exception {
        redis.call("SET", "j-1", "127.0.0.1:9001");
        Lookup lookup = lookup("${jobid}", redis.url()).lookup;
        lookup.resolve(request("j-1"));
        redis.call("CONFIG", "RESETSTAT");
        redis.call("SET", "j-2", "127.0.0.1:9002");
        redis.call("CLIENT", "PAUSE", "300", "ALL");

        AtomicInteger right = new AtomicInteger();
        together(64, () -> {
            if (lookup.resolve(request("j-2")).text().equals("127.0.0.1:9002")) {
                right.incrementAndGet();
            }
        });

        assertThat(right).hasValue(64);
        assertThat(redis.calls("get")).isEqualTo(1);
        assertThat(lookup.counts().joined()).isPositive();
    }

    /** The answer left Redis before the change and arrives after the word of it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void keepsNoAnswerFromBeforeAChange(boolean askedMeanwhile) throws Exception {
        redis.call("SET", "j-1", "127.0.0.1:9001");
        HoldingProxy proxy = new HoldingProxy(redis.port(), "127.0.0.1:9001");
        open.add(proxy);
        Heard heard = lookup("${jobid}", proxy.url());
        List<String> first = java.util.Collections.synchronizedList(new ArrayList<>());
        Thread asking = Thread.ofVirtual()
                .start(() -> first.add(heard.lookup.resolve(request("j-1")).text()));
        assertThat(proxy.awaitHeld()).isTrue();

        redis.call("SET", "j-1", "127.0.0.1:9002");
        heard.awaitChange("j-1");
        if (askedMeanwhile) {
            assertThat(heard.lookup.resolve(request("j-1")).text()).isEqualTo("127.0.0.1:9002");
        }
        proxy.release();
        asking.join();

        assertThat(first).containsExactly("127.0.0.1:9001");
        assertThat(heard.lookup.resolve(request("j-1")).text()).isEqualTo("127.0.0.1:9002");
        assertThat(redis.calls("get")).isEqualTo(2);
    }

    @Test
    void remembersAnAbsentKeyAndFindsItOnceItIsSet() throws Exception {
        Heard heard = lookup("${jobid}", redis.url());
        assertRefused(Cause.KEY_UNKNOWN, () -> heard.lookup.resolve(request("j-1")));
        assertRefused(Cause.KEY_UNKNOWN, () -> heard.lookup.ready(request("j-1")));
        assertThat(redis.calls("get")).isEqualTo(1);

        redis.call("SET", "j-1", "127.0.0.1:9001");
        heard.awaitChange("j-1");

        assertThat(heard.lookup.resolve(request("j-1")).text()).isEqualTo("127.0.0.1:9001");
    }

    @Test
    void refusesAKeyThatHasNoString() throws Exception {
        redis.call("RPUSH", "j-1", "127.0.0.1:9001");
        Lookup lookup = lookup("${jobid}", redis.url()).lookup;

        assertRefused(Cause.MALFORMED_TARGET, () -> lookup.resolve(request("j-1")));
        assertRefused(Cause.MALFORMED_TARGET, () -> lookup.ready(request("j-1")));
    }

    @Test
    void startsWithoutRedisAndServesOnceItIsThere() throws Exception {
        int port = FreePort.next();
        Heard heard = lookup("${jobid}", "redis://127.0.0.1:" + port);
        assertRefused(Cause.STORE_UNAVAILABLE, () -> heard.lookup.resolve(request("j-1")));
        assertThat(heard.store.problem()).isNotNull();

        RedisProcess redis = RedisProcess.at(port, folder);
        open.add(redis);
        redis.call("SET", "j-1", "127.0.0.1:9001");
        await(heard.store::available);

        assertThat(heard.lookup.resolve(request("j-1")).text()).isEqualTo("127.0.0.1:9001");
    }

    @Test
    void servesKnownTargetsWhileRedisIsKilledAndNewOnesOnceItIsBack() throws Exception {
        redis.call("SET", "j-1", "127.0.0.1:9001");
        Heard heard = lookup("${jobid}", redis.url());
        Target known = heard.lookup.resolve(request("j-1"));

        redis.kill();
        heard.awaitAllChanged();

        assertThat(heard.lookup.resolve(request("j-1"))).isSameAs(known);
        assertThat(heard.lookup.ready(request("j-1"))).isSameAs(known);
        assertThat(heard.lookup.explain("j-1").state().name()).isEqualTo("STALE");
        assertRefused(Cause.STORE_UNAVAILABLE, () -> heard.lookup.resolve(request("j-2")));

        redis.restart();
        redis.call("SET", "j-1", "127.0.0.1:9003");
        await(heard.store::available);

        assertThat(heard.lookup.resolve(request("j-1")).text()).isEqualTo("127.0.0.1:9003");
    }

    @Test
    void servesNothingOlderThanTheStatedAge() throws Exception {
        redis.call("SET", "j-1", "127.0.0.1:9001");
        Heard heard = lookup("${jobid}", redis.url());
        heard.lookup.resolve(request("j-1"));
        redis.kill();
        heard.awaitAllChanged();

        clock.forward(Lookups.STALE.minusMillis(1));
        assertThat(heard.lookup.resolve(request("j-1")).text()).isEqualTo("127.0.0.1:9001");

        clock.forward(Duration.ofMillis(1));
        assertRefused(Cause.STORE_UNAVAILABLE, () -> heard.lookup.resolve(request("j-1")));
    }

    @Test
    void neverWaitsLongerThanItsTimeoutForARedisThatHangs() throws Exception {
        redis.call("SET", "j-1", "127.0.0.1:9001");
        Heard heard = lookup("${jobid}", redis.url());
        Target known = heard.lookup.resolve(request("j-1"));

        redis.hang();
        long start = System.nanoTime();
        together(200, () -> {
            assertThat(heard.lookup.resolve(request("j-1"))).isSameAs(known);
            assertRefused(Cause.STORE_UNAVAILABLE, () -> heard.lookup.resolve(request("j-2")));
        });
        Duration took = Duration.ofNanos(System.nanoTime() - start);

        assertThat(took).isLessThan(Duration.ofMillis(2500));
        await(() -> !heard.store.available());
        long failing = System.nanoTime();
        for (int i = 0; i < 1000; i++) {
            String key = "new-" + i;
            assertRefused(Cause.STORE_UNAVAILABLE, () -> heard.lookup.resolve(request(key)));
        }
        assertThat(Duration.ofNanos(System.nanoTime() - failing)).isLessThan(Duration.ofSeconds(1));
        assertThat(heard.lookup.resolve(request("j-1"))).isSameAs(known);

        redis.wakeUp();
        redis.call("SET", "j-1", "127.0.0.1:9002");
        await(heard.store::available);
        assertThat(heard.lookup.resolve(request("j-1")).text()).isEqualTo("127.0.0.1:9002");
    }

    @Test
    void servesWhatWasNotConfirmedForLongWhenRedisHangs() throws Exception {
        redis.call("SET", "j-1", "127.0.0.1:9001");
        Heard heard = lookup("${jobid}", redis.url());
        Target known = heard.lookup.resolve(request("j-1"));

        clock.forward(Lookups.FRESH.multipliedBy(2));
        redis.hang();

        assertThat(heard.lookup.resolve(request("j-1"))).isSameAs(known);
        assertThat(heard.lookup.counts().stale()).isEqualTo(1);
        await(() -> !heard.store.available());
        assertThat(heard.lookup.resolve(request("j-1"))).isSameAs(known);
    }

    @Test
    void noticesARedisThatHangsWithoutAnyQuestion() throws Exception {
        Heard heard = lookup("${jobid}", redis.url());
        await(heard.store::available);

        redis.hang();
        long start = System.nanoTime();
        await(() -> !heard.store.available());

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
        redis.wakeUp();
        await(heard.store::available);
        await(() -> heard.count("watch", Ending.TIMED_OUT) > 0);
    }

    @Test
    void forgetsEverythingWhenRedisIsFlushed() throws Exception {
        redis.call("SET", "j-1", "127.0.0.1:9001");
        Heard heard = lookup("${jobid}", redis.url());
        heard.lookup.resolve(request("j-1"));
        heard.forget();

        redis.call("FLUSHALL");
        heard.awaitAllChanged();

        assertRefused(Cause.KEY_UNKNOWN, () -> heard.lookup.resolve(request("j-1")));
    }

    @Test
    void asksAgainAboutEverythingWhenItsWatchIsCutOff() throws Exception {
        redis.call("SET", "j-1", "127.0.0.1:9001");
        Heard heard = lookup("${jobid}", redis.url());
        heard.lookup.resolve(request("j-1"));
        heard.forget();

        redis.call("CLIENT", "KILL", "TYPE", "pubsub");
        redis.call("SET", "j-1", "127.0.0.1:9002");
        await(() -> heard.all.availablePermits() >= 2 && heard.store.available());

        assertThat(heard.lookup.resolve(request("j-1")).text()).isEqualTo("127.0.0.1:9002");
        assertThat(heard.count("watch", Ending.PEER_CLOSED)).isEqualTo(1);
    }

    @Test
    void asksOnAnotherConnectionWhenTheServerClosedTheIdleOne() throws Exception {
        Heard heard = lookup("${jobid}", redis.url());
        redis.call("MSET", "j-1", "127.0.0.1:9001", "j-2", "127.0.0.1:9002");
        heard.lookup.resolve(request("j-1"));

        redis.call("CLIENT", "KILL", "TYPE", "normal");

        assertThat(heard.lookup.resolve(request("j-2")).text()).isEqualTo("127.0.0.1:9002");
        assertThat(heard.store.available()).isTrue();
    }

    @Test
    void countsItsConnections() throws Exception {
        Heard heard = lookup("${jobid}", redis.url());
        for (int i = 0; i < 5; i++) {
            String key = "j-" + i;
            assertRefused(Cause.KEY_UNKNOWN, () -> heard.lookup.resolve(request(key)));
        }

        ConnectionCounts gets = heard.counts("get");
        assertThat(gets.peer()).isEqualTo("127.0.0.1:" + redis.port());
        assertThat(gets.opened()).isEqualTo(1);
        assertThat(gets.open()).isEqualTo(1);
        assertThat(gets.reused()).isEqualTo(4);

        heard.store.close();
        await(() -> heard.count("watch", Ending.SHUT_DOWN) == 1);
        assertThat(heard.counts("get").closed()).containsExactly(java.util.Map.entry(Ending.SHUT_DOWN, 1L));
        assertThat(heard.counts("watch").open()).isZero();
    }

    @Test
    void opensNoMoreConnectionsThanItMay() throws Exception {
        Heard heard = lookup("${jobid}", redis.url());
        await(heard.store::available);
        redis.call("CLIENT", "PAUSE", "300", "ALL");

        AtomicInteger asked = new AtomicInteger();
        together(64, () -> {
            String key = "j-" + asked.incrementAndGet();
            assertRefused(Cause.KEY_UNKNOWN, () -> heard.lookup.resolve(request(key)));
        });

        assertThat(heard.lookup.counts().loads()).isEqualTo(64);
        assertThat(redis.calls("get")).isEqualTo(64);
        assertThat(heard.counts("get").opened()).isBetween(2L, (long) MAX_CONNECTIONS);
        assertThat(heard.counts("get").reused())
                .isEqualTo(64 - heard.counts("get").opened());
        assertThat(String.valueOf(redis.call("CLIENT", "LIST")).lines().filter(client -> client.contains(" cmd=get ")))
                .hasSize((int) heard.counts("get").opened());
    }

    @Test
    void logsInAsAUserWithFewRightsAndUsesADatabase() throws Exception {
        redis.call(
                "ACL",
                "SETUSER",
                "gate",
                "on",
                ">p@ss",
                "~job:*",
                "&__redis__:invalidate",
                "+get",
                "+ping",
                "+client|id",
                "+client|tracking",
                "+subscribe",
                "+select");
        Heard heard = lookup("job:${jobid}", "redis://gate:p%40ss@127.0.0.1:" + redis.port() + "/3");
        var third = DefaultJedisClientConfig.builder().resp2().database(3).build();
        redis.call(third, "SET", "job:1", "127.0.0.1:9001");
        await(heard.store::available);
        Target before = heard.lookup.resolve(request("1"));

        heard.forget();
        redis.call(third, "SET", "job:1", "127.0.0.1:9002");
        heard.awaitChange("job:1");

        assertThat(before.text()).isEqualTo("127.0.0.1:9001");
        assertThat(heard.lookup.resolve(request("1")).text()).isEqualTo("127.0.0.1:9002");
    }

    @Test
    void seesChangesOfAServerThatRefusesToTellThemWhenEntriesAge() throws Exception {
        redis.call("ACL", "SETUSER", "gate", "on", ">pass", "~*", "+get", "+ping");
        redis.call("SET", "j-1", "127.0.0.1:9001");
        Heard heard = lookup("${jobid}", "redis://gate:pass@127.0.0.1:" + redis.port());
        heard.lookup.resolve(request("j-1"));
        await(heard.store::available);

        redis.call("SET", "j-1", "127.0.0.1:9002");
        clock.forward(Lookups.FRESH);
        heard.lookup.resolve(request("j-1"));
        await(() -> heard.lookup.resolve(request("j-1")).text().equals("127.0.0.1:9002"));

        assertThat(heard.store.available()).isTrue();
    }

    @Test
    void isAwayWhileThePasswordIsWrong() throws Exception {
        RedisProcess redis = started("--requirepass", "right");
        Heard heard = lookup("${jobid}", "redis://:wrong-secret@127.0.0.1:" + redis.port());

        assertRefused(Cause.STORE_UNAVAILABLE, () -> heard.lookup.resolve(request("j-1")));
        assertThat(heard.store.problem()).contains("WRONGPASS").doesNotContain("wrong-secret");
    }

    @Test
    void speaksTlsAndVerifiesTheServer() throws Exception {
        Path authority = TestCertificates.make(folder, "tls");
        Path stranger = TestCertificates.make(folder, "stranger");
        int port = FreePort.next();
        RedisProcess redis = RedisProcess.begin(
                port,
                folder,
                "--tls-port",
                "--port",
                "0",
                "--tls-auth-clients",
                "no",
                "--tls-cert-file",
                authority.toString(),
                "--tls-key-file",
                folder.resolve("tls.key").toString(),
                "--tls-ca-cert-file",
                authority.toString());
        open.add(redis);
        String url = "rediss://127.0.0.1:" + port;

        Heard trusting = lookup("${jobid}", patient(url, authority));
        Heard doubting = lookup("${jobid}", patient(url, stranger));
        await(trusting.store::available);

        assertRefused(Cause.KEY_UNKNOWN, () -> trusting.lookup.resolve(request("j-1")));
        assertRefused(Cause.STORE_UNAVAILABLE, () -> doubting.lookup.resolve(request("j-1")));
    }

    @Test
    void refusesToStartWithoutItsAuthorities() throws IOException {
        Path empty = Files.writeString(folder.resolve("empty.pem"), "");
        RedisStore missing = new RedisStore(
                "r",
                config("rediss://127.0.0.1:1", RedisConfig.Topology.SINGLE, Optional.of(folder.resolve("none.pem"))));
        RedisStore nothing =
                new RedisStore("r", config("rediss://127.0.0.1:1", RedisConfig.Topology.SINGLE, Optional.of(empty)));

        assertThatThrownBy(missing::start).isInstanceOf(IOException.class).hasMessageContaining("none.pem");
        assertThatThrownBy(nothing::start).isInstanceOf(IOException.class).hasMessageContaining("holds no certificate");
    }

    @Test
    void followsAFailoverThatASentinelMakes() throws Exception {
        RedisProcess master = started();
        RedisProcess replica = started("--replicaof", "127.0.0.1 " + master.port());
        RedisProcess sentinel = RedisProcess.sentinel(folder, master);
        open.add(sentinel);
        sentinel.awaitReady(DefaultJedisClientConfig.builder().resp2().build());
        await(() -> String.valueOf(replica.call("INFO", "replication")).contains("master_link_status:up"));
        await(() -> String.valueOf(sentinel.call("INFO", "sentinel")).contains("slaves=1"));
        master.call("SET", "j-1", "127.0.0.1:9001");
        Heard heard = lookup("${jobid}", config(sentinel.url(), RedisConfig.Topology.SENTINEL, Optional.empty()));
        await(heard.store::available);
        Target known = heard.lookup.resolve(request("j-1"));
        await(() -> "127.0.0.1:9001".equals(replica.call("GET", "j-1")));
        long opened = heard.opened();

        master.hang();
        await(() -> String.valueOf(replica.call("INFO", "replication")).contains("role:master"));
        assertThat(heard.lookup.resolve(request("j-1"))).isEqualTo(known);
        replica.call("SET", "j-1", "127.0.0.1:9002");
        await(heard.store::available);

        await(() -> heard.lookup.resolve(request("j-1")).text().equals("127.0.0.1:9002"));
        heard.forget();
        replica.call("SET", "j-1", "127.0.0.1:9003");
        heard.awaitChange("j-1");
        assertThat(heard.lookup.resolve(request("j-1")).text()).isEqualTo("127.0.0.1:9003");

        // what the master before has counted stays in the sums
        await(() -> heard.counts("watch", ConnectionCounts.FORMER).count() == 1);
        ConnectionCounts left =
                heard.counts("get", ConnectionCounts.FORMER).findFirst().orElseThrow();
        assertThat(left.opened()).isPositive();
        assertThat(left.open()).isZero();
        assertThat(left.closed().values().stream().mapToLong(Long::longValue).sum())
                .isEqualTo(left.opened());
        assertThat(heard.opened()).isGreaterThan(opened);
    }

    @Test
    void logsInToSentinelsThatWantThePasswordOfTheMaster() throws Exception {
        RedisProcess master = started("--requirepass", "pw");
        RedisProcess sentinel = RedisProcess.sentinel(folder, master, "sentinel auth-pass jobs pw", "requirepass pw");
        open.add(sentinel);
        sentinel.awaitReady(
                DefaultJedisClientConfig.builder().resp2().password("pw").build());

        String url = "redis://:pw@127.0.0.1:" + sentinel.port();
        Heard heard = lookup("${jobid}", config(url, RedisConfig.Topology.SENTINEL, Optional.empty()));

        assertRefused(Cause.KEY_UNKNOWN, () -> heard.lookup.resolve(request("j-1")));
    }

    @Test
    void asksAndHearsTheRightNodeOfACluster() throws Exception {
        RedisCluster cluster = RedisCluster.start(folder);
        open.add(cluster);
        List<RedisProcess> nodes = cluster.masters();
        Heard heard =
                lookup("${jobid}", config(nodes.getFirst().url(), RedisConfig.Topology.CLUSTER, Optional.empty()));
        await(heard.store::available);
        // slots 12539, 4998 and 9188: one key on each node
        for (String key : List.of("foo", "bar", "hello", "j-1")) {
            cluster.set(key, "127.0.0.1:9001");
            heard.awaitChange(key);
            assertThat(heard.lookup.resolve(request(key)).text()).isEqualTo("127.0.0.1:9001");
            heard.forget();
            cluster.set(key, "127.0.0.1:9002");
            heard.awaitChange(key);
            assertThat(heard.lookup.resolve(request(key)).text()).isEqualTo("127.0.0.1:9002");
        }

        // a slot that moves: the old owner sends to the new one
        String id = String.valueOf(nodes.get(2).call("CLUSTER", "MYID"));
        nodes.get(0).call("CLUSTER", "SETSLOT", "1000", "NODE", id);
        nodes.get(2).call("CLUSTER", "SETSLOT", "1000", "NODE", id);
        assertThat(heard.store.connections().stream().filter(c -> c.use().equals("watch")))
                .hasSize(3);

        nodes.get(1).kill();
        await(() -> !heard.store.available());
        assertThat(heard.lookup.resolve(request("hello")).text()).isEqualTo("127.0.0.1:9002");
        assertThat(heard.lookup.resolve(request("foo")).text()).isEqualTo("127.0.0.1:9002");
    }

    private RedisProcess started(String... arguments) throws IOException {
        RedisProcess redis;
        if (arguments.length > 1 && arguments[0].equals("--requirepass")) {
            redis = RedisProcess.begin(FreePort.next(), folder, "--port", arguments);
            redis.awaitReady(DefaultJedisClientConfig.builder()
                    .resp2()
                    .password(arguments[1])
                    .build());
        } else {
            redis = RedisProcess.start(folder, arguments);
        }
        return open.add(redis);
    }

    private Heard lookup(String key, String url) throws IOException, InterruptedException {
        return lookup(key, config(url, RedisConfig.Topology.SINGLE, Optional.empty()));
    }

    private static RedisConfig with(String url, Reuse reuse, Duration idle) {
        RedisConfig usual = config(url, RedisConfig.Topology.SINGLE, Optional.empty());
        return new RedisConfig(
                url,
                usual.topology(),
                usual.sentinelMaster(),
                usual.sentinelPassword(),
                usual.trust(),
                usual.maxConnections(),
                reuse,
                idle,
                usual.connectTimeout(),
                usual.readTimeout());
    }

    private Heard lookup(String key, RedisConfig config) throws IOException, InterruptedException {
        return lookup(Lookups.config(key), config);
    }

    private Heard lookup(LookupConfig asking, RedisConfig config) throws IOException, InterruptedException {
        String key = asking.key();
        RedisStore store = new RedisStore("jobs", config);
        open.add(store);
        Heard heard = new Heard(store, new Lookup(asking, store, NameCache.ofSystem(clock), clock));
        store.watch(key.substring(0, key.indexOf("${")), heard);
        store.start();
        if (config.topology() == RedisConfig.Topology.SINGLE) {
            // once when the server was known, once when the first attempt to connect ended, however it did
            assertThat(heard.all.tryAcquire(2, 20, TimeUnit.SECONDS)).isTrue();
        }
        heard.forget();
        return heard;
    }

    private static RedisConfig config(String url, RedisConfig.Topology topology, Optional<Path> trust) {
        return config(url, topology, trust, Duration.ofSeconds(1));
    }

    /** For a server that is there: no handshake takes so long that it is given up, however busy the machine is. */
    private static RedisConfig patient(String url, Path trust) {
        return config(url, RedisConfig.Topology.SINGLE, Optional.of(trust), Duration.ofSeconds(20));
    }

    private static RedisConfig config(
            String url, RedisConfig.Topology topology, Optional<Path> trust, Duration patience) {
        Optional<String> master = topology == RedisConfig.Topology.SENTINEL ? Optional.of("jobs") : Optional.empty();
        return new RedisConfig(
                url,
                topology,
                master,
                Optional.empty(),
                trust,
                MAX_CONNECTIONS,
                Reuse.ALWAYS,
                Duration.ofMinutes(1),
                patience,
                patience);
    }

    private static void together(int count, Runnable task) throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        List<Throwable> failures = java.util.Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    go.await();
                    task.run();
                } catch (InterruptedException | RuntimeException | AssertionError e) {
                    failures.add(e);
                }
            }));
        }
        go.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
    }

    /** For states of other processes, which nobody announces. */
    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(15).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("still waiting").isLessThan(deadline);
            RedisProcess.pause();
        }
    }

    private static void assertRefused(Cause cause, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        GatewayException.class, e -> assertThat(e.reason()).isEqualTo(cause));
    }

    /** A lookup and what its store said, after the lookup was told. */
    private static final class Heard implements Watcher {
        final RedisStore store;
        final Lookup lookup;
        final List<String> changes = new ArrayList<>();
        final Semaphore all = new Semaphore(0);

        Heard(RedisStore store, Lookup lookup) {
            this.store = store;
            this.lookup = lookup;
        }

        @Override
        public synchronized void changed(String key) {
            changes.add(key);
            notifyAll();
        }

        @Override
        public void allChanged() {
            all.release();
        }

        synchronized void forget() {
            changes.clear();
            all.drainPermits();
        }

        void awaitAllChanged() throws InterruptedException {
            assertThat(all.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
        }

        void awaitChange(String key) throws InterruptedException {
            awaitCount(key, 1);
        }

        synchronized void awaitCount(String key, int count) throws InterruptedException {
            long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
            while (changes.stream().filter(key::equals).count() < count) {
                assertThat(System.nanoTime()).as("heard only " + changes).isLessThan(deadline);
                wait(100);
            }
        }

        ConnectionCounts counts(String use) {
            return store.connections().stream()
                    .filter(row -> row.use().equals(use))
                    .findFirst()
                    .orElseThrow();
        }

        Stream<ConnectionCounts> counts(String use, String peer) {
            return store.connections().stream()
                    .filter(counts -> counts.use().equals(use) && counts.peer().equals(peer));
        }

        long opened() {
            return store.connections().stream()
                    .mapToLong(ConnectionCounts::opened)
                    .sum();
        }

        long count(String use, Ending ending) {
            return counts(use).closed().getOrDefault(ending, 0L);
        }
    }
}

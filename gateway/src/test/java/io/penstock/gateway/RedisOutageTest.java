// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.store.RedisCluster;
import io.penstock.gateway.store.RedisProcess;
import io.penstock.harness.backend.Backends;
import io.penstock.harness.call.CallPlan;
import io.penstock.harness.call.CallResult;
import io.penstock.harness.call.Caller;
import io.penstock.harness.call.Kind;
import io.penstock.harness.wire.Field;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What callers of the gateway see while a real Redis is absent, killed, hung, flushed, replaced and back again. */
@Timeout(90)
class RedisOutageTest {
    /** The store waits 1 s; the rest is for a machine that is busy. Without that limit a call would last until {@link #DEADLINE}. */
    private static final Duration BOUND = Duration.ofSeconds(3);

    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    static Path folder;

    private static Backends backends;

    private final List<AutoCloseable> open = new ArrayList<>();

    @SuppressWarnings("NullAway.Init") // each test starts one that knows where its Redis is
    private LocalGateway gateway;

    @SuppressWarnings("NullAway.Init")
    private Caller caller;

    @BeforeAll
    static void startBackends() throws IOException {
        backends = Backends.start(Backends.Ports.any());
    }

    @AfterAll
    static void stopBackends() {
        backends.close();
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable closeable : open.reversed()) {
            closeable.close();
        }
    }

    private static String a() {
        return "127.0.0.1:" + backends.grpcA();
    }

    private static String b() {
        return "127.0.0.1:" + backends.grpcB();
    }

    private void startGateway(String url, String redis) throws IOException {
        gateway = LocalGateway.start("""
                listeners: [{name: public, address: 127.0.0.1, port: 0}]
                routes: [{name: all, lookup: job}]
                lookups: [{name: job, store: jobs, key: "${jobid}"}]
                stores: [{name: jobs, redis: {url: "%s", connect-timeout: 1s, read-timeout: 1s%s}}]
                trusted: [127.0.0.0/8]
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(url, redis));
        open.add(gateway);
        caller = new Caller(gateway.address());
        open.add(caller);
    }

    private <T extends AutoCloseable> T opened(T part) {
        open.add(part);
        return part;
    }

    private static CallResult call(Caller from, LocalGateway to, String key) {
        try {
            CallResult result =
                    from.make(new CallPlan(Kind.UNARY, to.address(), key, List.<Field>of(), 1, 10, "/", DEADLINE));
            assertThat(result.took()).as("%s", result).isLessThan(BOUND);
            return result;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private CallResult call(String key) {
        return call(caller, gateway, key);
    }

    private void assertServed(String key, String backend) {
        CallResult result = call(key);
        assertThat(result.status()).as("%s", result).isEqualTo("OK");
        assertThat(result.backend()).isEqualTo(backend);
    }

    private static void assertRefused(CallResult result, String cause) {
        assertThat(result.trailers()).contains(new Field("x-penstock-cause", cause));
    }

    /** Waits for this while calls with the known key go on, each of which must succeed. */
    private void awaitWhileServed(String what, String known, BooleanSupplier reached) {
        Await.until(what, SOON, () -> {
            assertThat(call(known).status()).as("call of a known key").isEqualTo("OK");
            return reached.getAsBoolean();
        });
    }

    private void awaitBackend(String key, String backend) {
        awaitWhileServed(
                key + " goes to " + backend, key, () -> call(key).backend().equals(backend));
    }

    /** That the store is away is on the page, and no reason to send no calls. */
    private boolean away() {
        HttpResponse<String> ready = readiness();
        assertThat(ready.statusCode()).as(ready.body()).isEqualTo(200);
        return ready.body().contains("\"ok\":false");
    }

    private HttpResponse<String> readiness() {
        String page = "http://127.0.0.1:" + gateway.gateway().adminPort() + "/readyz";
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create(page)).timeout(SOON).build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Test
    void servesOnceARedisThatWasAbsentAtTheStartIsThere() throws Exception {
        int port = FreePort.next();
        startGateway("redis://127.0.0.1:" + port, "");
        assertRefused(call("j-1"), "store-unavailable");

        RedisProcess redis = opened(RedisProcess.at(port, folder));
        redis.call("SET", "j-1", a());

        Await.until("served", SOON, () -> call("j-1").backend().equals("a"));
    }

    @Test
    void isUnreadyOnlyWhileRedisIsAwayAndNoTargetIsKnown() throws Exception {
        int port = FreePort.next();
        startGateway("redis://127.0.0.1:" + port, "");
        assertThat(readiness().statusCode()).isEqualTo(503);
        assertThat(readiness().body()).contains("\"name\":\"store-jobs\",\"ok\":false,\"required\":true");

        RedisProcess redis = opened(RedisProcess.at(port, folder));
        redis.call("SET", "j-1", a());
        redis.call("SET", "j-2", "8.8.8.8:53");
        Await.until("ready before the first call", SOON, () -> readiness().statusCode() == 200);
        assertRefused(call("j-2"), "target-not-allowed");
        assertRefused(call("j-3"), "key-unknown");

        redis.kill();
        Await.until("unready", SOON, () -> readiness().statusCode() == 503);

        redis.restart();
        redis.call("SET", "j-1", a());
        Await.until("served", SOON, () -> call("j-1").backend().equals("a"));
        redis.kill();
        awaitWhileServed("the loss is seen", "j-1", this::away);
        assertThat(readiness().body()).contains("\"name\":\"store-jobs\",\"ok\":false,\"required\":false");
    }

    @Test
    void servesKnownTargetsWhileRedisIsKilledAndNewOnesOnceItIsBack() throws Exception {
        RedisProcess redis = opened(RedisProcess.start(folder));
        redis.call("SET", "j-1", a());
        startGateway(redis.url(), "");
        assertServed("j-1", "a");

        redis.kill();
        awaitWhileServed("the loss is seen", "j-1", this::away);
        assertServed("j-1", "a");
        assertRefused(call("j-2"), "store-unavailable");

        redis.restart();
        redis.call("SET", "j-1", b());
        redis.call("SET", "j-2", b());
        awaitBackend("j-1", "b");
        assertServed("j-2", "b");
    }

    @Test
    void servesKnownTargetsAndRefusesOthersInTimeWhileRedisHangs() throws Exception {
        RedisProcess redis = opened(RedisProcess.start(folder));
        redis.call("SET", "j-1", a());
        startGateway(redis.url(), "");
        assertServed("j-1", "a");

        redis.hang();
        List<CallResult> unknown = Collections.synchronizedList(new ArrayList<>());
        List<CallResult> known = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            String key = "new-" + i;
            threads.add(Thread.ofVirtual().start(() -> {
                try (Caller own = new Caller(gateway.address())) {
                    unknown.add(call(own, gateway, key));
                    known.add(call(own, gateway, "j-1"));
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(known).hasSize(16).allMatch(CallResult::succeeded);
        assertThat(unknown).hasSize(16).allSatisfy(result -> assertRefused(result, "store-unavailable"));
        redis.wakeUp();
        redis.call("SET", "j-1", b());
        awaitBackend("j-1", "b");
    }

    /** Nobody has been told of the change when the server falls silent: what was known then is served. */
    @Test
    void seesWhatChangedWhileRedisHung() throws Exception {
        RedisProcess redis = opened(RedisProcess.start(folder));
        redis.call("SET", "j-1", a());
        startGateway(redis.url(), "");
        assertServed("j-1", "a");

        redis.hang();
        awaitWhileServed("the loss is seen", "j-1", this::away);
        redis.wakeUp();
        redis.call("DEL", "j-1");

        Await.until("gone", SOON, () -> !call("j-1").succeeded());
        assertRefused(call("j-1"), "key-unknown");
    }

    @Test
    void refusesWhatAFlushHasRemovedAndServesWhatIsSetAfterwards() throws Exception {
        RedisProcess redis = opened(RedisProcess.start(folder));
        redis.call("MSET", "j-1", a(), "j-2", a());
        startGateway(redis.url(), "");
        assertServed("j-1", "a");

        redis.call("FLUSHALL");
        Await.until("the flush is heard of", SOON, () -> !call("j-1").succeeded());
        assertRefused(call("j-1"), "key-unknown");
        assertRefused(call("j-2"), "key-unknown");

        redis.call("SET", "j-1", b());
        Await.until("served again", SOON, () -> call("j-1").backend().equals("b"));
    }

    @Test
    void servesKnownTargetsThroughAFailoverThatASentinelMakes() throws Exception {
        RedisProcess master = opened(RedisProcess.start(folder));
        RedisProcess replica = opened(RedisProcess.start(folder, "--replicaof", "127.0.0.1 " + master.port()));
        RedisProcess sentinel = opened(RedisProcess.sentinel(folder, master));
        sentinel.awaitReady();
        Await.until("the replica follows", SOON, () -> says(replica, "replication", "master_link_status:up"));
        Await.until("the sentinel knows it", SOON, () -> says(sentinel, "sentinel", "slaves=1"));
        master.call("SET", "j-1", a());
        startGateway(sentinel.url(), ", topology: sentinel, sentinel-master: jobs");
        assertServed("j-1", "a");
        Await.until("the replica has the key", SOON, () -> a().equals(replica.call("GET", "j-1")));

        master.hang();
        awaitWhileServed("the replica is the master", "j-1", () -> says(replica, "replication", "role:master"));
        replica.call("SET", "j-1", b());
        awaitBackend("j-1", "b");
        replica.call("SET", "j-2", b());
        Await.until("a new key is served", SOON, () -> call("j-2").backend().equals("b"));

        master.wakeUp();
        Await.until("the old master follows", SOON, () -> says(master, "replication", "role:slave"));
        replica.call("SET", "j-1", a());
        awaitBackend("j-1", "a");
    }

    @Test
    void servesKnownTargetsThroughAFailoverOfAClustersNode() throws Exception {
        RedisCluster cluster = opened(RedisCluster.start(folder));
        RedisProcess replica = cluster.addReplica("foo");
        cluster.set("foo", a());
        cluster.set("bar", a());
        startGateway(cluster.url(), ", topology: cluster");
        Await.until("served", SOON, () -> call("foo").succeeded() && call("bar").succeeded());

        cluster.master("foo").kill();
        awaitWhileServed("the replica is the master", "foo", () -> says(replica, "replication", "role:master"));
        assertServed("bar", "a");
        replica.call("SET", "foo", b());
        awaitBackend("foo", "b");
        cluster.set("bar", b());
        awaitBackend("bar", "b");
    }

    private static boolean says(RedisProcess redis, String section, String text) {
        return String.valueOf(redis.call("INFO", section)).contains(text);
    }
}

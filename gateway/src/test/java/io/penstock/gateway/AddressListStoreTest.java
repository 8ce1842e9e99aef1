// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.CauseCaller.Way;
import io.penstock.gateway.store.RedisCluster;
import io.penstock.gateway.store.RedisProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Address lists of two gateways in one real Redis that changes, is killed, hangs, is flushed and comes back. Nothing is read anew by time. */
@Timeout(90)
class AddressListStoreTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    static Path folder;

    @RegisterExtension
    final Kept open = new Kept();

    private RedisProcess redis;
    private HostileOrigin origin;

    @BeforeEach
    void start() throws IOException {
        redis = open.add(RedisProcess.start(folder));
        origin = open.add(HostileOrigin.reformed());
    }

    private String yaml(String list, String url) {
        return """
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes:
                  - {name: all, path-prefix: /, cluster: origin, filters: [list]}
                  - {name: limited, path-prefix: /limited, cluster: origin, filters: [list, limit]}
                  - {name: free, path-prefix: /free, cluster: origin}
                clusters: [{name: origin, endpoints: ["${GOOD}"], upstream: {protocol: h2c}}]
                filters:
                  - {name: list, address-list: {store: shared, refresh: 24h, %s}}
                  - {name: limit, rate-limit: {layers: [{key: [client], rate: 1/h, burst: 1}]}}
                stores: [{name: shared, redis: {url: "%s"}}]
                trusted: [127.0.0.0/8]
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(list, url);
    }

    private RunningGateway gateway(String list) {
        RunningGateway gateway = gateway(list, redis.url());
        awaitStore(gateway, true);
        return gateway;
    }

    private RunningGateway gateway(String list, String url) {
        return open.add(RunningGateway.with(yaml(list, url))
                .variable("GOOD", origin.address())
                .start());
    }

    private CauseCaller caller(RunningGateway gateway) {
        return open.add(CauseCaller.of(Way.HTTP2, gateway));
    }

    private static HttpResponse<String> page(RunningGateway gateway, String path) {
        URI page = URI.create("http://127.0.0.1:" + gateway.gateway().adminPort() + path);
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(page).timeout(SOON).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void awaitStore(RunningGateway gateway, boolean there) {
        Await.until(
                "store there: " + there,
                SOON,
                () -> page(gateway, "/readyz").body().contains("\"name\":\"address-list-list\",\"ok\":" + there));
    }

    private static boolean denied(CauseCaller caller, String client) {
        return caller.ask("/a", "x-forwarded-for", client).status() == 403;
    }

    private static void awaitDenied(boolean expected, String client, CauseCaller... callers) {
        for (CauseCaller caller : callers) {
            Await.until(client + " denied: " + expected, SOON, () -> denied(caller, client) == expected);
        }
    }

    private static void block(CauseCaller caller, String client) {
        for (int i = 0; i < 3; i++) {
            caller.ask("/limited", "x-forwarded-for", client);
        }
    }

    @ParameterizedTest
    @EnumSource
    void hearsOfEachChange(Way way) {
        CauseCaller caller = open.add(CauseCaller.of(way, gateway("deny: [192.0.2.0/24]")));
        assertThat(refused(caller, way, "192.0.2.7")).isTrue();

        redis.call("SET", "penstock:address:192.0.2.7", "allow");
        Await.until("allowed", SOON, () -> !refused(caller, way, "192.0.2.7"));
        redis.call("SET", "penstock:address:2001:db8::/32", "deny because it scans");
        Await.until("denied", SOON, () -> refused(caller, way, "2001:db8::7"));
        redis.call("DEL", "penstock:address:2001:db8::/32", "penstock:address:192.0.2.7");
        Await.until("as it was", SOON, () -> !refused(caller, way, "2001:db8::7") && refused(caller, way, "192.0.2.7"));
    }

    private static boolean refused(CauseCaller caller, Way way, String client) {
        CauseCaller.Seen seen = caller.ask("/a", "x-forwarded-for", client);
        return way == Way.GRPC ? seen.grpcStatus() == 7 : seen.status() == 403;
    }

    @Test
    void endsWithTheKeyOfTheStore() {
        redis.call("SET", "penstock:address:10.0.0.1", "deny", "EX", "3600");
        CauseCaller one = caller(gateway("max-entries: 10"));
        CauseCaller two = caller(gateway("max-entries: 10"));
        assertThat(denied(one, "10.0.0.1")).isTrue();

        redis.call("PEXPIRE", "penstock:address:10.0.0.1", "1");

        awaitDenied(false, "10.0.0.1", one, two);
    }

    @Test
    void blocksOnEveryNodeUntilSomebodyDeletesTheKey() {
        RunningGateway first = gateway("automatic: {refusals: 2, block-for: 1h}");
        CauseCaller one = caller(first);
        CauseCaller two = caller(gateway("deny: [192.0.2.0/24]"));

        block(one, "10.0.0.1");

        assertThat(denied(one, "10.0.0.1")).isTrue();
        awaitDenied(true, "10.0.0.1", two);
        assertThat(redis.call("GET", "penstock:address:10.0.0.1"))
                .isEqualTo("deny because 2 refusals within 1m, the last one rate-limited");
        assertThat((Long) redis.call("TTL", "penstock:address:10.0.0.1")).isBetween(3_000L, 3_600L);
        Await.until(
                "shown",
                SOON,
                () -> page(first, "/v1/addresses/10.0.0.1").body().contains("\"origin\":\"store\""));

        redis.call("DEL", "penstock:address:10.0.0.1");

        awaitDenied(false, "10.0.0.1", one, two);
    }

    @Test
    void endsABlockOnEveryNodeInItsTime() {
        CauseCaller one = caller(gateway("automatic: {refusals: 2, block-for: 4s}"));
        CauseCaller two = caller(gateway("deny: [192.0.2.0/24]"));

        block(one, "10.0.0.1");

        awaitDenied(true, "10.0.0.1", two);
        awaitDenied(false, "10.0.0.1", one, two);
        assertThat(redis.call("EXISTS", "penstock:address:10.0.0.1")).isEqualTo(0L);
    }

    @Test
    void leavesWhatAnOperatorHasWritten() {
        CauseCaller one = caller(gateway("automatic: {refusals: 2, block-for: 1h}"));
        redis.call("SET", "penstock:address:10.0.0.1", "allow");
        redis.call("SET", "penstock:address:10.0.0.2", "deny");
        awaitDenied(true, "10.0.0.2", one);

        block(one, "10.0.0.1");

        assertThat(denied(one, "10.0.0.1")).isFalse();
        assertThat(redis.call("GET", "penstock:address:10.0.0.1")).isEqualTo("allow");
    }

    @Test
    void onlyReportsAndTellsNobody() {
        RunningGateway first = gateway("automatic: {refusals: 2, block-for: 1h}, mode: report");
        CauseCaller one = caller(first);

        block(one, "10.0.0.1");
        redis.call("SET", "penstock:address:10.0.0.2", "deny"); // what comes behind it
        Await.until(
                "heard",
                SOON,
                () -> page(first, "/v1/addresses/10.0.0.2").body().contains("\"denied\":true"));

        assertThat(page(first, "/v1/addresses/10.0.0.1").body()).contains("\"origin\":\"automatic\"");
        assertThat(redis.call("EXISTS", "penstock:address:10.0.0.1")).isEqualTo(0L);
    }

    /** What it denied, it goes on denying; what it blocks meanwhile, it tells of afterwards. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void goesOnWithTheLastGoodSetWhileTheStoreIsAway(boolean killed) throws Exception {
        RunningGateway gateway = gateway("automatic: {refusals: 2, block-for: 1h}");
        CauseCaller caller = caller(gateway);
        redis.call("SET", "penstock:address:10.0.0.1", "deny");
        awaitDenied(true, "10.0.0.1", caller);
        try (LogLines log = new LogLines("io.penstock.gateway.limit.address.StoredAddresses")) {
            if (killed) {
                redis.kill();
            } else {
                redis.hang();
            }
            awaitStore(gateway, false);

            assertThat(denied(caller, "10.0.0.1")).isTrue();
            assertThat(denied(caller, "10.0.0.9")).isFalse();
            block(caller, "10.0.0.2");
            assertThat(denied(caller, "10.0.0.2")).isTrue();
            assertThat(page(gateway, "/readyz").statusCode()).isEqualTo(200);
            assertThat(page(gateway, "/readyz").body())
                    .contains("store shared has no answer, the last 1 networks that it had go on: ");
            assertThat(page(gateway, "/metrics").body())
                    .containsPattern("gateway_address_list_without_store_total\\{filter=\"list\"} [1-9]");
            assertThat(log.lines()).hasSize(1).first().asString().contains("the last 1 networks");

            if (killed) {
                redis.restart();
            } else {
                redis.wakeUp();
            }
            awaitStore(gateway, true);
            Await.until(
                    "told",
                    SOON,
                    () -> redis.call("EXISTS", "penstock:address:10.0.0.2").equals(1L));
            awaitDenied(!killed, "10.0.0.1", caller); // a server that has forgotten everything denies nobody
            assertThat(denied(caller, "10.0.0.2")).isTrue();
            assertThat(log.lines()).hasSize(2).last().asString().contains("answers again");
        }
    }

    /** Such as by hand: then nobody is denied, and nobody is blocked. */
    @Test
    void forgetsEverybodyWithAFlush() {
        CauseCaller one = caller(gateway("automatic: {refusals: 2, block-for: 1h}"));
        CauseCaller two = caller(gateway("deny: [192.0.2.0/24]"));
        redis.call("SET", "penstock:address:10.0.0.1", "deny");
        block(one, "10.0.0.2");
        awaitDenied(true, "10.0.0.1", one, two);
        awaitDenied(true, "10.0.0.2", one, two);

        redis.call("FLUSHALL");

        awaitDenied(false, "10.0.0.1", one, two);
        awaitDenied(false, "10.0.0.2", one, two);
    }

    @Test
    void startsWithItsFileWhileTheStoreIsAway() throws Exception {
        redis.kill();
        RunningGateway gateway = gateway("deny: [192.0.2.0/24]", redis.url());
        CauseCaller caller = caller(gateway);
        assertThat(denied(caller, "192.0.2.1")).isTrue();
        assertThat(denied(caller, "10.0.0.1")).isFalse();

        redis.restart();
        redis.call("SET", "penstock:address:10.0.0.1", "deny");

        awaitDenied(true, "10.0.0.1", caller);
    }

    /** Not for the moment in which a new filter has not read the store yet. */
    @Test
    void letsNobodyInWithAReload() throws Exception {
        redis.call("SET", "penstock:address:10.0.0.1", "deny");
        RunningGateway gateway = gateway("deny: [192.0.2.0/24]");
        CauseCaller caller = caller(gateway);
        assertThat(denied(caller, "10.0.0.1")).isTrue();

        for (int i = 1; i < 5; i++) {
            gateway.apply(yaml("deny: [192.0.2.0/24], max-entries: " + i, redis.url()));
            assertThat(denied(caller, "10.0.0.1")).isTrue();
        }
    }

    @Test
    void hasTheNetworksOfAWholeCluster() throws Exception {
        RedisCluster cluster = open.add(RedisCluster.start(folder));
        String url = cluster.url() + "\", topology: \"cluster";
        RunningGateway first = gateway("automatic: {refusals: 2, block-for: 1h}", url);
        RunningGateway second = gateway("deny: [192.0.2.0/24]", url);
        awaitStore(first, true);
        awaitStore(second, true);
        CauseCaller one = caller(first);
        CauseCaller two = caller(second);
        List<String> clients =
                Stream.iterate(1, i -> i + 1).limit(9).map(i -> "10.0.0." + i).toList();

        clients.forEach(client -> block(one, client));

        clients.forEach(client -> awaitDenied(true, client, one, two));
        cluster.master("penstock:address:10.0.0.3").call("DEL", "penstock:address:10.0.0.3");
        awaitDenied(false, "10.0.0.3", one, two);
        assertThat(denied(two, "10.0.0.4")).isTrue();
    }

    @Test
    void keepsItsBlocksToItselfWhereTheStoreTakesNone() {
        redis.call("ACL", "SETUSER", "reader", "on", ">secret", "+@all", "-set", "allkeys", "allchannels");
        RunningGateway gateway =
                gateway("automatic: {refusals: 2, block-for: 1h}", redis.url().replace("//", "//reader:secret@"));
        awaitStore(gateway, true);
        CauseCaller caller = caller(gateway);

        block(caller, "10.0.0.1");
        redis.call("SET", "penstock:address:10.0.0.2", "deny");

        awaitDenied(true, "10.0.0.2", caller);
        assertThat(denied(caller, "10.0.0.1")).isTrue();
        assertThat(redis.call("EXISTS", "penstock:address:10.0.0.1")).isEqualTo(0L);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.gateway.Kept;
import io.penstock.gateway.config.store.EmbeddedConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.store.StoredSet.Member;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Keys that are read as a whole, in real servers and in the embedded store. */
@Timeout(60)
class StoredSetTest {
    @TempDir
    static Path folder;

    @RegisterExtension
    final Kept open = new Kept();

    private Store connected(String keys) throws IOException {
        Store store = open.add(DecisionScene.store(keys));
        store.start();
        DecisionScene.until("connected", store::available);
        return store;
    }

    private Store connected(RedisProcess redis) throws IOException {
        return connected("url: \"" + redis.url() + "\"");
    }

    private static List<String> names(List<Member> members) {
        return members.stream().map(Member::name).sorted().toList();
    }

    /** More than one page, among as many that others have. */
    @Test
    void hasEveryKeyWithThePrefixAndNoOther() throws IOException {
        RedisProcess redis = open.add(RedisProcess.start(folder));
        List<String> expected = new ArrayList<>();
        List<String> set = new ArrayList<>(List.of("MSET"));
        for (int i = 0; i < 2_500; i++) {
            expected.add("n" + i);
            set.addAll(List.of("a*[b]:n" + i, "v" + i, "aXb:n" + i, "w"));
        }
        redis.call(set.toArray(String[]::new));
        expected.sort(null);

        StoredSet members = connected(redis).set("a*[b]:");

        assertThat(names(members.members(10_000))).isEqualTo(expected);
        assertThat(members.members(10_000))
                .allSatisfy(member ->
                        assertThat(member.value()).isEqualTo("v" + member.name().substring(1)));
        assertThat(members.members(10).size()).isBetween(11, 2_000);
    }

    @Test
    void saysHowLongTheStoreHasAKey() throws IOException {
        RedisProcess redis = open.add(RedisProcess.start(folder));
        redis.call("SET", "p:short", "1", "PX", "100000");
        redis.call("SET", "p:ever", "2");
        redis.call("LPUSH", "p:list", "3");
        StoredSet set = connected(redis).set("p:");

        assertThat(names(set.members(10))).containsExactly("ever", "short");
        assertThat(set.member("ever")).isEqualTo(new Member("ever", "2", null));
        assertThat(set.member("short"))
                .satisfies(
                        member -> assertThat(member.left()).isBetween(Duration.ofSeconds(50), Duration.ofSeconds(100)));
        assertThat(set.member("list")).isNull();
        assertThat(set.member("none")).isNull();
    }

    @Test
    void addsWhatIsNotThereForItsTime() throws IOException {
        RedisProcess redis = open.add(RedisProcess.start(folder));
        redis.call("SET", "p:there", "before");
        StoredSet set = connected(redis).set("p:");

        set.add("there", "other", Duration.ofMinutes(1));
        set.add("fresh", "value", Duration.ofMinutes(1));

        assertThat(redis.call("GET", "p:there")).isEqualTo("before");
        assertThat(redis.call("PTTL", "p:there")).isEqualTo(-1L);
        assertThat(redis.call("GET", "p:fresh")).isEqualTo("value");
        assertThat((Long) redis.call("PTTL", "p:fresh")).isBetween(30_000L, 60_000L);
    }

    @Test
    void hasTheKeysOfAllServersOfACluster() throws IOException {
        RedisCluster cluster = open.add(RedisCluster.start(folder));
        StoredSet set =
                connected("url: \"" + cluster.url() + "\", topology: cluster").set("p:");
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            expected.add("n" + i);
            if (i % 2 == 0) {
                cluster.set("p:n" + i, "v");
            } else {
                set.add("n" + i, "v", Duration.ofMinutes(1));
            }
        }
        expected.sort(null);

        assertThat(names(set.members(100))).isEqualTo(expected);
        assertThat(expected).allSatisfy(name -> assertThat(set.member(name)).isNotNull());
        assertThat(cluster.masters())
                .allSatisfy(node -> assertThat((Long) node.call("DBSIZE")).isPositive());
    }

    /** Half a set would be taken for one in which the other half was deleted. */
    @Test
    void failsWhereAServerIsAwayRatherThanLeaveItsKeysOut() throws IOException {
        RedisCluster cluster = open.add(RedisCluster.start(folder));
        StoredSet set =
                connected("url: \"" + cluster.url() + "\", topology: cluster").set("p:");
        cluster.set("p:a", "v");
        assertThat(set.members(10)).hasSize(1);

        cluster.masters().getLast().kill();

        assertThatThrownBy(() -> set.members(10))
                .isInstanceOfSatisfying(
                        GatewayException.class, e -> assertThat(e.reason()).isEqualTo(Cause.STORE_UNAVAILABLE));
    }

    @Test
    void failsWhileTheServerIsAwayAndHasAllAgainAfterwards() throws IOException {
        RedisProcess redis = open.add(RedisProcess.start(folder));
        Store store = connected(redis);
        StoredSet set = store.set("p:");
        redis.kill();
        assertThatThrownBy(() -> set.members(10)).isInstanceOf(GatewayException.class);
        assertThatThrownBy(() -> set.member("a")).isInstanceOf(GatewayException.class);
        assertThatThrownBy(() -> set.add("a", "v", Duration.ofMinutes(1))).isInstanceOf(GatewayException.class);

        redis.restart();
        DecisionScene.until("back", store::available);
        redis.call("SET", "p:a", "v");

        assertThat(names(set.members(10))).containsExactly("a");
    }

    @Test
    void readsAnEmbeddedStoreAndAddsNothingToIt() throws IOException {
        EmbeddedStore store = open.add(new EmbeddedStore("jobs", new EmbeddedConfig(Optional.empty(), 100, Map.of())));
        store.start();
        Map.of("p:a", "1", "p:b", "2", "o", "3", "q:c", "4").forEach(store::put);
        StoredSet set = store.set("p:");

        set.add("new", "5", Duration.ofMinutes(1));

        assertThat(names(set.members(10))).containsExactly("a", "b");
        assertThat(set.members(1)).hasSize(2);
        assertThat(set.member("a")).isEqualTo(new Member("a", "1", null));
        assertThat(set.member("new")).isNull();
        assertThat(store.entries()).hasSize(4);
    }
}

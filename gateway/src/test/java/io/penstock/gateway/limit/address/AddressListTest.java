// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.limit.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.gateway.Kept;
import io.penstock.gateway.config.ConfigReader;
import io.penstock.gateway.config.filter.AddressListConfig;
import io.penstock.gateway.config.store.EmbeddedConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.MemoryUse;
import io.penstock.gateway.limit.address.AddressReport.Listed;
import io.penstock.gateway.lookup.MovableClock;
import io.penstock.gateway.store.EmbeddedStore;
import io.penstock.gateway.upstream.cluster.TestDownstream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who is denied and blocked, with a clock that is moved by hand. */
@Timeout(60)
class AddressListTest {
    @RegisterExtension
    final Kept open = new Kept();

    private final MovableClock clock = new MovableClock();
    /** Of which no change of the other one is heard. */
    private final MovableClock even = new MovableClock();

    private final Clocks clocks = new Clocks(clock, () -> even.millis() * 1_000_000);

    private void pass(Duration time) {
        clock.forward(time);
        even.forward(time);
    }

    private static AddressListConfig config(String keys) {
        return (AddressListConfig) ConfigReader.read("""
                        listeners: [{name: main, port: 0}]
                        routes: [{name: all, answer: {status: 200}}]
                        stores: [{name: shared}]
                        filters: [{name: list, address-list: {%s}}]
                        """.formatted(keys), Map.of())
                .filters()
                .getFirst()
                .policy();
    }

    private AddressList list(String keys) {
        return open.add(new AddressList("list", config(keys), null, clocks));
    }

    private EmbeddedStore store(Map<String, String> entries) throws IOException {
        EmbeddedStore store =
                open.add(new EmbeddedStore("shared", new EmbeddedConfig(Optional.empty(), 100, Map.of())));
        store.start();
        entries.forEach(store::put);
        return store;
    }

    private AddressList list(String keys, EmbeddedStore store) {
        AddressList list = open.add(new AddressList("list", config("store: shared, " + keys), store, clocks));
        list.start();
        return list;
    }

    private static Exchange exchange(String client) {
        Exchange exchange = new TestDownstream().exchange("GET");
        exchange.client(client);
        return exchange;
    }

    private static boolean denied(AddressList list, String client) {
        Exchange exchange = exchange(client);
        try {
            list.check(exchange);
            exchange.end();
            return false;
        } catch (GatewayException e) {
            assertThat(e.reason()).isEqualTo(Cause.ADDRESS_DENIED);
            return true;
        }
    }

    /** A request that passes the list, and ends with this cause. */
    private static void refused(AddressList list, String client, Cause cause) {
        Exchange exchange = exchange(client);
        list.check(exchange);
        exchange.fail(cause, "");
        exchange.end();
    }

    private static void refused(AddressList list, String client, int times) {
        for (int i = 0; i < times; i++) {
            refused(list, client, Cause.RATE_LIMITED);
        }
    }

    private static void until(String what, BooleanSupplier met) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!met.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).as(what).isNegative();
            LockSupport.parkNanos(1_000_000);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "10.9.9.9, true",
        "10.1.9.9, false",
        "10.1.2.9, true",
        "10.1.2.3, false",
        "11.0.0.1, false",
        "2001:db8::1, true",
        "2001:db8:1::1, false",
        "::ffff:10.9.9.9, true",
        "unknown, false",
    })
    void goesByTheSmallestNetwork(String client, boolean expected) {
        AddressList list = list(
                "deny: [10.0.0.0/8, 10.1.2.0/24, '2001:db8::/32'], allow: [10.1.0.0/16, 10.1.2.3, '2001:db8:1::/48']");

        assertThat(denied(list, client)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"10.1.2.3, false", "10.1.2.4, true", "unknown, true", "::1, true"})
    void takesOnlyListedAddressesWhereOthersAreDenied(String client, boolean expected) {
        AddressList list = list("allow: [10.1.2.3], otherwise: deny");

        assertThat(denied(list, client)).isEqualTo(expected);
    }

    @Test
    void forgetsANetworkOfTheFileAtItsDate() {
        AddressList list = list("deny: ['10.0.0.0/8 until " + clock.instant().plusSeconds(60) + "']");
        assertThat(denied(list, "10.0.0.1")).isTrue();
        assertThat(list.decision("10.0.0.1").orElseThrow().by().left()).hasValue(Duration.ofSeconds(60));

        even.forward(Duration.ofDays(1)); // this is no question of dates
        assertThat(denied(list, "10.0.0.1")).isTrue();
        clock.forward(Duration.ofSeconds(60));

        assertThat(denied(list, "10.0.0.1")).isFalse();
        assertThat(list.denied(10)).isEmpty();
    }

    @Test
    void blocksAnAddressThatIsRefusedTooOftenForItsTime() {
        AddressList list = list("automatic: {refusals: 5, within: 10s, block-for: 60s}");
        refused(list, "10.0.0.1", 4);
        assertThat(denied(list, "10.0.0.1")).isFalse();
        assertThat(list.decision("10.0.0.1").orElseThrow().refusals()).isEqualTo(4);

        refused(list, "10.0.0.1", 1);

        assertThat(denied(list, "10.0.0.1")).isTrue();
        assertThat(denied(list, "10.0.0.2")).isFalse();
        assertThat(list.denied(10))
                .containsExactly(new Listed(
                        "10.0.0.1",
                        true,
                        "automatic",
                        Optional.of(Duration.ofSeconds(60)),
                        "5 refusals within 10s, the last one rate-limited"));
        even.forward(Duration.ofMillis(59_999));
        assertThat(denied(list, "10.0.0.1")).isTrue();
        even.forward(Duration.ofMillis(1));
        assertThat(denied(list, "10.0.0.1")).isFalse();
        assertThat(list.report().blocks()).isEqualTo(1);
    }

    /** What came while it was blocked does not count: it was not let in. */
    @Test
    void beginsToCountAnewAfterABlock() {
        AddressList list = list("automatic: {refusals: 3, within: 1h, block-for: 1s}");
        refused(list, "10.0.0.1", 3);
        assertThat(denied(list, "10.0.0.1")).isTrue();
        even.forward(Duration.ofSeconds(1));

        refused(list, "10.0.0.1", 2);
        assertThat(denied(list, "10.0.0.1")).isFalse();
        refused(list, "10.0.0.1", 1);
        assertThat(denied(list, "10.0.0.1")).isTrue();
        assertThat(list.report().blocks()).isEqualTo(2);
    }

    @Test
    void countsFromTheFirstRefusalOn() {
        AddressList list = list("automatic: {refusals: 3, within: 10s, block-for: 60s}");
        refused(list, "10.0.0.1", 2);

        even.forward(Duration.ofSeconds(10));
        refused(list, "10.0.0.1", 2);
        assertThat(denied(list, "10.0.0.1")).isFalse();
        even.forward(Duration.ofMillis(9_999));
        refused(list, "10.0.0.1", 1);

        assertThat(denied(list, "10.0.0.1")).isTrue();
    }

    @Test
    void countsTheCausesThatItIsTold() {
        AddressList list = list("automatic: {refusals: 2, causes: [no-route, bad-credentials]}");
        refused(list, "10.0.0.1", 10);
        refused(list, "10.0.0.1", Cause.BAD_CREDENTIALS);
        assertThat(denied(list, "10.0.0.1")).isFalse();

        refused(list, "10.0.0.1", Cause.NO_ROUTE);

        assertThat(denied(list, "10.0.0.1")).isTrue();
    }

    @Test
    void countsAndBlocksANetworkOfIpv6Together() {
        AddressList list = list("automatic: {refusals: 3, ipv4-prefix: 24}");
        refused(list, "2001:db8::1", 1);
        refused(list, "2001:db8::2", 1);
        refused(list, "2001:db8::ffff:3", 1);
        refused(list, "10.0.0.1", 2);
        refused(list, "10.0.0.200", 1);

        assertThat(denied(list, "2001:db8::4")).isTrue();
        assertThat(denied(list, "2001:db8:0:1::4")).isFalse();
        assertThat(denied(list, "10.0.0.7")).isTrue();
        assertThat(denied(list, "10.0.1.7")).isFalse();
        assertThat(list.denied(10))
                .extracting(Listed::network)
                .containsExactlyInAnyOrder("2001:db8::/64", "10.0.0.0/24");
    }

    @Test
    void neverBlocksWhoIsListed() {
        AddressList list = list("allow: [10.0.0.0/8], automatic: {refusals: 1}");

        refused(list, "10.0.0.1", 3);
        refused(list, "unknown", 3);
        refused(list, "11.0.0.1", 1);

        assertThat(denied(list, "10.0.0.1")).isFalse();
        assertThat(denied(list, "unknown")).isFalse();
        assertThat(denied(list, "11.0.0.1")).isTrue();
    }

    @Test
    void onlyCountsWhereItReports() {
        AddressList list = list("mode: report, deny: [10.0.0.0/8], automatic: {refusals: 1}");

        assertThat(denied(list, "10.0.0.1")).isFalse();
        refused(list, "11.0.0.1", 1);
        assertThat(denied(list, "11.0.0.1")).isFalse();

        assertThat(list.report().denied())
                .containsEntry("file", 1L)
                .containsEntry("automatic", 1L)
                .containsEntry("store", 0L);
        assertThat(list.explain(exchange("11.0.0.1"))).contains("blocked with 11.0.0.1", "only reported");
    }

    @Test
    void explainsWithoutCounting() {
        AddressList list = list("deny: [10.0.0.0/8], allow: [10.1.0.0/16], automatic: {}");

        assertThat(list.explain(exchange("11.0.0.1"))).isEqualTo("11.0.0.1 is in no network of list, so allowed");
        assertThat(list.explain(exchange("10.1.0.1"))).isEqualTo("10.1.0.1 is allowed by 10.1.0.0/16 of list");
        assertThatThrownBy(() -> list.explain(exchange("10.0.0.1")))
                .isInstanceOfSatisfying(GatewayException.class, e -> {
                    assertThat(e.reason()).isEqualTo(Cause.ADDRESS_DENIED);
                    assertThat(e.detail()).isEqualTo("10.0.0.1 is denied by 10.0.0.0/8 of list");
                });
        assertThat(list.report().denied()).containsEntry("file", 0L);
    }

    /** However many addresses there are; those that come again and again stay. */
    @Test
    void keepsNoMoreAddressesThanItMay() {
        AddressList list = list("automatic: {refusals: 20, max-addresses: 1000}");
        for (int i = 0; i < 100_000; i++) {
            refused(list, "10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255), 1);
            if (i % 100 == 0 && !denied(list, "192.0.2.1")) {
                refused(list, "192.0.2.1", 1);
            }
        }

        assertThat(denied(list, "192.0.2.1")).isTrue();
        MemoryUse counted = list.memory().getFirst();
        assertThat(counted.name()).isEqualTo("list.counted");
        assertThat(counted.used()).isLessThanOrEqualTo(1_000);
        assertThat(counted.capacity()).isEqualTo(1_000);
        assertThat(counted.evicted()).isGreaterThan(90_000);
    }

    @Test
    void goesByWhatTheStoreSaysNow() throws IOException {
        EmbeddedStore store = store(Map.of(
                "penstock:address:10.0.0.0/8", "deny because it scans",
                "penstock:address:2001:db8::/32", "deny",
                "other:11.0.0.1", "deny"));
        AddressList list = list("deny: [12.0.0.0/8]", store);
        assertThat(denied(list, "10.0.0.1")).isTrue();
        assertThat(denied(list, "2001:db8::1")).isTrue();
        assertThat(denied(list, "11.0.0.1")).isFalse();
        assertThat(list.decision("10.0.0.1").orElseThrow().by())
                .isEqualTo(new Listed("10.0.0.0/8", true, "store", Optional.empty(), "it scans"));

        store.put("penstock:address:10.0.0.1", "allow");
        store.put("penstock:address:12.0.0.0/8", "allow");
        store.delete("penstock:address:2001:db8::/32");

        until("allowed", () -> !denied(list, "10.0.0.1"));
        until("the store's word of the same network counts", () -> !denied(list, "12.0.0.1"));
        until("deleted", () -> !denied(list, "2001:db8::1"));
        assertThat(denied(list, "10.0.0.2")).isTrue();
    }

    @Test
    void forgetsANetworkOfTheStoreAtItsDate() throws IOException {
        AddressList list = list(
                "automatic: {}",
                store(Map.of(
                        "penstock:address:10.0.0.1",
                        "deny until " + clock.instant().plusSeconds(60) + " because it scans")));
        assertThat(denied(list, "10.0.0.1")).isTrue();

        pass(Duration.ofSeconds(60));

        assertThat(denied(list, "10.0.0.1")).isFalse();
    }

    /** Each with what is wrong, and the others count. */
    @Test
    void leavesOutWhatItDoesNotUnderstand() throws IOException {
        EmbeddedStore store = store(Map.of("penstock:address:10.0.0.1", "deny", "penstock:address:10.0.0.2", "1"));
        AddressList list = list("automatic: {}", store);

        assertThat(denied(list, "10.0.0.1")).isTrue();
        assertThat(denied(list, "10.0.0.2")).isFalse();
        assertThat(list.report().ignored()).startsWith("10.0.0.2: ").contains("says neither deny nor allow");

        store.put("penstock:address:10.0.0.1", "deny until tomorrow");
        until("not understood any more", () -> !denied(list, "10.0.0.1"));
        store.put("penstock:address:host.test", "deny");
        store.put("penstock:address:10.0.0.3", "deny");
        until("the others count", () -> denied(list, "10.0.0.3"));
    }

    @Test
    void understandsSeveralSpellingsOfANetwork() throws IOException {
        EmbeddedStore store = store(Map.of("penstock:address:2001:DB8::1/128", "deny"));
        AddressList list = list("automatic: {}", store);
        assertThat(denied(list, "2001:db8::1")).isTrue();

        store.put("penstock:address:2001:db8::1", "allow");
        store.put("penstock:address:10.0.0.1", "deny");
        until("read", () -> denied(list, "10.0.0.1"));
        assertThat(denied(list, "2001:db8::1")).as("one key denies it").isTrue();

        store.delete("penstock:address:2001:DB8::1/128");
        until("allowed", () -> !denied(list, "2001:db8::1"));
    }

    @Test
    void keepsNoMoreOfTheStoreThanItMay() throws IOException {
        EmbeddedStore store = store(Map.of("penstock:address:10.0.0.1", "deny", "penstock:address:10.0.0.2", "deny"));
        AddressList list = list("max-entries: 2", store);
        assertThat(list.report().ignored()).isEmpty();

        store.put("penstock:address:10.0.0.3", "deny");
        until("full", () -> list.report().ignored().equals("more than 2 networks"));
        assertThat(list.memory().getFirst().used()).isEqualTo(2);

        store.delete("penstock:address:10.0.0.1");
        until("room again", () -> list.report().ignored().isEmpty() && denied(list, "10.0.0.3"));
        assertThat(List.of("10.0.0.2", "10.0.0.3")).allMatch(client -> denied(list, client));
    }
}

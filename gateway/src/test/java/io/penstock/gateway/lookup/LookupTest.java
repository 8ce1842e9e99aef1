// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.lookup;

import static io.penstock.gateway.lookup.Lookups.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.gateway.config.store.EmbeddedConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.store.EmbeddedStore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LookupTest {
    private final MovableClock clock = new MovableClock();
    private final EmbeddedStore store =
            new EmbeddedStore("store", new EmbeddedConfig(Optional.empty(), 1000, Map.of("j-1", "127.0.0.1:9001")));
    private final NameCache names = NameCache.ofSystem(clock);
    private final Lookup lookup = new Lookup(Lookups.config("${jobid}"), store, names, clock);

    @BeforeEach
    void start() throws IOException {
        store.start();
    }

    @Test
    void isReadyOnceTheKeyWasLoaded() {
        assertThat(lookup.ready(request("j-1"))).isNull();

        Target target = lookup.resolve(request("j-1"));

        assertThat(target.text()).isEqualTo("127.0.0.1:9001");
        assertThat(target.address()).hasToString("/127.0.0.1:9001");
        assertThat(lookup.ready(request("j-1"))).isSameAs(target);
        assertThat(lookup.counts().loads()).isEqualTo(1);
        assertThat(lookup.counts().hits()).isEqualTo(1);
    }

    @Test
    void givesOneTargetToAllKeysWithTheSameValue() {
        store.put("j-2", "127.0.0.1:9001");

        assertThat(lookup.resolve(request("j-2"))).isSameAs(lookup.resolve(request("j-1")));
    }

    @Test
    void seesAChangeAtTheNextCall() {
        lookup.resolve(request("j-1"));

        store.put("j-1", "127.0.0.1:9002");

        assertThat(lookup.ready(request("j-1"))).isNull();
        assertThat(lookup.resolve(request("j-1")).text()).isEqualTo("127.0.0.1:9002");
    }

    @Test
    void forgetsADeletedKey() {
        lookup.resolve(request("j-1"));

        store.delete("j-1");

        assertRefused(Cause.KEY_UNKNOWN, () -> lookup.resolve(request("j-1")));
    }

    @Test
    void remembersAnAbsentKeyBriefly() {
        assertRefused(Cause.KEY_UNKNOWN, () -> lookup.resolve(request("j-9")));
        assertRefused(Cause.KEY_UNKNOWN, () -> lookup.ready(request("j-9")));
        assertThat(lookup.counts().loads()).isEqualTo(1);
        assertThat(lookup.explain("j-9").state()).isEqualTo(Explanation.State.ABSENT);

        clock.forward(Lookups.ABSENT);

        assertThat(lookup.ready(request("j-9"))).isNull();
        assertThat(lookup.explain("j-9").state()).isEqualTo(Explanation.State.EXPIRED);
    }

    @Test
    void findsAKeyThatAppearsWhileItsAbsenceIsRemembered() {
        assertRefused(Cause.KEY_UNKNOWN, () -> lookup.resolve(request("j-9")));

        store.put("j-9", "127.0.0.1:9009");

        assertThat(lookup.resolve(request("j-9")).text()).isEqualTo("127.0.0.1:9009");
    }

    @Test
    void servesAnAgedAnswerOnceMoreWhileItAsksAgain() throws InterruptedException {
        Target target = lookup.resolve(request("j-1"));
        clock.forward(Lookups.FRESH);

        assertThat(lookup.ready(request("j-1"))).isSameAs(target);

        awaitRefresh();
        assertThat(lookup.counts().refreshes()).isEqualTo(1);
        assertThat(lookup.ready(request("j-1"))).isSameAs(target);
        assertThat(lookup.counts().loads()).isEqualTo(2);
    }

    @Test
    void seesAChangeOfWhichTheWordWasLostAfterTwiceTheFreshTimeAtTheLatest() {
        lookup.resolve(request("j-1"));
        lookup.close();
        store.put("j-1", "127.0.0.1:9002");

        clock.forward(Lookups.FRESH.multipliedBy(2).minusMillis(1));
        assertThat(lookup.explain("j-1").state()).isEqualTo(Explanation.State.AGED);
        clock.forward(Duration.ofMillis(1));

        assertThat(lookup.explain("j-1").state()).isEqualTo(Explanation.State.TO_BE_REVALIDATED);
        assertThat(lookup.ready(request("j-1"))).isNull();
        assertThat(lookup.resolve(request("j-1")).text()).isEqualTo("127.0.0.1:9002");
    }

    @Test
    void servesNothingThatIsTooOldForAnyUse() {
        lookup.resolve(request("j-1"));
        clock.forward(Lookups.STALE);

        assertThat(lookup.ready(request("j-1"))).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, MALFORMED_TARGET",
        "127.0.0.1:99999, MALFORMED_TARGET",
        "8.8.8.8:53, TARGET_NOT_ALLOWED",
        "169.254.169.254:80, TARGET_NOT_ALLOWED",
        "[::ffff:169.254.169.254]:80, TARGET_NOT_ALLOWED",
        "0.0.0.0:80, TARGET_NOT_ALLOWED",
    })
    void refusesValuesThatAreNoAllowedTarget(String value, Cause cause) {
        store.put("j-2", value);

        assertRefused(cause, () -> lookup.resolve(request("j-2")));
        assertRefused(cause, () -> lookup.ready(request("j-2")));
        assertThat(lookup.counts().loads()).isEqualTo(1);
    }

    @Test
    void resolvesLocalhostFromTheHostsFile() {
        store.put("j-2", "localhost:9001");

        Target target = lookup.resolve(request("j-2"));

        assertThat(target.address().getAddress().isLoopbackAddress()).isTrue();
        assertThat(lookup.ready(request("j-2"))).isSameAs(target);
    }

    @Test
    void refusesRequestsWithoutAUsableKey() {
        assertRefused(Cause.NO_ROUTE_KEY, () -> lookup.ready(new Head()));
        assertRefused(Cause.BAD_ROUTE_KEY, () -> lookup.ready(request("a b")));
        assertRefused(Cause.BAD_ROUTE_KEY, () -> lookup.ready(request("a".repeat(65))));
        assertThat(lookup.counts().loads()).isZero();
    }

    @Test
    void holdsNoMoreEntriesThanConfigured() {
        Lookup small = new Lookup(Lookups.config("${jobid}", 10), store, names, clock);
        for (int i = 0; i < 100; i++) {
            store.put("k-" + i, "127.0.0.1:9001");
            small.resolve(request("k-" + i));
        }

        assertThat(small.size()).isLessThanOrEqualTo(10);
    }

    /** A load that began before a change must not bring the old value back after it. */
    @Test
    void neverAnswersWithAValueFromBeforeAChangeThatWasMadeBeforeTheCall() throws InterruptedException {
        AtomicInteger written = new AtomicInteger(1);
        Queue<String> wrong = new ConcurrentLinkedQueue<>();
        store.put("j-1", "127.0.0.1:1");
        List<Thread> readers = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            readers.add(Thread.ofVirtual().start(() -> {
                while (written.get() < 20_000) {
                    int atLeast = written.get();
                    int port = lookup.resolve(request("j-1")).address().getPort();
                    if (port < atLeast) {
                        wrong.add(port + " after " + atLeast);
                    }
                }
            }));
        }

        for (int port = 2; port <= 20_000; port++) {
            store.put("j-1", "127.0.0.1:" + port);
            written.set(port);
        }
        for (Thread reader : readers) {
            reader.join();
        }

        assertThat(wrong).isEmpty();
        assertThat(lookup.counts().loads()).isGreaterThan(1);
    }

    @Test
    void trimsAStoredValueThatEndsInALine() {
        store.put("j-3", "127.0.0.1:9003\n");

        assertThat(lookup.resolve(request("j-3")).text()).isEqualTo("127.0.0.1:9003");
        assertThat(lookup.explain("j-3").value()).hasValue("127.0.0.1:9003");
    }

    @Test
    void explainsWhatItWouldDo() {
        assertThat(lookup.explain("j-1"))
                .isEqualTo(new Explanation(
                        "j-1",
                        Explanation.State.NOT_CACHED,
                        Optional.empty(),
                        Optional.of("127.0.0.1:9001"),
                        Optional.of("127.0.0.1:9001"),
                        Optional.empty(),
                        "address and port are in allowed ranges"));

        lookup.resolve(request("j-1"));
        clock.forward(Duration.ofSeconds(3));
        assertThat(lookup.explain("j-1").state()).isEqualTo(Explanation.State.FRESH);
        assertThat(lookup.explain("j-1").age()).hasValue(Duration.ofSeconds(3));

        clock.forward(Lookups.FRESH);
        assertThat(lookup.explain("j-1").state()).isEqualTo(Explanation.State.AGED);

        store.put("j-1", "8.8.8.8:53");
        assertThat(lookup.explain("j-1").state()).isEqualTo(Explanation.State.TO_BE_REVALIDATED);

        assertRefused(Cause.TARGET_NOT_ALLOWED, () -> lookup.resolve(request("j-1")));
        assertThat(lookup.explain("j-1").refusal()).hasValue("target-not-allowed");
        assertThat(lookup.explain("j-1").reason()).isEqualTo("8.8.8.8:53: 8.8.8.8 is in no allowed network");
        assertThat(lookup.explain("j-1").address()).hasValue("8.8.8.8:53");
        assertThat(lookup.explain("j-7").refusal()).hasValue("key-unknown");
        assertThat(lookup.explain("j-7").value()).isEmpty();
    }

    @Test
    void hearsNoMoreOfChangesOnceClosed() {
        lookup.close();

        store.put("j-1", "127.0.0.1:9002");

        assertThat(lookup.counts().invalidations()).isZero();
    }

    private void awaitRefresh() throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (lookup.explain("j-1").state() != Explanation.State.FRESH && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
    }

    static void assertRefused(Cause cause, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        GatewayException.class, e -> assertThat(e.reason()).isEqualTo(cause));
    }
}

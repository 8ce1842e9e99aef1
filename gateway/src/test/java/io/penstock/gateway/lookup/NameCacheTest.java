// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.lookup;

import static io.penstock.gateway.lookup.LookupTest.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Cause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Name;
import org.xbill.DNS.hosts.HostsFileParser;

/** Against a real name server, over UDP. */
@Timeout(20)
class NameCacheTest {
    @TempDir
    Path folder;

    private final MovableClock clock = new MovableClock();
    private final NameServer server;
    private NameCache names;

    NameCacheTest() throws IOException {
        server = new NameServer();
        names = new NameCache(
                new Dns(server.resolver(), new HostsFileParser(Path.of("/nonexistent")), List.of(), 1), clock);
    }

    @BeforeEach
    void hosts() throws IOException {
        Path hosts = Files.writeString(folder.resolve("hosts"), "10.9.9.9 listed.test\n");
        Name search = Name.fromString("svc.test.");
        names = new NameCache(new Dns(server.resolver(), new HostsFileParser(hosts), List.of(search), 1), clock);
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void holdsAnAddressForTheLifeOfItsRecord() {
        server.zone("a.test. 60 IN A 10.0.0.1");
        assertThat(resolved("a.test")).containsExactly("10.0.0.1");
        server.zone("a.test. 60 IN A 10.0.0.2");

        clock.forward(Duration.ofSeconds(40));
        assertThat(resolved("a.test")).containsExactly("10.0.0.1");
        assertThat(server.questions()).isEqualTo(1);

        clock.forward(Duration.ofSeconds(20));
        assertThat(ready("a.test")).isNull();
        assertThat(resolved("a.test")).containsExactly("10.0.0.2");
    }

    @Test
    void asksAgainInTheBackgroundInTheLastFifthOfThatLife() {
        server.zone("a.test. 60 IN A 10.0.0.1");
        resolved("a.test");
        server.zone("a.test. 60 IN A 10.0.0.2");

        clock.forward(Duration.ofSeconds(50));
        assertThat(ready("a.test")).containsExactly("10.0.0.1");

        awaitReady("a.test", "10.0.0.2");
        assertThat(server.questions()).isEqualTo(2);
    }

    @Test
    void takesTheShortestLifeOfAChainOfAliases() {
        server.zone("a.test. 5 IN CNAME b.test.", "b.test. 3600 IN CNAME c.test.", "c.test. 3600 IN A 10.0.0.1");
        assertThat(resolved("a.test")).containsExactly("10.0.0.1");

        clock.forward(Duration.ofSeconds(5));

        assertThat(ready("a.test")).isNull();
    }

    @Test
    void servesTheLastGoodAnswerWhileTheServerFails() {
        server.zone("a.test. 5 IN A 10.0.0.1");
        resolved("a.test");
        server.fail();

        clock.forward(Duration.ofHours(2));
        assertThat(resolved("a.test")).containsExactly("10.0.0.1");
        int questions = server.questions();
        assertThat(ready("a.test")).containsExactly("10.0.0.1");
        assertThat(server.questions()).isEqualTo(questions);

        server.zone("a.test. 5 IN A 10.0.0.2");
        clock.forward(CachedName.PAUSE);
        awaitReady("a.test", "10.0.0.2");
    }

    @Test
    void servesTheLastGoodAnswerWhileTheServerIsSilentAndWaitsForItOnceAlone() {
        server.zone("a.test. 5 IN A 10.0.0.1");
        resolved("a.test");
        server.beSilent();

        clock.forward(Duration.ofSeconds(10));
        assertThat(ready("a.test")).isNull();
        assertThat(resolved("a.test")).containsExactly("10.0.0.1");

        int questions = server.questions();
        for (int i = 0; i < 10; i++) {
            clock.forward(CachedName.PAUSE);
            assertThat(ready("a.test")).containsExactly("10.0.0.1");
        }
        await(() -> server.questions() > questions);

        server.zone("a.test. 5 IN A 10.0.0.2");
        await(() -> {
            // the question that is under way has no answer, and the next one comes after the pause
            clock.forward(Duration.ofMillis(5));
            return List.of("10.0.0.2").equals(ready("a.test"));
        });
    }

    @Test
    void asksFirstWhenTheServerFailedLongAgo() {
        server.zone("a.test. 5 IN A 10.0.0.1");
        resolved("a.test");
        server.fail();
        clock.forward(Duration.ofSeconds(10));
        resolved("a.test");

        server.zone("a.test. 5 IN A 10.0.0.2");
        clock.forward(CachedName.DISTRUST);

        assertThat(ready("a.test")).isNull();
        assertThat(resolved("a.test")).containsExactly("10.0.0.2");
    }

    @Test
    void hasNothingForANameThatNoServerAnswers() {
        server.beSilent();

        assertRefused(Cause.NAME_UNRESOLVED, () -> resolved("a.test"));
        int questions = server.questions();
        assertRefused(Cause.NAME_UNRESOLVED, () -> resolved("a.test"));
        assertThat(server.questions()).isEqualTo(questions);
    }

    @Test
    void forgetsAnAddressWhenTheServerSaysThatTheNameIsGone() {
        server.zone("a.test. 5 IN A 10.0.0.1");
        resolved("a.test");
        server.zone();
        clock.forward(Duration.ofSeconds(5));

        assertRefused(Cause.NAME_UNRESOLVED, () -> resolved("a.test"));

        server.zone("a.test. 5 IN A 10.0.0.2");
        clock.forward(CachedName.ABSENT_LIFE);
        assertThat(resolved("a.test")).containsExactly("10.0.0.2");
    }

    @Test
    void countsALifeOfNothingAsOneSecond() {
        server.zone("a.test. 0 IN A 10.0.0.1");
        resolved("a.test");

        assertThat(ready("a.test")).containsExactly("10.0.0.1");
        clock.forward(CachedName.MIN_LIFE);
        assertThat(ready("a.test")).isNull();
    }

    @Test
    void takesBothKindsOfAddresses() {
        server.zone("a.test. 9 IN AAAA fd00::1", "a.test. 9 IN A 10.0.0.1", "six.test. 9 IN AAAA fd00::6");

        assertThat(resolved("a.test")).containsExactly("10.0.0.1", "fd00:0:0:0:0:0:0:1");
        assertThat(resolved("six.test")).containsExactly("fd00:0:0:0:0:0:0:6");
    }

    @Test
    void looksIntoTheHostsFileFirst() {
        server.zone("listed.test. 9 IN A 10.0.0.1");

        assertThat(resolved("listed.test")).containsExactly("10.9.9.9");
        assertThat(resolved("localhost")).containsExactly("127.0.0.1");
        assertThat(server.questions()).isZero();
    }

    @Test
    void completesShortNamesFromTheSearchList() {
        server.zone("short.svc.test. 9 IN A 10.0.0.1", "a.b. 9 IN A 10.0.0.2", "x.y.svc.test. 9 IN A 10.0.0.3");

        assertThat(resolved("short")).containsExactly("10.0.0.1");
        assertThat(resolved("a.b")).containsExactly("10.0.0.2");
        assertThat(resolved("x.y")).containsExactly("10.0.0.3");
        assertRefused(Cause.NAME_UNRESOLVED, () -> resolved("short."));
    }

    @Test
    void usesOnlyAllowedAddressesOfAName() {
        server.zone("a.test. 9 IN A 8.8.8.8", "a.test. 9 IN A 10.0.0.1", "evil.test. 9 IN A 169.254.169.254");
        Answers answers = new Answers(new AllowList(Lookups.config("${jobid}").allow()), names);

        assertThat(answers.of("a.test:80").resolve().address().getAddress().getHostAddress())
                .isEqualTo("10.0.0.1");
        assertRefused(Cause.TARGET_NOT_ALLOWED, () -> answers.of("evil.test:80").resolve());
    }

    @Test
    void checksTheAddressAgainWhenTheNameMoves() {
        server.zone("a.test. 5 IN A 10.0.0.1");
        Answer answer = new Answers(new AllowList(Lookups.config("${jobid}").allow()), names).of("a.test:80");
        answer.resolve();

        server.zone("a.test. 5 IN A 169.254.169.254");
        clock.forward(Duration.ofSeconds(5));

        assertRefused(Cause.TARGET_NOT_ALLOWED, answer::resolve);
    }

    @Test
    void keepsItsChoiceWhenTheServerRotatesItsAnswers() {
        server.zone("a.test. 5 IN A 10.0.0.1", "a.test. 5 IN A 10.0.0.2");
        Answer answer = new Answers(new AllowList(Lookups.config("${jobid}").allow()), names).of("a.test:80");
        Target target = answer.resolve();

        server.zone("a.test. 5 IN A 10.0.0.2", "a.test. 5 IN A 10.0.0.1");
        clock.forward(Duration.ofSeconds(5));

        assertThat(answer.resolve()).isSameAs(target);
        assertThat(server.questions()).isEqualTo(2);
    }

    private void awaitReady(String host, String address) {
        await(() -> List.of(address).equals(ready(host)));
        assertThat(ready(host)).containsExactly(address);
    }

    private static void await(BooleanSupplier met) {
        long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (!met.getAsBoolean() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(met.getAsBoolean()).isTrue();
    }

    private List<String> resolved(String host) {
        return names.name(host).resolve().stream()
                .map(address -> String.valueOf(address.getHostAddress()))
                .toList();
    }

    private @Nullable List<String> ready(String host) {
        var list = names.name(host).ready();
        return list == null
                ? null
                : list.stream()
                        .map(address -> String.valueOf(address.getHostAddress()))
                        .toList();
    }
}

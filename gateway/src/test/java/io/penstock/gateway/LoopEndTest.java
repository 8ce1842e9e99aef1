// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static io.penstock.gateway.LoopGateway.answer;
import static io.penstock.gateway.LoopGateway.ask;
import static io.penstock.gateway.LoopGateway.got;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.LoopGateway.Pair;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.ending.UpstreamEnding;
import io.penstock.gateway.filter.Filter;
import io.penstock.gateway.filter.Finding;
import io.penstock.gateway.filter.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Exchanges on an event loop whose client, upstream, gateway or luck ends. */
@Timeout(60)
class LoopEndTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    // ---- the client's end ----

    @Test
    void learnsThatTheClientIsGone() throws Exception {
        try (LoopGateway gateway = LoopGateway.byHand().start()) {
            Pair pair = gateway.warmPair();
            pair.ask("/long");

            pair.client().close();

            assertThat(gateway.ended().cause()).isEqualTo(Cause.DOWNSTREAM_GONE);
            assertThat(pair.upstream().ended()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void learnsThatTheClientIsGoneRightBehindItsRequest(boolean half) throws Exception {
        try (LoopGateway gateway = LoopGateway.byHand().start()) {
            Pair pair = gateway.warmPair();

            ask(pair.client(), "/gone");
            if (half) {
                pair.client().finish();
            } else {
                pair.client().close();
            }

            assertThat(pair.upstream().request()).startsWith("GET /gone ");
            assertThat(gateway.requestOnLoop()).isTrue();
            assertThat(gateway.ended().cause()).isEqualTo(Cause.DOWNSTREAM_GONE);
            assertThat(pair.upstream().ended()).isTrue();
            Await.until("the ledger has it", SOON, () -> gateway.pool().open() == 0);
        }
    }

    /** Keeps every loop busy until they are let go. */
    private static final class Busy implements Filter {
        private final Semaphore go = new Semaphore(0);

        @Override
        public Verdict request(Exchange exchange) {
            try {
                if (exchange.path().equals("/busy") && !go.tryAcquire(30, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("nobody let it go");
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return Verdict.GO_ON;
        }

        @Override
        public Finding explain(Exchange copy) {
            return Finding.goesOn("looks");
        }
    }

    /** A loop finds the request and the end together, also where the request fills the buffer. */
    @ParameterizedTest
    @ValueSource(ints = {50, 600, 1024, 2048, 4096})
    void answersARequestRightBeforeTheClientsEndWhereThatIsAllowed(int length) throws Exception {
        String head = "GET /large HTTP/1.1\r\nHost: a.test\r\nx-large: ";
        String large = head + "x".repeat(Math.max(0, length - head.length() - 4)) + "\r\n\r\n";
        Busy busy = new Busy();
        try (LoopGateway gateway = LoopGateway.echoing()
                .listener("http1: {half-close: true}")
                .filter(busy)
                .start()) {
            Http1Origin.Connection[] each =
                    new Http1Origin.Connection[Runtime.getRuntime().availableProcessors()];
            for (int i = 0; i < each.length; i++) {
                each[i] = gateway.warm();
            }
            Http1Origin.Connection client = gateway.warm();
            for (Http1Origin.Connection other : each) {
                ask(other, "/busy");
                assertThat(gateway.requestOnLoop()).isTrue();
            }

            client.send(large);
            client.finish();
            busy.go.release(each.length);

            assertThat(answer(client)).isEqualTo("get /large");
            assertThat(client.ended()).isTrue();
            assertThat(gateway.requestOnLoop()).isTrue();
            for (int i = 0; i <= each.length; i++) {
                assertThat(gateway.ended().cause()).isNull();
            }
        }
    }

    @Test
    void answersAfterTheClientHasEndedItsSideWhereThatIsAllowed() throws Exception {
        try (LoopGateway gateway =
                LoopGateway.byHand().listener("http1: {half-close: true}").start()) {
            Pair pair = gateway.warmPair();
            pair.ask("/half");
            pair.client().finish();
            gateway.running().awaitNanos(500_000_000); // longer than a client is taken on trust

            pair.answer("whole");

            assertThat(pair.client().ended()).isTrue();
            assertThat(gateway.responseOnLoop()).isTrue();
            assertThat(gateway.ended().cause()).isNull();
        }
    }

    // ---- the upstream's end ----

    @Test
    void seesAnIdleUpstreamConnectionCloseWithoutARequest() throws Exception {
        try (LoopGateway gateway = LoopGateway.byHand().start()) {
            Pair pair = gateway.warmPair();

            pair.upstream().close();

            Await.until("the ledger has it", SOON, () -> gateway.pool().open() == 0);
            assertThat(gateway.pool().closed()).containsEntry(UpstreamEnding.PEER_CLOSED, 1L);
            ask(pair.client(), "/next");
            Pair next = new Pair(pair.client(), gateway.origin().connection());
            next.upstream().request();
            next.answer("next");
        }
    }

    @Test
    void repeatsOnAnotherConnectionWhatAStaleOneDidNotTake() throws Exception {
        try (LoopGateway gateway = LoopGateway.byHand().start()) {
            Pair pair = gateway.warmPair();
            pair.ask("/again");

            pair.upstream().close();

            Pair other = new Pair(pair.client(), gateway.origin().connection());
            assertThat(other.upstream().request()).startsWith("GET /again ");
            other.answer("here");
            Exchange exchange = gateway.ended();
            assertThat(exchange.cause()).isNull();
            assertThat(exchange.attempts()).isEqualTo(2);
        }
    }

    @Test
    void endsAnAttemptWhoseResponseIsLate() throws Exception {
        try (LoopGateway gateway =
                LoopGateway.byHand().upstream("first-byte-timeout: 100ms").start()) {
            Pair pair = gateway.warmPair();
            pair.ask("/silent");

            assertThat(pair.client().head()).startsWith("HTTP/1.1 504 ");
            assertThat(gateway.ended().cause()).isEqualTo(Cause.FIRST_BYTE_TIMEOUT);

            assertThat(pair.upstream().ended()).isTrue();
        }
    }

    // ---- another attempt ----

    private static LoopGateway retrying() {
        return LoopGateway.byHand().cluster("retry: {statuses: [503]}").start();
    }

    /** Another connection to the upstream, which is idle too, for a second attempt that does not wait. */
    private static Http1Origin.Connection another(LoopGateway gateway, Pair pair) throws Exception {
        pair.ask("/held");
        try (Http1Origin.Connection client = gateway.running().http1Client()) {
            ask(client, "/another");
            Pair other = new Pair(client, gateway.origin().connection());
            other.upstream().request();
            other.answer("another");
            gateway.ended();
            pair.answer("held"); // the last one that was used is used first
            gateway.ended();
            for (int i = 0; i < 2; i++) {
                gateway.requestOnLoop();
                gateway.responseOnLoop();
            }
            return other.upstream();
        }
    }

    private static void refuseForNow(Http1Origin.Connection upstream) throws IOException {
        upstream.send("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 0\r\nContent-Length: 5\r\n\r\nfirst");
    }

    @Test
    void answersWithTheSecondAttempt() throws Exception {
        try (LoopGateway gateway = retrying()) {
            Pair pair = gateway.warmPair();
            Pair second = new Pair(pair.client(), another(gateway, pair));
            pair.ask("/again");

            refuseForNow(pair.upstream());

            assertThat(second.upstream().request()).startsWith("GET /again ");
            second.answer("second");
            assertThat(gateway.requestOnLoop()).isTrue();
            assertThat(gateway.responseOnLoop()).as("the second attempt").isTrue();
            Exchange exchange = gateway.ended();
            assertThat(exchange.cause()).isNull();
            assertThat(exchange.attempts()).isEqualTo(2);
            second.ask("/next");
            second.answer("next");
            assertThat(gateway.pool().open()).isEqualTo(2);
        }
    }

    @Test
    void endsTheSecondAttemptWithItsClient() throws Exception {
        try (LoopGateway gateway = retrying()) {
            Pair pair = gateway.warmPair();
            Http1Origin.Connection second = another(gateway, pair);
            pair.ask("/again");
            refuseForNow(pair.upstream());
            assertThat(second.request()).startsWith("GET /again ");

            pair.client().close();

            assertThat(second.ended()).isTrue();
            Exchange exchange = gateway.ended();
            assertThat(exchange.cause()).isEqualTo(Cause.DOWNSTREAM_GONE);
            assertThat(exchange.attempts()).isEqualTo(2);
            assertThat(exchange.status()).isEqualTo(Exchange.NONE);
            Await.until(
                    "the first connection is left", SOON, () -> gateway.pool().open() == 1);
            assertThat(gateway.pool().activeStreams()).isZero();
        }
    }

    // ---- the gateway's own ----

    /** Fails as the path says. */
    private static final class Defects implements Filter {
        @Override
        public Verdict request(Exchange exchange) {
            fail(exchange, "request");
            return Verdict.GO_ON;
        }

        @Override
        public Finding explain(Exchange copy) {
            return Finding.goesOn("looks");
        }

        @Override
        public void response(Exchange exchange, Head response) {
            fail(exchange, "response");
        }

        private static void fail(Exchange exchange, String hook) {
            if (exchange.path().equals("/" + hook + "/exception")) {
                throw new IllegalStateException("asked for");
            } else if (exchange.path().equals("/" + hook + "/error")) {
                throw new AssertionError("asked for");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/request/exception", "/request/error", "/response/exception", "/response/error"})
    void losesByADefectNoMoreThanItsExchange(String path) throws Exception {
        try (LoopGateway gateway = LoopGateway.echoing().filter(new Defects()).start()) {
            Http1Origin.Connection[] others =
                    new Http1Origin.Connection[2 * Runtime.getRuntime().availableProcessors()];
            for (int i = 0; i < others.length; i++) { // on every loop
                others[i] = gateway.warm();
            }
            Http1Origin.Connection client = gateway.warm();

            ask(client, path);

            String head = client.head();
            assertThat(head).startsWith("HTTP/1.1 500 ");
            client.text(Http1Origin.length(head));
            assertThat(gateway.requestOnLoop()).isTrue();
            assertThat(gateway.ended().cause()).isEqualTo(Cause.INTERNAL);
            assertThat(gateway.pool().activeStreams()).isZero();
            for (Http1Origin.Connection other : others) {
                assertThat(got(other, "/next")).isEqualTo("get /next");
                assertThat(gateway.requestOnLoop()).isTrue();
                assertThat(gateway.ended().cause()).isNull();
            }
            assertThat(got(client, "/next")).isEqualTo("get /next");
        }
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "needs /proc")
    void leavesNoSelectorOpen() throws Exception {
        startAndStop();
        long before = selectors();

        for (int i = 0; i < 5; i++) {
            startAndStop();
        }

        Await.until("all are closed", SOON, () -> selectors() <= before);
    }

    private static void startAndStop() throws Exception {
        try (LoopGateway gateway = LoopGateway.echoing().start()) {
            gateway.warm().close();
        }
    }

    private static long selectors() {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(LoopEndTest::selector).count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean selector(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().equals("anon_inode:[eventpoll]");
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }
}

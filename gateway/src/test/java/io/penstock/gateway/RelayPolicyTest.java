// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.ending.AttemptFailure;
import io.penstock.gateway.exchange.side.Upstream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** When the relay asks an upstream's policy about another attempt, and what it does with the answer. */
class RelayPolicyTest {
    private static final byte[] EMPTY = {};
    private static final int MAX_CONCURRENT_STREAMS = 3;

    @RegisterExtension
    final BareTransports transports = new BareTransports("replay-bytes: 1KiB");

    private final Policy policy = new Policy();

    /** Tries again as often as it has permits, on the one connection. */
    private final class Policy implements Upstream {
        final Semaphore permits = new Semaphore(0);
        final LinkedBlockingQueue<Exchange> opened = new LinkedBlockingQueue<>();
        final List<AttemptFailure> asked = new CopyOnWriteArrayList<>();
        volatile int withheldStatus;
        volatile boolean opens = true;
        private int attempts;

        @Override
        public void open(Exchange exchange) {
            attempts++;
            opened.add(exchange);
            exchange.attemptObserver(transports.observer("attempt " + attempts));
            if (opens) {
                transports.connection().open(exchange, true);
            }
        }

        @Override
        public boolean again(Exchange exchange, AttemptFailure failure) {
            asked.add(failure);
            if (!permits.tryAcquire()) {
                return false;
            }
            open(exchange);
            return true;
        }

        @Override
        public boolean mayWithhold(Exchange exchange, Head response) {
            return response.status() == withheldStatus;
        }
    }

    @BeforeEach
    void relay() {
        transports.handle(exchange -> {
            exchange.upstream(policy);
            policy.open(exchange);
        });
    }

    @Test
    void triesAgainInsteadOfPassingAWithheldResponseOn() {
        policy.withheldStatus = 503;
        policy.permits.release();
        FramePeer origin = transports.connect();
        FramePeer client = transports.client();
        int call = client.post("/");
        client.data(call, "question", true);
        origin.awaitHead(1);
        assertThat(origin.awaitRest(1).text()).isEqualTo("question");

        origin.head(1, false, ":status", "503");
        origin.data(1, "sorry", false);
        assertThat(origin.await(1, WireFrame.RST_STREAM).code()).isEqualTo(WireFrame.CANCEL);
        origin.awaitHead(3);
        assertThat(origin.awaitRest(3).text()).isEqualTo("question");
        origin.head(3, false, ":status", "200");
        origin.data(3, "answer", true);

        assertThat(client.awaitHead(call).status()).isEqualTo("200");
        assertThat(client.awaitRest(call).text()).isEqualTo("answer");
        Exchange exchange = transports.ended();
        assertThat(exchange.cause()).isNull();
        assertThat(exchange.attempts()).isEqualTo(2);
        assertThat(exchange.responseBytes()).isEqualTo(6);
        assertThat(policy.asked).singleElement().satisfies(failure -> {
            assertThat(failure.cause()).isNull();
            assertThat(failure.unprocessed()).isFalse();
        });
        assertThat(transports.told())
                .containsExactlyInAnyOrder(
                        "attempt 1 started",
                        "attempt 1 responded 503",
                        "attempt 1 ended null",
                        "attempt 2 started",
                        "attempt 2 responded 200",
                        "attempt 2 ended null");
    }

    @Test
    void passesOnTheResponseThatThePolicyKeeps() {
        policy.withheldStatus = 503;
        FramePeer origin = transports.connect();
        FramePeer client = transports.client();
        int call = client.get("/");
        origin.awaitHead(1);

        origin.head(1, false, ":status", "503");
        origin.data(1, "sorry", true);

        assertThat(client.awaitHead(call).status()).isEqualTo("503");
        assertThat(client.awaitRest(call).text()).isEqualTo("sorry");
        assertThat(policy.asked).hasSize(1);
    }

    @Test
    void goesOnWithTheUploadWhenNoStreamWasFreeForAnotherAttempt() {
        policy.withheldStatus = 503;
        policy.permits.release();
        transports.origin().settings(MAX_CONCURRENT_STREAMS, 1);
        FramePeer origin = transports.connect();
        FramePeer client = transports.client();
        transports.handle(exchange -> {
            exchange.upstream(new Upstream() {
                @Override
                public void open(Exchange same) {
                    transports.connection().open(same, true);
                }

                @Override
                public boolean again(Exchange same, AttemptFailure failure) {
                    return transports.connection().open(same, true); // the first stream is still open
                }

                @Override
                public boolean mayWithhold(Exchange same, Head response) {
                    return true;
                }
            });
            transports.connection().open(exchange, true);
        });
        int call = client.post("/");
        client.data(call, "first ", false);
        origin.awaitHead(1);
        assertThat(origin.next(1).text()).isEqualTo("first ");

        origin.head(1, false, ":status", "200");
        assertThat(client.awaitHead(call).status()).isEqualTo("200");
        client.data(call, "second", true);

        assertThat(origin.awaitRest(1).text()).isEqualTo("second");
        origin.data(1, "both", true);
        assertThat(client.awaitRest(call).text()).isEqualTo("both");
        assertThat(transports.ended().attempts()).isEqualTo(1);
    }

    @Test
    void asksAboutARequestThatMayHaveBeenProcessed() {
        policy.permits.release();
        FramePeer origin = transports.connect();
        FramePeer client = transports.client();
        int call = client.get("/");
        origin.awaitHead(1);

        origin.reset(1, WireFrame.INTERNAL_ERROR);
        origin.awaitHead(3);
        origin.head(3, true, ":status", "204");

        assertThat(client.awaitHead(call).status()).isEqualTo("204");
        assertThat(policy.asked).singleElement().satisfies(failure -> {
            assertThat(failure.cause()).isEqualTo(Cause.UPSTREAM_RESET);
            assertThat(failure.unprocessed()).isFalse();
        });
        assertThat(transports.told()).contains("attempt 1 ended UPSTREAM_RESET", "attempt 2 ended null");
    }

    @Test
    void saysWhatWasNotProcessed() {
        FramePeer origin = transports.connect();
        FramePeer client = transports.client();
        int call = client.get("/");
        origin.awaitHead(1);

        origin.reset(1, WireFrame.REFUSED_STREAM);

        assertThat(client.awaitHead(call).status()).isEqualTo("503");
        assertThat(policy.asked)
                .singleElement()
                .satisfies(failure -> assertThat(failure.unprocessed()).isTrue());
    }

    @Test
    void doesNotAskOnceAResponseHasBegun() {
        policy.permits.release();
        FramePeer origin = transports.connect();
        FramePeer client = transports.client();
        int call = client.get("/");
        origin.awaitHead(1);
        origin.head(1, false, ":status", "200");
        client.awaitHead(call);

        origin.reset(1, WireFrame.INTERNAL_ERROR);

        client.await(call, WireFrame.RST_STREAM);
        assertThat(policy.asked).isEmpty();
    }

    @Test
    void doesNotAskWhenARequestIsHeldNoMore() {
        policy.permits.release();
        policy.withheldStatus = 503;
        FramePeer origin = transports.connect();
        FramePeer client = transports.client();
        int call = client.post("/");
        client.data(call, new byte[1_000], false);
        client.data(call, new byte[1_000], true);
        origin.awaitHead(1);
        origin.awaitRest(1);

        origin.head(1, true, ":status", "503");

        assertThat(client.awaitHead(call).status()).isEqualTo("503");
        assertThat(policy.asked).isEmpty();
    }

    @Test
    void tellsOfTheEndOfAnAttemptThatNeverHadAStream() {
        policy.opens = false;
        FramePeer client = transports.client();
        int call = client.post("/");
        client.data(call, EMPTY, false);
        client.reset(call, WireFrame.CANCEL);

        assertThat(transports.ended().cause()).isEqualTo(Cause.DOWNSTREAM_GONE);
        assertThat(transports.told()).containsExactly("attempt 1 ended DOWNSTREAM_GONE");
    }

    @Test
    void endsAnAttemptThatTakesTooLongAndAsksForAnother() {
        policy.permits.release();
        FramePeer origin = transports.connect();
        FramePeer client = transports.client();
        int call = client.post("/");
        client.data(call, "question", true);
        origin.awaitHead(1);

        policy.opened.remove().downstream().failAttempt(new GatewayException(Cause.FIRST_BYTE_TIMEOUT, "late"));
        assertThat(origin.await(1, WireFrame.RST_STREAM).code()).isEqualTo(WireFrame.CANCEL);
        origin.awaitHead(3);
        assertThat(origin.awaitRest(3).text()).isEqualTo("question");
        origin.head(3, true, ":status", "204");

        assertThat(client.awaitHead(call).status()).isEqualTo("204");
        assertThat(transports.ended().cause()).isNull();
        assertThat(policy.asked).extracting(AttemptFailure::cause).containsExactly(Cause.FIRST_BYTE_TIMEOUT);
        assertThat(transports.told()).contains("attempt 1 ended FIRST_BYTE_TIMEOUT", "attempt 2 ended null");
    }

    @Test
    void refusesTheExchangeWhoseLateAttemptWasTheLast() {
        FramePeer origin = transports.connect();
        FramePeer client = transports.client();
        int call = client.get("/");
        origin.awaitHead(1);

        policy.opened.remove().downstream().failAttempt(new GatewayException(Cause.FIRST_BYTE_TIMEOUT, "late"));

        assertThat(client.awaitHead(call).status()).isEqualTo("504");
        assertThat(transports.ended().cause()).isEqualTo(Cause.FIRST_BYTE_TIMEOUT);
    }

    @Test
    void leavesAnAttemptAloneWhoseResponseHasBegun() {
        FramePeer origin = transports.connect();
        FramePeer client = transports.client();
        int call = client.get("/");
        origin.awaitHead(1);
        origin.head(1, false, ":status", "200");
        client.awaitHead(call);

        policy.opened.remove().downstream().failAttempt(new GatewayException(Cause.FIRST_BYTE_TIMEOUT, "late"));
        origin.data(1, "in time", true);

        assertThat(client.awaitRest(call).text()).isEqualTo("in time");
        assertThat(transports.ended().cause()).isNull();
    }

    @Test
    void tellsOfTheEndOfAnAttemptThatIsCancelled() {
        FramePeer origin = transports.connect();
        FramePeer client = transports.client();
        int call = client.post("/");
        origin.awaitHead(1);

        client.reset(call, WireFrame.CANCEL);

        origin.await(1, WireFrame.RST_STREAM);
        transports.ended();
        assertThat(transports.told()).containsExactly("attempt 1 started", "attempt 1 ended DOWNSTREAM_GONE");
    }
}

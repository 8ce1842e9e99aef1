// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.ending.UpstreamEnding;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class UpstreamPoolTest {
    private static final byte[] EMPTY = {};
    private static final int MAX_CONCURRENT_STREAMS = 3;
    private static final int INITIAL_WINDOW_SIZE = 4;

    @RegisterExtension
    final RunningGateway gateway = RunningGateway.toOrigin();

    @Test
    void opensAnotherConnectionWhenTheFirstIsFull() {
        gateway.origin().settings(MAX_CONCURRENT_STREAMS, 2);
        FramePeer client = gateway.client();
        client.grpc();
        FramePeer first = gateway.origin().connection();
        first.awaitHead(1);
        client.grpc();
        first.awaitHead(3);

        client.grpc();

        gateway.origin().connection().awaitHead(1);
        first.roundTrip();
        assertThat(first.pending(5)).isEmpty();
    }

    @Test
    void queuesWhatFitsOnNoConnectionUntilAStreamEnds() {
        gateway.upstream("max-connections: 2, queue-timeout: 10s");
        gateway.origin().settings(MAX_CONCURRENT_STREAMS, 1);
        FramePeer client = gateway.client();
        client.grpc();
        FramePeer first = gateway.origin().connection();
        first.awaitHead(1);
        int other = client.grpc();
        FramePeer second = gateway.origin().connection();
        second.awaitHead(1);
        int waiting = client.grpc();
        client.data(waiting, "patient", true);
        client.roundTrip();
        first.roundTrip();
        second.roundTrip();
        assertThat(first.pending(3)).isEmpty();
        assertThat(second.pending(3)).isEmpty();

        client.data(other, EMPTY, true);
        second.grpcAnswer(1, "done");

        second.awaitHead(3);
        assertThat(second.awaitRest(3).text()).isEqualTo("patient");
        assertThat(gateway.origin().connections()).isEqualTo(2);
    }

    @Test
    void givesTheSlotOfACancelledStreamToTheNext() {
        gateway.upstream("max-connections: 1, queue-timeout: 10s");
        gateway.origin().settings(MAX_CONCURRENT_STREAMS, 1);
        FramePeer client = gateway.client();
        int call = client.grpc();
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);

        for (int stream = 3; stream < 100; stream += 2) {
            int next = client.grpc();
            client.roundTrip();
            client.reset(call, WireFrame.CANCEL);
            origin.awaitHead(stream);
            call = next;
        }

        assertThat(gateway.origin().connections()).isEqualTo(1);
        assertThat(gateway.endedCount()).isPositive();
    }

    @Test
    void refusesWhatFindsTheQueueFull() {
        gateway.upstream("max-connections: 1, max-queue: 1, queue-timeout: 10s");
        gateway.origin().settings(MAX_CONCURRENT_STREAMS, 1);
        FramePeer client = gateway.client();
        client.grpc();
        gateway.origin().connection().awaitHead(1);
        client.grpc();

        int refused = client.grpc();

        assertThat(client.awaitHead(refused).value("grpc-status")).isEqualTo("14");
        assertThat(gateway.ended().cause()).isEqualTo(Cause.TOO_MANY_STREAMS);
    }

    @Test
    void refusesWhatHasWaitedTooLong() {
        gateway.upstream("max-connections: 1, queue-timeout: 50ms");
        gateway.origin().settings(MAX_CONCURRENT_STREAMS, 1);
        FramePeer client = gateway.client();
        client.grpc();
        gateway.origin().connection().awaitHead(1);

        int refused = client.get("/");

        assertThat(client.awaitHead(refused).status()).isEqualTo("503");
        assertThat(gateway.ended().cause()).isEqualTo(Cause.TOO_MANY_STREAMS);
    }

    @Test
    void letsAnExchangeWaitOnceForTheOneEndpointOfACluster() {
        gateway.upstream("max-connections: 1, queue-timeout: 1m, write-timeout: 1h");
        assertRefusedAfterOneWait(gateway.origin());
    }

    @Test
    void letsAnExchangeWaitOnceForTheTargetOfALookup(@TempDir Path folder) throws IOException {
        Origin target = gateway.keep(new Origin());
        Path targets = Files.writeString(folder.resolve("targets.json"), "{\"7\": \"" + target.address() + "\"}");
        gateway.variable("TARGETS", targets.toString()).configured("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes: [{name: all, lookup: jobs}]
                lookups:
                  - name: jobs
                    store: file
                    key: "${jobid}"
                    upstream: {max-connections: 1, queue-timeout: 1m, write-timeout: 1h}
                stores: [{name: file, embedded: {file: "${TARGETS}"}}]
                admin: {port: 0}
                access-log: {output: none}
                """);

        assertRefusedAfterOneWait(target);
    }

    private void assertRefusedAfterOneWait(Origin origin) {
        origin.settings(MAX_CONCURRENT_STREAMS, 1);
        FramePeer client = gateway.client();
        client.grpc("jobid", "7");
        origin.connection().awaitHead(1);
        int waiting = client.get("/", "jobid", "7");
        Await.until("it waits", Duration.ofSeconds(10), () -> gateway.pool().waiting() == 1);

        gateway.gateway().upstreams().upkeep(System.nanoTime() + TimeUnit.SECONDS.toNanos(61));

        assertThat(client.awaitHead(waiting).status()).isEqualTo("503");
        assertThat(gateway.ended().cause()).isEqualTo(Cause.TOO_MANY_STREAMS);
    }

    @Test
    void takesARaisedLimitOfThePeerIntoAccount() {
        gateway.upstream("max-connections: 1, queue-timeout: 10s");
        gateway.origin().settings(MAX_CONCURRENT_STREAMS, 1);
        FramePeer client = gateway.client();
        client.grpc();
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        client.grpc();
        client.roundTrip();

        origin.settings(MAX_CONCURRENT_STREAMS, 2);

        assertThat(origin.awaitHead(3).value(":method")).isEqualTo("POST");
    }

    @Test
    void dialsOnceMoreAndThenRefuses() {
        gateway.origin().stopAccepting();
        FramePeer client = gateway.client();

        int call = client.get("/");

        assertThat(client.awaitHead(call).status()).isEqualTo("502");
        Exchange exchange = gateway.ended();
        assertThat(exchange.cause()).isEqualTo(Cause.CONNECT_REFUSED);
        assertThat(exchange.attempts()).isZero();
        assertThat(gateway.pool().connectFailures()).isEqualTo(2);
    }

    @Test
    void refusesWhenThePeerNeverSendsItsSettings() {
        gateway.upstream("connect-timeout: 100ms, queue-timeout: 10s");
        gateway.origin().settings((long[]) null);
        FramePeer client = gateway.client();

        int call = client.get("/");

        assertThat(client.awaitHead(call).status()).isEqualTo("504");
        assertThat(gateway.ended().cause()).isEqualTo(Cause.CONNECT_TIMEOUT);
        gateway.origin().connection().awaitEnd();
        gateway.origin().connection().awaitEnd();
    }

    @Test
    void saysThatThePeerSpeaksNoHttp2() {
        gateway.origin().settings((long[]) null);
        gateway.origin()
                .prepare(peer -> peer.raw("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
        FramePeer client = gateway.client();

        int call = client.get("/");

        assertThat(client.awaitHead(call).status()).isEqualTo("502");
        assertThat(gateway.ended().cause()).isEqualTo(Cause.UPSTREAM_PROTOCOL);
    }

    @Test
    void servesAgainOnceThePeerIsBack() {
        gateway.origin().prepare(FramePeer::abort);
        FramePeer client = gateway.client();
        int lost = client.get("/");
        assertThat(client.awaitHead(lost).status()).startsWith("50");

        gateway.origin().prepare(peer -> {});
        int served = client.get("/");
        FramePeer origin = living(gateway.origin());
        origin.awaitHead(1);
        origin.head(1, true, ":status", "204");

        assertThat(client.awaitHead(served).status()).isEqualTo("204");
    }

    /** The first connection that gets a request; those that were aborted find out in their own time. */
    private static FramePeer living(Origin origin) {
        while (true) {
            FramePeer next = origin.connection();
            Await.until(
                    "a head or the end",
                    Duration.ofSeconds(10),
                    () -> next.ended() || !next.pending(1).isEmpty());
            if (!next.ended()) {
                return next;
            }
        }
    }

    @Test
    void asksAConnectionThatWasIdleForLongBeforeUsingIt() {
        gateway.upstream("ping-after: 100ms, queue-timeout: 10s, max-connections: 1");
        FramePeer client = gateway.client();
        FramePeer origin = answered(client, 1);
        origin.withoutPong();
        gateway.awaitNanos(150_000_000);

        int call = client.get("/");
        WireFrame ping = origin.await(0, WireFrame.PING);
        assertThat(origin.pending(3)).isEmpty();
        origin.frame(WireFrame.PING, WireFrame.ACK, 0, ping.payload());

        origin.awaitHead(3);
        origin.head(3, true, ":status", "204");
        assertThat(client.awaitHead(call).status()).isEqualTo("204");
    }

    @Test
    void opensAnotherConnectionWhenAnIdleOneDoesNotAnswer() {
        gateway.upstream("ping-after: 100ms, ping-timeout: 200ms");
        FramePeer client = gateway.client();
        FramePeer origin = answered(client, 1);
        origin.withoutPong();
        gateway.awaitNanos(150_000_000);

        int call = client.get("/");
        FramePeer second = gateway.origin().connection();
        second.awaitHead(1);
        second.head(1, true, ":status", "204");

        assertThat(client.awaitHead(call).status()).isEqualTo("204");
        origin.awaitEnd();
    }

    @Test
    void endsASilentConnectionUnderOpenStreams() {
        gateway.upstream("ping-after: 100ms, ping-timeout: 100ms");
        FramePeer client = gateway.client();
        int call = client.grpc();
        FramePeer origin = gateway.origin().connection().withoutPong();
        origin.awaitHead(1);

        assertThat(client.awaitHead(call).value("grpc-status")).isEqualTo("14");

        origin.awaitEnd();
        assertThat(gateway.ended().cause()).isEqualTo(Cause.UPSTREAM_RESET);
    }

    /** Servers of gRPC end a connection on the fourth PING in five minutes, unless they sent a head or DATA in between. */
    @Test
    void asksUnderOpenStreamsSeldomUnlessThePeerSpeaks() {
        gateway.upstream("max-age: 24h, write-timeout: 1h");
        FramePeer client = gateway.client();
        int call = client.grpc();
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        long start = System.nanoTime() + TimeUnit.SECONDS.toNanos(1); // after all that is really read here

        List<Integer> quiet = secondsOfPings(origin, start, 0, 1200);
        origin.grpcResponse(1);
        client.awaitHead(call);
        List<Integer> afterHead = secondsOfPings(origin, start, 1200, 1500);

        assertThat(quiet).containsExactly(30, 420, 810, 1200);
        assertThat(afterHead).containsExactly(1230);
    }

    /** Runs the upkeep of every thirty seconds from one to the other; in which of them the connection was asked by PING. */
    private List<Integer> secondsOfPings(FramePeer origin, long start, int from, int until) {
        List<Integer> asked = new ArrayList<>();
        for (int second = from + 30; second <= until; second += 30) {
            gateway.gateway().upstreams().upkeep(start + TimeUnit.SECONDS.toNanos(second));
            origin.roundTrip(); // a PING was sent before this answer
            if (origin.pending(0).removeIf(UpstreamPoolTest::isQuestion)) {
                origin.await("the PING", UpstreamPoolTest::isQuestion);
                asked.add(second);
            }
            origin.roundTrip(); // its answer has arrived
        }
        return asked;
    }

    private static boolean isQuestion(WireFrame frame) {
        return frame.type() == WireFrame.PING && !frame.flag(WireFrame.ACK);
    }

    @Test
    void closesAConnectionThatIsIdle() {
        gateway.upstream("idle-timeout: 1s, ping-after: 1s");
        FramePeer origin = answered(gateway.client(), 1);

        assertThat(origin.await(0, WireFrame.GOAWAY).code()).isEqualTo(WireFrame.NO_ERROR);

        origin.awaitEnd();
        origin.close();
        assertThat(gateway.awaitClosed(1)).containsKey(UpstreamEnding.IDLE);
    }

    @Test
    void replacesAConnectionOfMaximumAgeAndLetsItsStreamsFinish() {
        gateway.upstream("max-age: 1s, max-connections: 1");
        FramePeer client = gateway.client();
        int old = client.grpc();
        FramePeer first = gateway.origin().connection();
        first.awaitHead(1);
        gateway.awaitNanos(1_300_000_000);

        int young = client.grpc();
        FramePeer second = gateway.origin().connection();
        second.awaitHead(1);
        second.grpcAnswer(1, "young");
        first.grpcAnswer(1, "old");
        client.data(old, EMPTY, true);

        client.awaitHead(young);
        assertThat(client.awaitRest(young).text()).isEqualTo("young");
        client.awaitHead(old);
        assertThat(client.awaitRest(old).text()).isEqualTo("old");
        first.awaitEnd();
    }

    @Test
    void putsManyCallsOnFewConnections() {
        FramePeer client = gateway.client();
        FramePeer origin = answered(client, 1);
        Set<String> bodies = new HashSet<>();

        for (int i = 1; i <= 100; i++) {
            int call = client.grpc();
            client.data(call, "question " + i, true);
        }
        for (int i = 1; i <= 100; i++) {
            origin.awaitHead(1 + 2 * i);
            bodies.add(origin.awaitRest(1 + 2 * i).text());
            origin.grpcAnswer(1 + 2 * i, "answer");
        }

        assertThat(bodies).hasSize(100);
        assertThat(gateway.origin().connections()).isEqualTo(1);
    }

    @Test
    void opensAnotherConnectionWhenTheFirstHoldsItsStreamsBack() {
        gateway.origin().settings(INITIAL_WINDOW_SIZE, 1 << 20);
        gateway.origin().prepare(FramePeer::withoutCredit);
        FramePeer client = gateway.client();
        int upload = client.grpc();
        FramePeer first = gateway.origin().connection();
        first.awaitHead(1);

        client.dataWithinWindows(upload, new byte[100_000], 10_000, false);
        FramePeer second = gateway.origin().connection();
        second.roundTrip(); // from then on it takes calls
        int call = client.get("/");

        second.awaitHead(1);
        second.head(1, true, ":status", "204");
        assertThat(client.awaitHead(call).status()).isEqualTo("204");
        assertThat(gateway.origin().connections()).isEqualTo(2);
    }

    private FramePeer answered(FramePeer client, int stream) {
        int call = client.get("/");
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(stream);
        origin.head(stream, true, ":status", "204");
        client.awaitHead(call);
        return origin;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.config.ConfigReader;
import io.penstock.gateway.config.upstream.UpstreamConfig;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.ending.UpstreamEnding;
import io.penstock.gateway.upstream.SingleTarget;
import io.penstock.gateway.upstream.Upstreams;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How an HTTP/1.1 pool lets its idle connections go. No upkeep runs but the test's, by a clock of the test. */
@Timeout(60)
class IdleConnectionTest {
    @RegisterExtension
    final BareTransports transports = new BareTransports("");

    private final Upstreams upstreams = new Upstreams(100);
    private final Http1Origin origin = Http1Origin.byHand();
    private UpstreamConfig config = config("");

    /** With these keys of the cluster's {@code upstream}. */
    private static UpstreamConfig config(String keys) {
        return ConfigReader.read("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes: [{name: all, cluster: origin}]
                clusters: [{name: origin, endpoints: ["127.0.0.1:1"], upstream: {protocol: http1%s}}]
                admin: {port: 0}
                """.formatted(keys), Map.of())
                .clusters()
                .getFirst()
                .upstream();
    }

    @BeforeEach
    void forward() {
        transports.handle(this::open);
    }

    @AfterEach
    void close() {
        upstreams.abort();
        origin.close();
    }

    private void open(Exchange exchange) {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), origin.port());
        SingleTarget target = new SingleTarget(upstreams, address, "", config);
        exchange.upstream(target);
        target.open(exchange);
    }

    /** Has a request of the client answered on this connection, on which nothing happens from then on. */
    private static void serve(FramePeer client, int call, Http1Origin.Connection on) throws Exception {
        assertThat(on.request()).startsWith("GET / ");
        on.answer("ok");
        assertThat(client.awaitHead(call).status()).isEqualTo("200");
        assertThat(client.awaitRest(call).text()).isEqualTo("ok");
    }

    private Http1Origin.Connection serve(FramePeer client) throws Exception {
        int call = client.get("/");
        Http1Origin.Connection connection = origin.connection();
        serve(client, call, connection);
        return connection;
    }

    /** Lets real time pass: what is taken from the pool is judged by it. */
    private static void pause(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - until < 0) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
    }

    private static long after(long from, Duration age) {
        return from + age.toNanos();
    }

    private Map<UpstreamEnding, Long> closed() {
        return upstreams.report().getFirst().closed();
    }

    /** Has the pool find out that the endpoint closes what was idle for so long. */
    private void learn(FramePeer client, Duration age) throws Exception {
        Http1Origin.Connection connection = serve(client);
        long idle = System.nanoTime();
        upstreams.upkeep(after(idle, age));
        assertThat(closed()).isEmpty();
        connection.close();
        long later = after(idle, age.multipliedBy(2));
        Await.until("found closed", Duration.ofSeconds(10), () -> {
            upstreams.upkeep(later);
            return !closed().isEmpty();
        });
        assertThat(closed()).containsExactly(Map.entry(UpstreamEnding.PEER_CLOSED, 1L));
    }

    // ---- the age at which the endpoint closes ----

    @Test
    void closesItsConnectionsBeforeTheirEndpointDoes() throws Exception {
        FramePeer client = transports.client();
        learn(client, Duration.ofSeconds(60));

        for (long i = 1; i <= 3; i++) {
            Http1Origin.Connection connection = serve(client);
            long idle = System.nanoTime();
            upstreams.upkeep(after(idle, Duration.ofSeconds(45)));
            serve(client, client.get("/"), connection);
            idle = System.nanoTime();
            upstreams.upkeep(after(idle, Duration.ofSeconds(45)));
            upstreams.upkeep(after(idle, Duration.ofSeconds(59)));

            assertThat(connection.ended()).isTrue();
            assertThat(closed())
                    .containsOnly(Map.entry(UpstreamEnding.PEER_CLOSED, 1L), Map.entry(UpstreamEnding.IDLE, i));
        }
    }

    /** Upkeep looks a few times a second; between two looks the pool itself knows. */
    @Test
    void sendsNothingOnAConnectionThatIsIdleForAlmostAsLong() throws Exception {
        FramePeer client = transports.client();
        long before = System.nanoTime();
        learn(client, Duration.ofSeconds(1));
        long atMost = Duration.ofSeconds(1).toNanos() + System.nanoTime() - before;
        serve(client);
        pause(Duration.ofNanos(atMost).minusMillis(250));

        serve(client); // on a connection that comes only now

        assertThat(upstreams.report().getFirst().opened()).isEqualTo(3);
        upstreams.upkeep(System.nanoTime());
        assertThat(closed())
                .containsOnly(Map.entry(UpstreamEnding.PEER_CLOSED, 1L), Map.entry(UpstreamEnding.IDLE, 1L));
    }

    @Test
    void forgetsTheAgeAndReusesAgain() throws Exception {
        FramePeer client = transports.client();
        learn(client, Duration.ofSeconds(60));
        Http1Origin.Connection connection = serve(client);
        long idle = System.nanoTime();

        upstreams.upkeep(after(idle, Duration.ofSeconds(460))); // beyond idle-timeout: closed, and forgotten

        assertThat(connection.ended()).isTrue();
        Http1Origin.Connection next = serve(client);
        idle = System.nanoTime();
        upstreams.upkeep(after(idle, Duration.ofSeconds(200)));
        serve(client, client.get("/"), next);
        assertThat(closed())
                .containsOnly(Map.entry(UpstreamEnding.PEER_CLOSED, 1L), Map.entry(UpstreamEnding.IDLE, 1L));
    }

    // ---- maximum age ----

    /** Has so many requests answered at the same time, each on a connection of its own. */
    private List<Http1Origin.Connection> serveAtOnce(FramePeer client, int count) throws Exception {
        List<Integer> calls = new ArrayList<>();
        List<Http1Origin.Connection> connections = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            calls.add(client.get("/"));
            Http1Origin.Connection connection = origin.connection();
            connection.request();
            connections.add(connection);
        }
        for (Http1Origin.Connection connection : connections) {
            connection.answer("ok");
        }
        for (int call : calls) {
            assertThat(client.awaitHead(call).status()).isEqualTo("200");
            client.awaitRest(call);
        }
        return connections;
    }

    @Test
    void closesWhatHasReachedItsMaximumAgeATenthSoonerOrLater() throws Exception {
        config = config(", max-age: 1h, idle-timeout: 24h");
        FramePeer client = transports.client();
        long before = System.nanoTime();
        List<Http1Origin.Connection> connections = serveAtOnce(client, 40);
        long after = System.nanoTime();

        upstreams.upkeep(after(before, Duration.ofMinutes(54)));
        assertThat(closed()).isEmpty();
        upstreams.upkeep(after(before, Duration.ofMinutes(60)));
        assertThat(closed()).containsOnlyKeys(UpstreamEnding.MAX_AGE);
        assertThat(closed().get(UpstreamEnding.MAX_AGE))
                .as("some reach it later")
                .isBetween(1L, 39L);
        upstreams.upkeep(after(after, Duration.ofMinutes(66).plusMillis(1)));

        for (Http1Origin.Connection connection : connections) {
            assertThat(connection.ended()).isTrue();
        }
        assertThat(closed()).containsOnly(Map.entry(UpstreamEnding.MAX_AGE, 40L));
    }

    @Test
    void letsTheExchangeOnAConnectionOfMaximumAgeFinishAndTakesAnotherForTheNext() throws Exception {
        config = config(", max-age: 1s");
        FramePeer client = transports.client();
        int call = client.get("/");
        Http1Origin.Connection old = origin.connection();
        old.request();
        pause(Duration.ofMillis(1_101));
        upstreams.upkeep(System.nanoTime());

        old.answer("late");
        assertThat(client.awaitHead(call).status()).isEqualTo("200");
        assertThat(client.awaitRest(call).text()).isEqualTo("late");

        assertThat(old.ended()).isTrue();
        assertThat(closed()).containsExactly(Map.entry(UpstreamEnding.MAX_AGE, 1L));
        serve(client);
    }

    /** Before upkeep has looked. */
    @Test
    void sendsNothingOnAnIdleConnectionOfMaximumAge() throws Exception {
        config = config(", max-age: 1s");
        FramePeer client = transports.client();
        serve(client);
        pause(Duration.ofMillis(1_101));

        serve(client); // on a connection that comes only now

        assertThat(upstreams.report().getFirst().opened()).isEqualTo(2);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.config.cluster.EndpointConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.upstream.cluster.TestTransport.Deed;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a cluster keeps when the configuration is replaced. */
class ClusterReloadTest {
    private static final String BOTH = "endpoints: ['127.0.0.1:1', '127.0.0.1:2']";
    private static final Deed BAD = new Deed.Answer(":status", "500");

    private final TestTransport transport = new TestTransport();

    private static String main(String keys) {
        return "{name: main, " + keys + "}";
    }

    private Clusters clusters(String... yaml) {
        return transport.clusters("[" + String.join(", ", yaml) + "]");
    }

    private Clusters after(Clusters before, String... yaml) {
        return transport.clusters("[" + String.join(", ", yaml) + "]", before);
    }

    private void send(Clusters to, int count) {
        for (int i = 0; i < count; i++) {
            transport.send(to.cluster("main"), "GET");
        }
    }

    private Cause cause(Clusters to) {
        var refusal = transport.send(to.cluster("main"), "GET").refusal;
        if (refusal == null) {
            throw new AssertionError("not refused");
        }
        return refusal.reason();
    }

    @Test
    void isKeptWithItsFallback() {
        String answers = main(BOTH + ", fallback: {status: 200}");
        Clusters before = clusters(answers);
        assertThat(after(before, answers).cluster("main")).isSameAs(before.cluster("main"));

        String hands = main(BOTH + ", fallback: {cluster: spare}");
        String spare = "{name: spare, endpoints: ['127.0.0.1:3']}";
        Clusters pair = clusters(hands, spare);
        assertThat(after(pair, hands, spare).cluster("main")).isSameAs(pair.cluster("main"));
    }

    @Test
    void fallsBackToTheClusterOfTheNewConfiguration() {
        String hands = main("endpoints: ['127.0.0.1:1'], breaker: {failures: 1}, retry: {attempts: 1},"
                + " fallback: {cluster: spare}");
        Clusters before = clusters(hands, "{name: spare, endpoints: ['127.0.0.1:3']}");
        transport.does(1, BAD);
        send(before, 1);

        Clusters now = after(before, hands, "{name: spare, endpoints: ['127.0.0.1:4']}");
        transport.opened.clear();
        send(now, 1);

        assertThat(transport.opened).containsExactly("127.0.0.1:4");
        assertThat(now.cluster("main").report().opened()).isEqualTo(1);
    }

    @Test
    void knowsWhoWasEjected() {
        Clusters before = clusters(main(BOTH + ", balancer: {policy: round-robin}, retry: {attempts: 1}"));
        transport.does(1, BAD);
        send(before, 10);
        transport.opened.clear();

        Clusters now = after(before, main(BOTH + ", balancer: {policy: round-robin}, retry: {attempts: 2}"));
        send(now, 10);

        assertThat(now.cluster("main")).isNotSameAs(before.cluster("main"));
        assertThat(transport.opened).containsOnly("127.0.0.1:2");
        assertThat(now.cluster("main").report().endpoints().getFirst().state()).isEqualTo("ejected");
        transport.does(1, new Deed.Answer(":status", "200"));
        transport.forward(Duration.ofSeconds(30));
        now.upkeep(transport.nanos.get());
        send(now, 10);
        assertThat(transport.opened).contains("127.0.0.1:1");
    }

    @Test
    void forgetsEjectionsByOtherRules() {
        Clusters before = clusters(main(BOTH + ", retry: {attempts: 1}"));
        transport.does(1, BAD);
        send(before, 20);

        Clusters now = after(before, main(BOTH + ", retry: {attempts: 1}, outlier: {consecutive-failures: 50}"));

        assertThat(now.cluster("main").report().endpoints().getFirst().state()).isEqualTo("healthy");
    }

    @Test
    void keepsAnOpenBreakerUnlessItIsConfiguredAnew() {
        String breaker = "endpoints: ['127.0.0.1:1'], retry: {attempts: 1}, breaker: {failures: 2}";
        Clusters before = clusters(main(breaker));
        transport.otherwise = BAD;
        send(before, 2);
        transport.otherwise = new Deed.Answer(":status", "200");

        assertThat(cause(after(before, main(breaker + ", panic-threshold: 10"))))
                .isEqualTo(Cause.CIRCUIT_OPEN);
        Clusters anew = after(before, main(breaker.replace("failures: 2", "failures: 3")));
        assertThat(transport.send(anew.cluster("main"), "GET").refusal).isNull();
    }

    @Test
    void countsWhatIsInFlightSinceBefore() {
        String bulkhead = BOTH + ", bulkhead: {max-active: 1}";
        Clusters before = clusters(main(bulkhead));
        transport.otherwise = new Deed.Hold();
        var first = new TestDownstream();
        var exchange = first.exchange("GET");
        transport.send(before.cluster("main"), first, exchange);

        Clusters now = after(before, main(bulkhead + ", panic-threshold: 10"));

        assertThat(now.cluster("main").report().active()).isOne();
        assertThat(cause(now)).isEqualTo(Cause.OVERLOADED);
        transport.release(exchange, ":status", "200");
        assertThat(transport.send(now.cluster("main"), "GET").refusal).isNull();
    }

    @Test
    void keepsDiscoveredEndpointsUntilThereIsAnAnswer() {
        String discovery = "discovery: {dns: {name: jobs.test, port: 1, servers: ['127.0.0.1:9']}}";
        Clusters before = clusters(main(discovery));
        before.cluster("main")
                .endpoints(List.of(
                        new EndpointConfig("127.0.0.1:7", Optional.of("jobs.test"), 1, false, 0, Optional.empty())));

        Clusters now = after(before, main(discovery + ", panic-threshold: 10"));
        send(now, 1);
        assertThat(transport.opened).containsExactly("127.0.0.1:7");

        Clusters other = after(before, main(discovery.replace("jobs.test", "others.test")));
        assertThat(cause(other)).isEqualTo(Cause.NO_ENDPOINT);
    }

    @Test
    void startsAnEndpointThatIsNewSlowly() {
        String slow = "balancer: {policy: round-robin, slow-start: 10s}";
        Clusters before = clusters(main("endpoints: ['127.0.0.1:1'], " + slow));

        Clusters now = after(before, main(BOTH + ", " + slow));
        send(now, 110);

        assertThat(transport.opened.stream().filter("127.0.0.1:2"::equals)).hasSizeBetween(5, 15);
    }
}

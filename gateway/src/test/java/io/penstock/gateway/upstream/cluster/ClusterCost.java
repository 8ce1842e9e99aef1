// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.cluster;

import io.penstock.gateway.exchange.Exchange;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a cluster adds to one exchange: the choice, the observer, the end; with and without a breaker. Run by hand. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ClusterCost {
    @Param({
        "balancer: {policy: peak-ewma}",
        "balancer: {policy: round-robin}",
        "breaker: {}",
        "breaker: {failure-rate: 50}"
    })
    private String keys = "";

    private Cluster cluster = new TestTransport().cluster(1, "");

    /** Makes the cluster over a transport that answers at once. */
    @Setup
    public void make() {
        TestTransport transport = new TestTransport();
        transport.remembers = false;
        cluster = transport.cluster(8, keys);
    }

    /** The exchange alone, to be subtracted. */
    @Benchmark
    public Exchange exchangeAlone() {
        Exchange exchange = new TestDownstream().exchange("GET");
        exchange.status(200);
        exchange.end();
        return exchange;
    }

    /** The exchange through the cluster. */
    @Benchmark
    public Exchange throughTheCluster() {
        Exchange exchange = new TestDownstream().exchange("GET");
        cluster.open(exchange);
        return exchange;
    }
}

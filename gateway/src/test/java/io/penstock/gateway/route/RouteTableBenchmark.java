// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.route;

import io.penstock.gateway.config.match.MatchConfig;
import io.penstock.gateway.exchange.Exchange;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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

/**
 * What a look-up costs among few and many routes. Each one asks for another route; run it with {@code -prof gc} to see that plain
 * look-ups allocate nothing.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class RouteTableBenchmark {
    private static final int REQUESTS = 1024;

    @Param({"10", "100", "1000", "10000"})
    int routes = 10;

    private RouteTable<String> byHost = new RouteTable.Builder<String>().build();
    private RouteTable<String> byWildcard = byHost;
    private RouteTable<String> byPath = byHost;
    private Exchange[] hosts = {};
    private Exchange[] below = {};
    private Exchange[] paths = {};
    private int turn;

    @Setup
    public void fillTables() {
        var host = new RouteTable.Builder<String>();
        var wildcard = new RouteTable.Builder<String>();
        var path = new RouteTable.Builder<String>();
        for (int i = 0; i < routes; i++) {
            host.add("r" + i, MatchConfig.of(Optional.of("host-" + i + ".example.com"), "/api/v1"), "r" + i);
            wildcard.add("r" + i, MatchConfig.of(Optional.of("*.host-" + i + ".example.com"), "/api/v1"), "r" + i);
            path.add("r" + i, MatchConfig.of(Optional.empty(), "/api/group-" + i % 100 + "/item-" + i), "r" + i);
        }
        byHost = host.build();
        byWildcard = wildcard.build();
        byPath = path.build();
        hosts = new Exchange[REQUESTS];
        below = new Exchange[REQUESTS];
        paths = new Exchange[REQUESTS];
        for (int i = 0; i < REQUESTS; i++) {
            int to = (int) ((long) i * 7_919 % routes);
            hosts[i] = Requests.get("host-" + to + ".example.com:8080", "/api/v1/users/42?x=1");
            below[i] = Requests.get("www.host-" + to + ".example.com", "/api/v1/users/42?x=1");
            paths[i] = Requests.get("any.example.com", "/api/group-" + to % 100 + "/item-" + to + "/users/42?x=1");
        }
    }

    @Benchmark
    public @Nullable String findsAHost() {
        return byHost.match(hosts[turn++ & (REQUESTS - 1)]);
    }

    @Benchmark
    public @Nullable String findsAWildcard() {
        return byWildcard.match(below[turn++ & (REQUESTS - 1)]);
    }

    @Benchmark
    public @Nullable String findsAPath() {
        return byPath.match(paths[turn++ & (REQUESTS - 1)]);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.store.RedisProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/**
 * In a network namespace with few local ports: makes calls with a connection each until there is no port left, and says how that ended.
 * The first argument is {@code upstream} or {@code store}: which of them has a connection for each call.
 */
final class NoLocalPortScene {
    private static final int MORE_THAN_ENOUGH = 100;

    private NoLocalPortScene() {}

    public static void main(String[] arguments) throws Exception {
        Exchange failed = arguments[0].equals("store") ? store() : upstream();
        System.out.println(failed.cause() + " " + failed.status() + " " + failed.grpcStatus());
        System.exit(0);
    }

    private static Exchange upstream() throws Exception {
        try (Http1Origin origin = Http1Origin.echoing();
                RunningGateway gateway =
                        RunningGateway.with("""
                        listeners: [{name: main, address: 127.0.0.1, port: 0}]
                        routes: [{name: all, cluster: origin}]
                        clusters: [{name: origin, endpoints: ["%s"], upstream: {protocol: http1, reuse: never}}]
                        admin: {port: 0}
                        access-log: {output: none}
                        """.formatted(origin.address())).start()) {
            FramePeer client = gateway.client();
            return firstFailure(gateway, () -> client.get("/"));
        }
    }

    private static Exchange store() throws Exception {
        Path folder = Files.createTempDirectory("penstock-scene");
        try (RedisProcess redis = RedisProcess.start(folder);
                Http1Origin origin = Http1Origin.echoing();
                RunningGateway gateway =
                        RunningGateway.with("""
                        listeners: [{name: main, address: 127.0.0.1, port: 0}]
                        stores: [{name: jobs, redis: {url: "%s", reuse: never}}]
                        lookups: [{name: job, store: jobs, key: "${jobid}", cached: false, upstream: {protocol: http1}}]
                        routes: [{name: all, lookup: job}]
                        admin: {port: 0}
                        access-log: {output: none}
                        """.formatted(redis.url())).start()) {
            redis.call("SET", "one", origin.address());
            FramePeer client = gateway.client();
            return firstFailure(gateway, () -> client.get("/", "jobid", "one"));
        }
    }

    private static Exchange firstFailure(RunningGateway gateway, Callable<Integer> call) throws Exception {
        for (int i = 0; i < MORE_THAN_ENOUGH; i++) {
            call.call();
            Exchange exchange = gateway.ended();
            if (exchange.cause() != null) {
                return exchange;
            }
        }
        throw new AssertionError("no call failed, expected " + Cause.NO_LOCAL_PORT);
    }
}

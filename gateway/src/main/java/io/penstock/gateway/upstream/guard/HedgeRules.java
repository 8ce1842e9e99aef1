// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.guard;

import io.penstock.gateway.config.cluster.HedgeConfig;
import io.penstock.gateway.exchange.Exchange;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/** Which exchanges may have a second attempt beside the first, and how many had one. Safe for any thread. */
public final class HedgeRules {
    private final long afterNanos;
    private final Set<String> methods;
    private final Set<String> grpcPaths;
    private final LongAdder sent = new LongAdder();
    private final LongAdder won = new LongAdder();
    private final LongAdder cancelled = new LongAdder();

    public HedgeRules(HedgeConfig config) {
        this.afterNanos = config.after().toNanos();
        this.methods = Set.copyOf(config.methods());
        this.grpcPaths =
                config.grpcMethods().stream().map(method -> "/" + method).collect(Collectors.toUnmodifiableSet());
    }

    /** Whether it does no harm that the request is processed twice: its method is listed, or its call of gRPC. */
    public boolean serves(Exchange exchange) {
        if (exchange.request().has(":protocol")) {
            return false;
        }
        if (exchange.grpc()) {
            return grpcPaths.contains(exchange.path());
        }
        return methods.contains(exchange.method());
    }

    /** How long the first attempt is alone. */
    public long afterNanos() {
        return afterNanos;
    }

    /** A second attempt is on its way. */
    public void noteSent() {
        sent.increment();
    }

    /** The second attempt had the response. */
    public void noteWon() {
        won.increment();
    }

    /** An attempt was ended because the other one had the response. */
    public void noteCancelled() {
        cancelled.increment();
    }

    /** Second attempts. */
    public long sent() {
        return sent.sum();
    }

    /** Second attempts that had the response. */
    public long won() {
        return won.sum();
    }

    /** Attempts, first or second, that were ended because the other one had the response. */
    public long cancelled() {
        return cancelled.sum();
    }
}

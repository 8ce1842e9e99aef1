// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.telemetry;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GrpcStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What was counted of the exchanges of one route and cluster.
 *
 * <p>Safe for any number of threads. A counter for each combination of cause, class of the HTTP status and gRPC status is made when
 * the combination is first seen, while the budget that all series share lasts; after that the exchange is not placed here.
 */
final class ExchangeSeries {
    static final String NO_VALUE = "none";

    private static final Cause[] CAUSES = Cause.values();
    private static final int HTTP_CLASSES = 6;
    private static final int GRPC_STATUSES = GrpcStatus.values().length + 2;

    private final String route;
    private final String cluster;
    private final AtomicInteger budget;
    private final AtomicReferenceArray<@Nullable LongAdder> ended =
            new AtomicReferenceArray<>((CAUSES.length + 1) * HTTP_CLASSES * GRPC_STATUSES);

    final LongAdder requestBytes = new LongAdder();
    final LongAdder responseBytes = new LongAdder();
    final Latencies total = new Latencies();
    final Latencies upstream = new Latencies();

    /** Told of one combination and its count. */
    @FunctionalInterface
    interface Visitor {
        void visit(String cause, String status, String grpcStatus, long count);
    }

    ExchangeSeries(String route, String cluster, AtomicInteger budget) {
        this.route = route;
        this.cluster = cluster;
        this.budget = budget;
    }

    String route() {
        return route;
    }

    String cluster() {
        return cluster;
    }

    /** The counter of the exchange's combination, or null when it is new and the budget is spent. */
    @SuppressWarnings("EnumOrdinal") // a place in an array of this process, stored nowhere
    @Nullable
    LongAdder ended(Exchange exchange) {
        Cause cause = exchange.cause();
        int place = ((cause == null ? 0 : cause.ordinal() + 1) * HTTP_CLASSES + httpClass(exchange.status()))
                        * GRPC_STATUSES
                + grpcPlace(exchange.grpcStatus());
        LongAdder counter = ended.get(place);
        return counter == null ? add(place) : counter;
    }

    void visit(Visitor visitor) {
        for (int place = 0; place < ended.length(); place++) {
            LongAdder counter = ended.get(place);
            if (counter != null) {
                int grpc = place % GRPC_STATUSES;
                int http = place / GRPC_STATUSES % HTTP_CLASSES;
                int cause = place / GRPC_STATUSES / HTTP_CLASSES;
                visitor.visit(
                        cause == 0 ? NO_VALUE : CAUSES[cause - 1].slug(),
                        http == 0 ? NO_VALUE : http + "xx",
                        grpcLabel(grpc),
                        counter.sum());
            }
        }
    }

    Traffic.Pair traffic() {
        List<Traffic.Ending> endings = new ArrayList<>();
        visit((cause, status, grpcStatus, count) -> endings.add(new Traffic.Ending(cause, status, grpcStatus, count)));
        return new Traffic.Pair(
                route, cluster, endings, requestBytes.sum(), responseBytes.sum(), total.counts(), total.sumSeconds());
    }

    private @Nullable LongAdder add(int place) {
        if (budget.getAndUpdate(left -> Math.max(0, left - 1)) == 0) {
            return null;
        }
        var counter = new LongAdder();
        LongAdder other = ended.compareAndExchange(place, null, counter);
        return other == null ? counter : other;
    }

    private static int httpClass(int status) {
        return status >= 100 && status < 600 ? status / 100 : 0;
    }

    /** 0 for none, 1 for one that gRPC does not know, then the statuses. */
    private static int grpcPlace(int status) {
        if (status == Exchange.NONE) {
            return 0;
        }
        return status >= 0 && status < GRPC_STATUSES - 2 ? status + 2 : 1;
    }

    private static String grpcLabel(int place) {
        return switch (place) {
            case 0 -> NO_VALUE;
            case 1 -> "other";
            default -> Integer.toString(place - 2);
        };
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.telemetry;

import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.ExchangeObserver;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts what ended, and shows it with the numbers of the other rooms as Prometheus text.
 *
 * <p>Safe for any number of threads. {@link #ended} adds to plain counters and allocates only when a combination of labels is seen
 * for the first time. Everything else happens when somebody asks for the text: the OpenTelemetry SDK is built at the first request
 * for it, so that the start of the gateway does not pay for it, and reads the counters through asynchronous instruments.
 *
 * <p>Series are bounded: at most {@value #MAX_PAIRS} pairs of route and cluster and {@value #MAX_ENDED} combinations with cause and
 * statuses have series of their own; further ones are counted under {@value #OVERFLOW}.
 */
public final class Metrics implements ExchangeObserver {
    static final String OVERFLOW = "overflow";
    static final int MAX_PAIRS = 256;
    /** Below the 2,000 series that the SDK keeps apart for one instrument. */
    static final int MAX_ENDED = 1_500;

    private static final int MAX_REGISTERED = 500;

    private final ConcurrentHashMap<String, ConcurrentHashMap<String, ExchangeSeries>> series =
            new ConcurrentHashMap<>();
    private final AtomicInteger pairsLeft;
    private final AtomicInteger endedLeft;
    private final ExchangeSeries overflow;
    private final LongAdder overflowEnded = new LongAdder();
    private final LongAdder requestTrailers = new LongAdder();
    private final LongAdder responseTrailers = new LongAdder();
    private final List<MetricFamily> families = new ArrayList<>();
    private @Nullable Exposition exposition;

    /** Takes the rows of one family: a value with the values of its labels. */
    @FunctionalInterface
    public interface Rows {
        /**
         * Adds one row. Every row of a family names the same labels, and no two rows have the same values.
         *
         * @param labels names and values in turn
         */
        void row(double value, String... labels);

        /** Adds one row of a whole number. */
        default void row(long value, String... labels) {
            row((double) value, labels);
        }
    }

    public Metrics() {
        this(MAX_PAIRS, MAX_ENDED);
    }

    Metrics(int maxPairs, int maxEnded) {
        this.pairsLeft = new AtomicInteger(maxPairs);
        this.endedLeft = new AtomicInteger(maxEnded);
        this.overflow = new ExchangeSeries(OVERFLOW, OVERFLOW, new AtomicInteger());
        counter("gateway_exchange_ended_total", "Exchanges that ended, by why and with which status.", this::endedRows);
        counter(
                "gateway_exchange_request_bytes_total",
                "Body bytes that came from downstreams.",
                rows -> bytes(rows, s -> s.requestBytes));
        counter(
                "gateway_exchange_response_bytes_total",
                "Body bytes that came for downstreams.",
                rows -> bytes(rows, s -> s.responseBytes));
        counter("gateway_exchange_trailers_dropped_total", "Trailer fields that must not be there, dropped.", rows -> {
            rows.row(requestTrailers.sum(), "message", "request");
            rows.row(responseTrailers.sum(), "message", "response");
        });
        ProcessMetrics.register(this);
    }

    @Override
    public void ended(Exchange exchange) {
        ExchangeSeries pair = pair(exchange.route(), exchange.cluster());
        LongAdder counter = pair.ended(exchange);
        (counter == null ? overflowEnded : counter).increment();
        if (exchange.requestBytes() > 0) {
            pair.requestBytes.add(exchange.requestBytes());
        }
        if (exchange.responseBytes() > 0) {
            pair.responseBytes.add(exchange.responseBytes());
        }
        long ended = exchange.endedNanos();
        pair.total.record(ended - exchange.startedNanos());
        if (exchange.attempts() > 0) {
            pair.upstream.record(ended - exchange.upstreamStartedNanos());
        }
    }

    @Override
    public void droppedTrailers(boolean request, int count) {
        (request ? requestTrailers : responseTrailers).add(count);
    }

    /**
     * Shows a counter that another room keeps.
     *
     * @param name {@code gateway_<room>_<what>_total}
     * @param labels names and values in turn
     */
    public void counter(String name, String help, LongSupplier value, String... labels) {
        register(new MetricFamily(name, help, true, rows -> rows.row(value.getAsLong(), labels)));
    }

    /** Shows several counters of one name; the callback runs for each reading of the text and must not wait. */
    public void counter(String name, String help, Consumer<Rows> values) {
        register(new MetricFamily(name, help, true, values));
    }

    /** Shows a number that another room keeps and that may go down. */
    public void gauge(String name, String help, LongSupplier value, String... labels) {
        register(new MetricFamily(name, help, false, rows -> rows.row(value.getAsLong(), labels)));
    }

    /** Shows several numbers of one name; the callback runs for each reading of the text and must not wait. */
    public void gauge(String name, String help, Consumer<Rows> values) {
        register(new MetricFamily(name, help, false, values));
    }

    /** Writes everything in the Prometheus text format, version 0.0.4. */
    public void write(OutputStream out) throws IOException {
        Exposition text;
        synchronized (this) {
            if (exposition == null) {
                exposition = new Exposition(this::series);
                families.forEach(exposition::add);
            }
            text = exposition;
        }
        text.write(out);
    }

    /** What was counted of exchanges so far, with the bounds that the text has. Does not wait. */
    public Traffic traffic() {
        return new Traffic(
                Latencies.BOUNDS_SECONDS,
                series().stream().map(ExchangeSeries::traffic).toList(),
                overflowEnded.sum());
    }

    private synchronized void register(MetricFamily family) {
        if (families.stream().anyMatch(other -> other.name().equals(family.name()))) {
            throw new IllegalArgumentException("the metric " + family.name() + " is registered already");
        }
        if (families.size() == MAX_REGISTERED) {
            throw new IllegalStateException("more than " + MAX_REGISTERED + " metrics are registered");
        }
        families.add(family);
        if (exposition != null) {
            exposition.add(family);
        }
    }

    private ExchangeSeries pair(String route, String cluster) {
        var clusters = series.get(route);
        ExchangeSeries pair = clusters == null ? null : clusters.get(cluster);
        return pair == null ? addPair(route, cluster) : pair;
    }

    private ExchangeSeries addPair(String route, String cluster) {
        if (pairsLeft.get() == 0) {
            return overflow;
        }
        return series.computeIfAbsent(route, r -> new ConcurrentHashMap<>())
                .computeIfAbsent(
                        cluster,
                        c -> pairsLeft.getAndUpdate(left -> Math.max(0, left - 1)) == 0
                                ? overflow
                                : new ExchangeSeries(route, c, endedLeft));
    }

    /** Every pair that has series, and the overflow when something went there. */
    private Collection<ExchangeSeries> series() {
        var all = new ArrayList<ExchangeSeries>();
        for (var clusters : series.values()) {
            for (ExchangeSeries pair : clusters.values()) {
                if (pair != overflow) {
                    all.add(pair);
                }
            }
        }
        if (pairsLeft.get() == 0 && overflow.total.counts().stream().anyMatch(count -> count > 0)) {
            all.add(overflow);
        }
        return all;
    }

    private void endedRows(Rows rows) {
        for (ExchangeSeries pair : series()) {
            pair.visit((cause, status, grpcStatus, count) ->
                    endedRow(rows, count, pair.route(), pair.cluster(), cause, status, grpcStatus));
        }
        if (overflowEnded.sum() > 0) {
            endedRow(rows, overflowEnded.sum(), OVERFLOW, OVERFLOW, OVERFLOW, OVERFLOW, OVERFLOW);
        }
    }

    private static void endedRow(Rows rows, long count, String... values) {
        rows.row(
                count,
                "route",
                values[0],
                "cluster",
                values[1],
                "cause",
                values[2],
                "status",
                values[3],
                "grpc_status",
                values[4]);
    }

    private void bytes(Rows rows, Function<ExchangeSeries, LongAdder> counter) {
        for (ExchangeSeries pair : series()) {
            rows.row(counter.apply(pair).sum(), "route", pair.route(), "cluster", pair.cluster());
        }
    }
}

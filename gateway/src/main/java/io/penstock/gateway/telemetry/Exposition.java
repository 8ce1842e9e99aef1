// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.telemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableDoubleMeasurement;
import io.opentelemetry.exporter.prometheus.PrometheusMetricReader;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.HistogramData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.resources.Resource;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The OpenTelemetry SDK with its Prometheus exporter, without the exporter's HTTP server.
 *
 * <p>Counters and gauges are asynchronous instruments. An asynchronous histogram does not exist in OpenTelemetry, so the latencies
 * enter as finished points through a metric producer.
 */
final class Exposition {
    private static final String SCOPE = "io.penstock.gateway";

    private final PrometheusMetricReader reader = PrometheusMetricReader.builder()
            .setOtelScopeLabelsEnabled(false)
            .setTargetInfoMetricEnabled(false)
            .build();
    private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.builder()
            .setIncludeCreatedTimestamps(false)
            .build();
    private final Supplier<Collection<ExchangeSeries>> series;
    private final long startedEpochNanos = epochNanos();
    private final Meter meter;

    @SuppressWarnings("resource") // the provider owns no thread and no socket; it lives as long as the process
    Exposition(Supplier<Collection<ExchangeSeries>> series) {
        this.series = series;
        this.meter = SdkMeterProvider.builder()
                .registerMetricReader(reader)
                .registerMetricProducer(this::histograms)
                .build()
                .get(SCOPE);
    }

    void add(MetricFamily family) {
        if (family.monotonic()) {
            meter.counterBuilder(family.instrument())
                    .ofDoubles()
                    .setDescription(family.help())
                    .buildWithCallback(out -> family.values().accept(rows(out)));
        } else {
            meter.gaugeBuilder(family.instrument())
                    .setDescription(family.help())
                    .buildWithCallback(out -> family.values().accept(rows(out)));
        }
    }

    void write(OutputStream out) throws IOException {
        writer.write(out, reader.collect(), EscapingScheme.DEFAULT);
    }

    private static Metrics.Rows rows(ObservableDoubleMeasurement out) {
        return (value, labels) -> out.record(value, attributes(labels));
    }

    private static Attributes attributes(String... labels) {
        var attributes = Attributes.builder();
        for (int i = 0; i + 1 < labels.length; i += 2) {
            attributes.put(labels[i], labels[i + 1]);
        }
        return attributes.build();
    }

    private Collection<MetricData> histograms(Resource resource) {
        return List.of(
                histogram(
                        resource,
                        "gateway_exchange_duration_seconds",
                        "Time from the first byte of the request head to the end of the exchange.",
                        pair -> pair.total),
                histogram(
                        resource,
                        "gateway_exchange_upstream_seconds",
                        "Time from the last attempt's begin to the end of the exchange.",
                        pair -> pair.upstream));
    }

    private MetricData histogram(
            Resource resource, String name, String help, Function<ExchangeSeries, Latencies> latencies) {
        long now = epochNanos();
        List<HistogramPointData> points = series.get().stream()
                .map(pair -> point(latencies.apply(pair), now, "route", pair.route(), "cluster", pair.cluster()))
                .toList();
        return new LatencyMetric(resource, name, help, points);
    }

    private HistogramPointData point(Latencies latencies, long now, String... labels) {
        return HistogramPointData.create(
                startedEpochNanos,
                now,
                attributes(labels),
                latencies.sumSeconds(),
                false,
                0,
                false,
                0,
                Latencies.BOUNDS_SECONDS,
                latencies.counts());
    }

    private static long epochNanos() {
        return TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    }

    /** A histogram in the SDK's words. */
    private record LatencyMetric(Resource resource, String name, String help, List<HistogramPointData> points)
            implements MetricData {
        @Override
        public Resource getResource() {
            return resource;
        }

        @Override
        public InstrumentationScopeInfo getInstrumentationScopeInfo() {
            return InstrumentationScopeInfo.create(SCOPE);
        }

        @Override
        public String getName() {
            return name;
        }

        @Override
        public String getDescription() {
            return help;
        }

        @Override
        public String getUnit() {
            return "s";
        }

        @Override
        public MetricDataType getType() {
            return MetricDataType.HISTOGRAM;
        }

        @Override
        public HistogramData getData() {
            return HistogramData.create(AggregationTemporality.CUMULATIVE, points);
        }
    }
}

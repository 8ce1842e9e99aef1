// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.telemetry;

import io.penstock.gateway.limit.LimitReport;
import io.penstock.gateway.limit.address.AddressList;
import io.penstock.gateway.limit.address.AddressReport;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Shows what is refused by how often and from where callers come. */
public final class LimitInstruments {
    private final Metrics metrics;

    public LimitInstruments(Metrics metrics) {
        this.metrics = metrics;
    }

    /** Shows what limits refused, and how often they had to do without their store. */
    public void limits(Supplier<List<LimitReport>> limits) {
        metrics.counter(
                "gateway_rate_limit_hits_total",
                "Requests that were too many for a limit.",
                rows -> limits.get()
                        .forEach(limit -> limit.rules().forEach(rule -> rows.row(rule.hits(), "rule", rule.name()))));
        metrics.counter(
                "gateway_rate_limit_without_store_total",
                "Decisions of limits for which their store had no answer, by what was decided instead.",
                rows -> limits.get().stream()
                        .filter(limit -> limit.store().isPresent())
                        .forEach(limit ->
                                rows.row(limit.without(), "rule", limit.filter(), "answer", limit.unavailable())));
    }

    /** Shows whom address lists denied, and how often they had to go by an old set of their store. */
    public void addresses(Supplier<List<AddressList>> lists) {
        metrics.counter(
                "gateway_address_list_denied_total",
                "Requests from addresses that are denied, by who says so.",
                rows -> reports(
                        lists,
                        report -> report.denied()
                                .forEach((origin, count) ->
                                        rows.row(count, "filter", report.filter(), "origin", origin))));
        metrics.counter(
                "gateway_address_list_blocks_total",
                "Addresses that were blocked for what they did.",
                rows -> reports(lists, report -> rows.row(report.blocks(), "filter", report.filter())));
        metrics.counter(
                "gateway_address_list_without_store_total",
                "Requests that were decided while the networks of the store may have been old ones.",
                rows -> reports(
                        lists,
                        report -> report.store()
                                .ifPresent(store -> rows.row(report.without(), "filter", report.filter()))));
        metrics.gauge(
                "gateway_address_list_networks",
                "Networks that are listed or blocked, by who says so.",
                rows -> reports(
                        lists,
                        report -> report.networks()
                                .forEach((origin, count) ->
                                        rows.row(count, "filter", report.filter(), "origin", origin))));
    }

    private static void reports(Supplier<List<AddressList>> lists, Consumer<AddressReport> each) {
        lists.get().forEach(list -> each.accept(list.report()));
    }
}

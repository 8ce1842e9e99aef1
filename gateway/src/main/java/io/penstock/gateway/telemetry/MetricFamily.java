// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.telemetry;

import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * One metric name with its rows.
 *
 * @param name {@code gateway_<room>_<what>_<unit>}, and {@code _total} at the end if and only if it is a counter
 * @param monotonic whether it only ever grows
 * @param values adds the rows of this instant
 */
record MetricFamily(String name, String help, boolean monotonic, Consumer<Metrics.Rows> values) {
    private static final Pattern NAME = Pattern.compile("gateway_[a-z0-9]+(_[a-z0-9]+)+");
    private static final String COUNTER_SUFFIX = "_total";

    MetricFamily {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("metric name " + name + " is not gateway_<room>_<what>_<unit>");
        }
        if (name.endsWith(COUNTER_SUFFIX) != monotonic) {
            throw new IllegalArgumentException(
                    "metric name " + name + (monotonic ? " lacks _total" : " has _total and is not a counter"));
        }
    }

    /** The name without the suffix, which the exporter adds. */
    String instrument() {
        return monotonic ? name.substring(0, name.length() - COUNTER_SUFFIX.length()) : name;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.cluster;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigException;
import java.util.List;

/** HTTP statuses from first to last, both included, 100 to 599. */
public record StatusRange(int first, int last) {

    public StatusRange {
        new Check()
                .range("first", first, 100, 599)
                .range("last", last, 100, 599)
                .that("last", first <= last, first + "-" + last, "runs backwards, expected the lower status first")
                .done();
    }

    /**
     * Reads {@code first-last} or one status.
     *
     * @throws ConfigException when it is neither
     */
    public static StatusRange parse(String text) {
        if (!text.matches("[0-9]{3}(-[0-9]{3})?")) {
            throw Check.failed(Check.quoted(text), "is not a range of statuses, expected one such as 503 or 500-599");
        }
        String[] ends = text.split("-", 2);
        return new StatusRange(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]));
    }

    /** Whether one of the ranges has the status. */
    public static boolean anyHas(List<StatusRange> ranges, int status) {
        for (int i = 0; i < ranges.size(); i++) {
            if (ranges.get(i).first <= status && status <= ranges.get(i).last) {
                return true;
            }
        }
        return false;
    }

    /** As a configuration file writes it. */
    @Override
    public String toString() {
        return first == last ? Integer.toString(first) : first + "-" + last;
    }
}

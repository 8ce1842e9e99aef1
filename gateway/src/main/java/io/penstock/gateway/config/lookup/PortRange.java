// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.lookup;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigException;

/** Ports from first to last, both included, 1 to 65 535. */
public record PortRange(int first, int last) {

    public PortRange {
        new Check()
                .range("first", first, 1, 65_535)
                .range("last", last, 1, 65_535)
                .that("last", first <= last, first + "-" + last, "runs backwards, expected the lower port first")
                .done();
    }

    /**
     * Reads {@code first-last} or one port.
     *
     * @throws ConfigException when it is neither
     */
    public static PortRange parse(String text) {
        if (!text.matches("[0-9]{1,5}(-[0-9]{1,5})?")) {
            throw Check.failed(Check.quoted(text), "is not a port range, expected one such as 8080 or 1024-65535");
        }
        String[] ends = text.split("-", 2);
        return new PortRange(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]));
    }

    public boolean contains(int port) {
        return first <= port && port <= last;
    }

    /** As a configuration file writes it. */
    @Override
    public String toString() {
        return first == last ? Integer.toString(first) : first + "-" + last;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.Cidr;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * A network in a list: {@code 192.0.2.0/24}, {@code 2001:db8::/32} or one address, or {@code 192.0.2.7 until 2027-01-01T00:00:00Z}.
 *
 * @param until when it counts no longer, by this machine's clock; absent for good
 */
public record ListedNetwork(Cidr network, Optional<Instant> until) {
    private static final String UNTIL = " until ";

    static ListedNetwork parse(String text) {
        int end = text.indexOf(UNTIL);
        return end < 0
                ? new ListedNetwork(Cidr.parse(text), Optional.empty())
                : new ListedNetwork(
                        Cidr.parse(text.substring(0, end)), Optional.of(instant(text.substring(end + UNTIL.length()))));
    }

    private static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw Check.failed(Check.quoted(text), "is not a time, expected one such as 2027-01-01T00:00:00Z");
        }
    }

    /** As it stands in a file. */
    @Override
    public String toString() {
        return network + until.map(time -> UNTIL + time).orElse("");
    }
}

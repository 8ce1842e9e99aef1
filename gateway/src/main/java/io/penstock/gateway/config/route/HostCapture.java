// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.route;

import io.penstock.gateway.config.match.MatchConfig;
import io.penstock.gateway.config.read.Address;
import io.penstock.gateway.config.read.Authority;
import io.penstock.gateway.config.read.Problem;
import java.util.Optional;

/** What a host of a route's action takes over from the host of its match. */
public final class HostCapture {
    /** Stands for the labels that the {@code *} of the matched host stands for. */
    public static final String REFERENCE = "{*}";

    private HostCapture() {}

    /**
     * Whether it is a host or host:port with one reference at most. Beyond what callers may send, the host has to be an address or a name
     * of DNS: anything else here is a typing error.
     */
    static boolean fine(String text) {
        int at = text.indexOf(REFERENCE);
        String filled = at < 0 ? text : text.substring(0, at) + "x" + text.substring(at + REFERENCE.length());
        return Authority.valid(filled)
                && !filled.endsWith(":")
                && Address.host(Address.withoutBrackets(Authority.host(filled)));
    }

    /** What is wrong with it for this match; empty when it fits. */
    static Optional<Problem> fault(String at, String text, MatchConfig match) {
        boolean fits = !text.contains(REFERENCE) || match.host().orElse("").startsWith("*.");
        return fits
                ? Optional.empty()
                : Optional.of(new Problem(
                        at, text, "names what * stands for, expected a host such as *.example.com in the match", ""));
    }
}

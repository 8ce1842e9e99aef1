// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import io.penstock.gateway.exchange.Cause;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * Blocks addresses whose requests end too often with certain causes.
 *
 * @param refusals 1 to 1 000 000, default 20; with so many within {@code within} an address is blocked
 * @param within 1 s to 24 h, default 1 min; begins with the first of them
 * @param blockFor 1 s to 720 h, default 10 min
 * @param causes one or more slugs of causes that count, default {@code bad-credentials, rate-limited}
 * @param ipv4Prefix 8 to 32, default 32; how much of an IPv4 address is counted and blocked
 * @param ipv6Prefix 16 to 128, default 64
 * @param maxAddresses 1 000 to 10 000 000, default 100 000; addresses that are counted, and as many that are blocked
 */
public record AutomaticBlockConfig(
        int refusals,
        Duration within,
        Duration blockFor,
        List<Cause> causes,
        int ipv4Prefix,
        int ipv6Prefix,
        int maxAddresses) {
    private static final List<Cause> USUAL = List.of(Cause.BAD_CREDENTIALS, Cause.RATE_LIMITED);

    public AutomaticBlockConfig {
        causes = List.copyOf(causes);
        new Check()
                .range("refusals", refusals, 1, 1_000_000)
                .range("within", within, ofSeconds(1), ofHours(24))
                .range("block-for", blockFor, ofSeconds(1), ofHours(720))
                .notEmpty("causes", causes)
                .range("ipv4-prefix", ipv4Prefix, 8, 32)
                .range("ipv6-prefix", ipv6Prefix, 16, 128)
                .range("max-addresses", maxAddresses, 1_000, 10_000_000)
                .done();
    }

    static AutomaticBlockConfig from(ConfigNode node) {
        return new AutomaticBlockConfig(
                node.integer("refusals", 20),
                node.duration("within", ofMinutes(1)),
                node.duration("block-for", ofMinutes(10)),
                node.parsedList("causes", USUAL, AutomaticBlockConfig::cause),
                node.integer("ipv4-prefix", 32),
                node.integer("ipv6-prefix", 64),
                node.integer("max-addresses", 100_000));
    }

    private static Cause cause(String text) {
        return Arrays.stream(Cause.values())
                .filter(cause -> cause.slug().equals(text) && cause != Cause.ADDRESS_DENIED)
                .findFirst()
                .orElseThrow(() -> Check.failed(
                        Check.quoted(text),
                        "is not a cause that can be counted, expected one such as bad-credentials or rate-limited"));
    }
}

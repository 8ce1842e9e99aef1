// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config;

import io.penstock.gateway.config.read.Address;
import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The admin listener: loopback by default, since whoever reaches it may change targets.
 *
 * @param address an IP address or a name of this machine, default {@code 127.0.0.1}; one that is not loopback needs {@code tokens}
 * @param port 0 to 65 535, default 9901; 0 lets the system choose
 * @param tokens at most 100, who may use it from elsewhere, default none; on loopback everybody may
 */
public record AdminConfig(String address, int port, List<AdminTokenConfig> tokens) {
    private static final int MOST_TOKENS = 100;

    public AdminConfig {
        tokens = List.copyOf(tokens);
        Check check = new Check()
                .host("address", address)
                .range("port", port, 0, 65_535)
                .that("tokens", tokens.size() <= MOST_TOKENS, tokens.size(), "are more than " + MOST_TOKENS)
                .that(
                        "tokens",
                        loopback(address) || !tokens.isEmpty(),
                        "",
                        "is missing, expected one or more: admin.address is not loopback, and whoever reaches it may change everything");
        Set<String> names = new HashSet<>();
        for (int i = 0; i < tokens.size(); i++) {
            String name = tokens.get(i).name();
            check.that("tokens[" + i + "].name", names.add(name), Check.quoted(name), "is given twice, expected once");
        }
        check.done();
    }

    /** A name but {@code localhost} may mean any address, today or tomorrow. */
    private static boolean loopback(String address) {
        return address.toLowerCase(Locale.ROOT).equals("localhost")
                || Address.literal(address)
                        .map(InetAddress::isLoopbackAddress)
                        .orElse(!Address.host(address)); // another problem
    }

    static AdminConfig from(ConfigNode node) {
        return new AdminConfig(
                node.text("address", "127.0.0.1"),
                node.integer("port", 9901),
                node.list("tokens", AdminTokenConfig::from));
    }
}

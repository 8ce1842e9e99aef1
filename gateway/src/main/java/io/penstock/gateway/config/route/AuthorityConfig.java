// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.route;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigException;

/** What the upstream sees as {@code :authority}: {@code preserve}, {@code target}, or any other text as it is. */
public sealed interface AuthorityConfig {
    /** What the downstream sent. */
    record Preserve() implements AuthorityConfig {}

    /** The target as the store or the cluster names it. */
    record Target() implements AuthorityConfig {}

    /** This text: a host, with a port or without, in which {@code {*}} stands for what the star of the route's host stands for. */
    record Literal(String value) implements AuthorityConfig {

        public Literal {
            new Check()
                    .that(
                            "",
                            HostCapture.fine(value),
                            Check.quoted(value),
                            "is not an authority, expected preserve, target, a host or host:port")
                    .done();
        }
    }

    /**
     * Reads the value of the key {@code authority}.
     *
     * @throws ConfigException when it is none of the three
     */
    static AuthorityConfig parse(String text) {
        return switch (text) {
            case "preserve" -> new Preserve();
            case "target" -> new Target();
            default -> new Literal(text);
        };
    }
}

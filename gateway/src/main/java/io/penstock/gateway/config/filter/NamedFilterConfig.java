// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;

/**
 * A filter that routes name.
 *
 * @param name unique among filters; required
 * @param policy what it does: exactly one kind; required
 */
public record NamedFilterConfig(String name, FilterConfig policy) {

    public NamedFilterConfig {
        new Check().name("name", name).done();
    }

    /** Reads one of the {@code filters}. */
    public static NamedFilterConfig from(ConfigNode node) {
        return new NamedFilterConfig(node.text("name"), FilterConfig.from(node));
    }
}

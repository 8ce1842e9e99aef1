// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;

/**
 * The admin listener: loopback by default, since whoever reaches it may change targets.
 *
 * @param address an IP address or a name of this machine, default {@code 127.0.0.1}
 * @param port 0 to 65 535, default 9901; 0 lets the system choose
 */
public record AdminConfig(String address, int port) {

    public AdminConfig {
        new Check().host("address", address).range("port", port, 0, 65_535).done();
    }

    static AdminConfig from(ConfigNode node) {
        return new AdminConfig(node.text("address", "127.0.0.1"), node.integer("port", 9901));
    }
}

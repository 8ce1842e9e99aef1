// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import io.penstock.gateway.config.read.Secret;

/**
 * Who may use the admin listener.
 *
 * @param name who changes something by it, as the history says; required
 * @param token what stands behind {@code Bearer}, 16 bytes or more; required
 * @param role what it may do, default {@code read}
 */
public record AdminTokenConfig(String name, Secret token, Role role) {
    private static final int LEAST_BYTES = 16;

    /** What a token may do. */
    public enum Role {
        READ,
        WRITE
    }

    public AdminTokenConfig {
        new Check()
                .name("name", name)
                .that("token", token.length() >= LEAST_BYTES, "", "is shorter than " + LEAST_BYTES + " bytes")
                .done();
    }

    static AdminTokenConfig from(ConfigNode node) {
        return new AdminTokenConfig(
                node.text("name"), node.secret("token", LEAST_BYTES), node.choice("role", Role.READ));
    }
}

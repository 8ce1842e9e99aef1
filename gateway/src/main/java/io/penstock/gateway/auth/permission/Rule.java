// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.permission;

import io.penstock.gateway.config.filter.PermissionNeed;
import io.penstock.gateway.config.filter.PermissionRuleConfig;
import io.penstock.gateway.exchange.Identity;
import org.jspecify.annotations.Nullable;

/** One rule, as a decision names it. */
public final class Rule {
    private final PermissionRuleConfig config;

    Rule(PermissionRuleConfig config) {
        this.config = config;
    }

    PermissionRuleConfig config() {
        return config;
    }

    /** Whether it lets this caller pass, or a stranger. */
    boolean allows(@Nullable Identity identity, Grants grants) {
        return switch (config.need()) {
            case PermissionNeed.Everybody everybody -> true;
            case PermissionNeed.Known known -> identity != null;
            case PermissionNeed.Any any -> identity != null && grants.any(identity, any.permissions());
            case PermissionNeed.All all -> identity != null && grants.all(identity, all.permissions());
        };
    }

    /** Which it is, and what it needs: {@code GET /v1/orders/{id} needs orders:read}. */
    @Override
    public String toString() {
        return config + " needs " + config.need();
    }
}

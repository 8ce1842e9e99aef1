// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.auth.permission.Permissions;
import io.penstock.gateway.auth.permission.Permissions.Decision;
import io.penstock.gateway.config.filter.PermissionsConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Identity;
import org.jspecify.annotations.Nullable;

/** Lets requests pass that a rule allows to whoever sends them, as a filter further up has found out; everything else is refused. */
final class PermissionsFilter implements Filter {
    private final Permissions permissions;

    PermissionsFilter(PermissionsConfig config) {
        this.permissions = new Permissions(config);
    }

    @Override
    public Verdict request(Exchange exchange) {
        Identity identity = exchange.identity();
        Decision decision = decide(exchange, identity);
        if (decision.allowed()) {
            return Verdict.GO_ON;
        }
        if (identity != null) {
            Challenge.lacking(exchange, identity);
        }
        throw new GatewayException(cause(identity), decision.text());
    }

    /** A handshake that comes as CONNECT (RFC 8441) is the GET that it is over HTTP/1.1. */
    private Decision decide(Exchange exchange, @Nullable Identity identity) {
        boolean handshake =
                exchange.method().equals("CONNECT") && exchange.request().has(":protocol");
        return permissions.decide(handshake ? "GET" : exchange.method(), exchange.path(), identity);
    }

    private static Cause cause(@Nullable Identity identity) {
        return identity == null ? Cause.CREDENTIALS_MISSING : Cause.PERMISSION_DENIED;
    }

    @Override
    public Finding explain(Exchange copy) {
        Identity identity = copy.identity();
        Decision decision = decide(copy, identity);
        if (decision.allowed()) {
            return Finding.goesOn("allowed, " + decision.text());
        }
        if (identity != null && !identity.verified() && decision.rule() != null) {
            return Finding.goesOn("asks " + identity.filter() + " who calls, " + decision.text());
        }
        return Finding.answers("refused: " + cause(identity).slug() + ", " + decision.text());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.route;

import io.penstock.gateway.config.match.MatchConfig;
import io.penstock.gateway.config.route.HostCapture;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;

/**
 * A host, with a port or without, in which {@value HostCapture#REFERENCE} stands for what the {@code *} of the route's host stood for in the
 * request. Immutable.
 */
public final class HostTemplate {
    private static final int MOST_CHARS = 253;

    private final String before;
    private final String after;
    private final int suffix;

    private HostTemplate(String before, String after, int suffix) {
        this.before = before;
        this.after = after;
        this.suffix = suffix;
    }

    /** Compiles a text that the checks of the configuration have found to fit the match. */
    public static HostTemplate of(String text, MatchConfig match) {
        int at = text.indexOf(HostCapture.REFERENCE);
        if (at < 0) {
            return new HostTemplate(text, "", 0);
        }
        return new HostTemplate(
                text.substring(0, at),
                text.substring(at + HostCapture.REFERENCE.length()),
                match.host().orElseThrow().length() - 1); // without the star
    }

    /**
     * The host for this exchange, which the match fits.
     *
     * @throws GatewayException MALFORMED_REQUEST when what was captured could be read as anything but labels of a name
     */
    public String apply(Exchange exchange) {
        return suffix == 0 ? before : before + captured(exchange.authority()) + after;
    }

    private String captured(String authority) {
        String host = Host.lower(authority.substring(0, Host.end(authority)));
        String captured = host.substring(0, Math.max(0, host.length() - suffix));
        if (!labels(captured) || before.length() + captured.length() + after.length() > MOST_CHARS) {
            throw new GatewayException(Cause.MALFORMED_REQUEST, "the host cannot be rewritten: " + authority);
        }
        return captured;
    }

    private static boolean labels(String text) {
        char last = '.';
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean fine = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
            if (!fine && (c != '.' || last == '.')) {
                return false;
            }
            last = c;
        }
        return last != '.';
    }
}

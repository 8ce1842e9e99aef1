// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.lookup;

import io.penstock.gateway.exchange.GatewayException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where a request goes: an address that was checked against what the lookup allows.
 *
 * @param text {@code host:port} as the store names it
 * @param address resolved; connect to this and never resolve the name again, or the check is void
 * @param hostname what its certificate must be for, without port and brackets
 */
public record Target(String text, InetSocketAddress address, String hostname) {

    /** A target whose certificate must be for the host of its text. */
    Target(String text, InetSocketAddress address) {
        this(text, address, host(text));
    }

    /** Why this text is no target, whatever a lookup allows; null when it is one. */
    public static @Nullable String malformed(String text) {
        try {
            HostPort.parse(text);
            return null;
        } catch (GatewayException e) {
            return e.detail();
        }
    }

    private static String host(String text) {
        String host = text.substring(0, text.lastIndexOf(':'));
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** The text, with the hostname as its host. */
    public String authority() {
        if (hostname.equals(host(text))) {
            return text;
        }
        String host = hostname.indexOf(':') >= 0 ? "[" + hostname + "]" : hostname;
        return host + text.substring(text.lastIndexOf(':'));
    }
}

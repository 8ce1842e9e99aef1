// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.lookup;

import java.net.InetSocketAddress;

/**
 * Where a request goes: an address that was checked against what the lookup allows.
 *
 * @param text {@code host:port} as the store names it
 * @param address resolved; connect to this and never resolve the name again, or the check is void
 */
public record Target(String text, InetSocketAddress address) {

    /** The host of {@link #text()}, without port and brackets: what its certificate must be for. */
    public String hostname() {
        String host = text.substring(0, text.lastIndexOf(':'));
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }
}

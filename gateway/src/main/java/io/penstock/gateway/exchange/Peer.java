// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange;

/**
 * Who is on the other end of a downstream connection; one instance for all exchanges of the connection.
 *
 * @param listener the name of the listener that accepted it
 * @param address the literal IP address, never a name
 * @param port the TCP port, 0 to 65 535
 * @param secure whether the connection is TLS
 * @param trusted whether the address is within the configured trusted networks
 */
public record Peer(String listener, String address, int port, boolean secure, boolean trusted) {

    @Override
    public String toString() {
        return address.indexOf(':') >= 0 ? "[" + address + "]:" + port : address + ":" + port;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.discovery;

import java.util.Comparator;

/**
 * One address that was found.
 *
 * @param address {@code host:port}, IPv6 in brackets; from DNS always an IP address
 * @param hostname the name that led there, for TLS; empty when there is none
 * @param weight 1 to {@value #MOST_WEIGHT}, its share among those of its priority
 * @param priority 0 to {@value #MOST_PRIORITY}, the lowest first
 */
public record DiscoveredEndpoint(String address, String hostname, int weight, int priority) {
    /** The largest weight. */
    public static final int MOST_WEIGHT = 1_000;
    /** The largest priority. */
    public static final int MOST_PRIORITY = 9;

    /** The order of lists, so that the same endpoints are the same list. */
    static final Comparator<DiscoveredEndpoint> ORDER =
            Comparator.comparingInt(DiscoveredEndpoint::priority).thenComparing(one -> one.address());

    static String address(String host, int port) {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}

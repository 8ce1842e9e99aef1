// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.discovery;

import io.penstock.gateway.lookup.Dns;
import java.util.List;
import java.util.TreeSet;

/**
 * The priorities and weights of SRV records, up to 65 535 each (RFC 2782), as priorities and weights of endpoints.
 *
 * @param priorities those that occur, lowest first
 * @param largest the largest weight
 */
record ServiceWeights(List<Integer> priorities, int largest) {

    static ServiceWeights of(List<Dns.Service> services) {
        TreeSet<Integer> priorities = new TreeSet<>();
        int largest = 0;
        for (Dns.Service service : services) {
            priorities.add(service.priority());
            largest = Math.max(largest, service.weight());
        }
        return new ServiceWeights(List.copyOf(priorities), largest);
    }

    /** Its rank; what comes after the last priority that an endpoint can have shares that one. */
    int priority(Dns.Service service) {
        return Math.min(priorities.indexOf(service.priority()), DiscoveredEndpoint.MOST_PRIORITY);
    }

    /** Its share of the largest weight; a weight of 0 is the smallest chance, not none. The addresses of a name share what it has. */
    int weight(Dns.Service service, int addresses) {
        if (largest == 0) {
            return 1;
        }
        long scaled = (long) service.weight() * DiscoveredEndpoint.MOST_WEIGHT / ((long) largest * addresses);
        return (int) Math.max(1, scaled);
    }
}

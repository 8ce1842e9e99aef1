// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin;

import java.util.List;

/**
 * A cluster with its endpoints, as it is now.
 *
 * @param breaker {@code none}, {@code closed}, {@code half-open} or {@code open}
 * @param active exchanges
 * @param waiting exchanges that wait for a place in the bulkhead
 * @param retrying retries under way
 * @param retries attempts after the first, since the beginning
 * @param retriesRefused retries that the budget did not allow, since the beginning
 * @param hedges attempts beside another, since the beginning
 * @param hedgesWon of those, the ones that had the response
 */
public record ClusterView(
        String name,
        String breaker,
        int active,
        int waiting,
        int retrying,
        long retries,
        long retriesRefused,
        long hedges,
        long hedgesWon,
        List<Endpoint> endpoints) {

    public ClusterView {
        endpoints = List.copyOf(endpoints);
    }

    /**
     * One endpoint.
     *
     * @param state {@code healthy}, {@code unhealthy} by its checks, {@code ejected} by live traffic, or {@code drained} whatever else it is
     * @param ejectedForMillis how long it stays ejected
     * @param breaker of its own breaker, as above
     * @param active attempts under way
     * @param peakMillis response time as the balancer sees it: peaks count at once, and fade
     * @param lastCheck what the last health check found; empty when there was none
     */
    public record Endpoint(
            String name,
            String state,
            long ejectedForMillis,
            String breaker,
            int weight,
            int active,
            long attempts,
            long failures,
            double peakMillis,
            String lastCheck) {}
}

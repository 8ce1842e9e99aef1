// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.cluster;

import java.util.List;

/**
 * A cluster as it is shown.
 *
 * @param active exchanges now
 * @param waiting exchanges that wait for a place in the bulkhead
 * @param places of the bulkhead; -1 without one
 * @param turnedAway exchanges that found no place in it
 * @param breaker {@code closed}, {@code open} or {@code half-open}, of the cluster's own breaker; {@code none} without one
 * @param opened how many times a breaker has opened
 * @param refused attempts that an open breaker has refused
 * @param retries attempts after the first
 * @param retrying retries now
 * @param budgetRefused retries that the budget did not allow
 * @param hedges attempts that were made beside another
 * @param hedgesWon of those, the ones that had the response
 * @param hedgeCancelled attempts that were ended because the other one had the response
 * @param ejections of endpoints
 * @param fallbacks exchanges that got the fallback
 */
public record ClusterReport(
        String name,
        int active,
        int waiting,
        int places,
        long turnedAway,
        String breaker,
        long opened,
        long refused,
        long retries,
        int retrying,
        long budgetRefused,
        long hedges,
        long hedgesWon,
        long hedgeCancelled,
        long ejections,
        long fallbacks,
        List<EndpointReport> endpoints) {

    public ClusterReport {
        endpoints = List.copyOf(endpoints);
    }

    /**
     * An endpoint as it is shown.
     *
     * @param state {@code healthy}, {@code unhealthy} by its checks, {@code ejected} by live traffic, or {@code drained} whatever else it is
     * @param ejectedForMillis how long it stays ejected
     * @param weight as configured
     * @param active attempts now
     * @param peakMillis its response time as the balancer sees it
     * @param breaker of its own breaker; {@code none} without one
     * @param lastCheck what the last health check found; empty when there was none
     */
    public record EndpointReport(
            String name,
            String state,
            long ejectedForMillis,
            int weight,
            int active,
            long attempts,
            long failures,
            double peakMillis,
            String breaker,
            String lastCheck) {}
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.health;

import io.penstock.gateway.config.cluster.OutlierConfig;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * Ejects endpoints of one cluster by what live traffic shows: failures in a row or within a time, and success rates far below the others'.
 *
 * <p>Safe for any thread. Its monitor is held while an ejection is decided, so that the bound on ejected endpoints holds.
 */
public final class OutlierDetection {
    private final OutlierConfig config;
    private final EndpointHealth.Limits limits;
    private final LongAdder ejections = new LongAdder();
    private volatile List<EndpointHealth> endpoints = List.of();
    private long comparedNanos;

    public OutlierDetection(OutlierConfig config, long nowNanos) {
        this.config = config;
        this.comparedNanos = nowNanos;
        this.limits = new EndpointHealth.Limits(
                config.consecutiveFailures(),
                config.consecutiveConnectFailures(),
                config.maxFails().orElse(Integer.MAX_VALUE),
                config.failTimeout().toNanos());
    }

    /** Sets which endpoints there are. */
    public void endpoints(List<EndpointHealth> all) {
        endpoints = List.copyOf(all);
    }

    /** An attempt has shown something. */
    public void result(EndpointHealth endpoint, Result result, long nowNanos) {
        if (result == Result.SUCCESS) {
            endpoint.succeeded();
        } else if (endpoint.failed(result == Result.CONNECT_FAILURE, limits, nowNanos)) {
            eject(endpoint, nowNanos);
        }
    }

    private synchronized void eject(EndpointHealth endpoint, long nowNanos) {
        List<EndpointHealth> all = endpoints;
        int ejected = 0;
        for (EndpointHealth one : all) {
            ejected += one.ejected() ? 1 : 0;
        }
        if (endpoint.ejected() || 100 * (ejected + 1) > all.size() * config.maxEjectedPercent()) {
            return;
        }
        ejections.increment();
        endpoint.eject(config.ejection().toNanos(), config.maxEjection().toNanos(), nowNanos);
    }

    /** Ends ejections whose time is over, and compares success rates once per interval; called by one thread. */
    public void upkeep(long nowNanos) {
        for (EndpointHealth endpoint : endpoints) {
            endpoint.endEjection(nowNanos);
        }
        if (nowNanos - comparedNanos >= config.interval().toNanos()) {
            comparedNanos = nowNanos;
            endpoints.forEach(EndpointHealth::forgiveOne);
            compare(nowNanos);
        }
    }

    private void compare(long nowNanos) {
        List<EndpointHealth> all = endpoints;
        double[] rates = new double[all.size()];
        int compared = 0;
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < rates.length; i++) {
            long results = all.get(i).takeResults();
            long requests = (results >>> 32) + (int) results;
            rates[i] = requests < config.successRateRequests() ? Double.NaN : (double) (results >>> 32) / requests;
            if (requests >= config.successRateRequests()) {
                compared++;
                sum += rates[i];
                squares += rates[i] * rates[i];
            }
        }
        if (compared < config.successRateEndpoints()) {
            return;
        }
        double mean = sum / compared;
        double deviation = Math.sqrt(Math.max(0, squares / compared - mean * mean));
        double least = mean - config.successRateFactor() / 10.0 * deviation;
        for (int i = 0; i < rates.length; i++) {
            if (rates[i] < least) {
                eject(all.get(i), nowNanos);
            }
        }
    }

    /** How many times an endpoint was ejected. */
    public long ejections() {
        return ejections.sum();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream;

import io.penstock.gateway.config.upstream.UpstreamConfig;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Methods;
import io.penstock.gateway.exchange.ending.AttemptFailure;
import io.penstock.gateway.exchange.side.Upstream;
import io.penstock.gateway.upstream.guard.Failures;
import java.net.InetSocketAddress;

/**
 * One address for every attempt of one exchange: what a lookup finds. An attempt that the upstream certainly did not process, or an
 * idempotent one whose connection ended before a byte of an answer, is made once more, unless there was no room for it: it has waited for as long as it may.
 */
public final class SingleTarget implements Upstream {
    private static final int MOST_ATTEMPTS = 2;

    private final Upstreams upstreams;
    private final InetSocketAddress address;
    private final String hostname;
    private final UpstreamConfig config;
    private int attempts;

    /**
     * For one exchange.
     *
     * @param hostname of the target, without port
     */
    public SingleTarget(Upstreams upstreams, InetSocketAddress address, String hostname, UpstreamConfig config) {
        this.upstreams = upstreams;
        this.address = address;
        this.hostname = hostname;
        this.config = config;
    }

    @Override
    public void open(Exchange exchange) {
        attempts++;
        upstreams.open(exchange, address, hostname, config);
    }

    @Override
    public boolean again(Exchange exchange, AttemptFailure failure) {
        boolean repeatable = failure.unprocessed() || (failure.unanswered() && Methods.idempotent(exchange.method()));
        if (!repeatable || attempts >= MOST_ATTEMPTS || Failures.full(failure.cause())) {
            return false;
        }
        open(exchange);
        return true;
    }
}

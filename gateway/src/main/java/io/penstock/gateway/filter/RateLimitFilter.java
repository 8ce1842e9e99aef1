// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.MemoryUse;
import io.penstock.gateway.limit.LimitReport;
import io.penstock.gateway.limit.Limits;
import java.util.List;
import java.util.Optional;

/** Refuses who comes too often; waits only for a store in which nodes count together. */
final class RateLimitFilter implements Filter {
    private final Limits limits;

    RateLimitFilter(Limits limits) {
        this.limits = limits;
    }

    @Override
    public Verdict request(Exchange exchange) {
        return limits.ready(exchange) ? Verdict.GO_ON : Verdict.WAIT;
    }

    @Override
    public Verdict await(Exchange exchange) {
        limits.ask(exchange);
        return Verdict.GO_ON;
    }

    @Override
    public Finding explain(Exchange copy) {
        return Finding.goesOn(limits.explain(copy));
    }

    @Override
    public List<MemoryUse> memory(String name) {
        return List.of(limits.memory());
    }

    @Override
    public Optional<LimitReport> limits() {
        return Optional.of(limits.report());
    }
}

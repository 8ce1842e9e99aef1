// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.MemoryUse;
import io.penstock.gateway.limit.address.AddressList;
import java.util.List;
import java.util.Optional;

/** Refuses callers by their address. Never waits. */
final class AddressListFilter implements Filter {
    private final AddressList list;

    AddressListFilter(AddressList list) {
        this.list = list;
    }

    @Override
    public Verdict request(Exchange exchange) {
        list.check(exchange);
        return Verdict.GO_ON;
    }

    @Override
    public Finding explain(Exchange copy) {
        return Finding.goesOn(list.explain(copy));
    }

    @Override
    public List<MemoryUse> memory(String name) {
        return list.memory();
    }

    @Override
    public Optional<AddressList> addresses() {
        return Optional.of(list);
    }

    @Override
    public void start() {
        list.start();
    }

    @Override
    public void close() {
        list.close();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.config.route.HeaderEditConfig;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.Head;
import java.util.List;

/** Removes, sets and adds fields of the request's head and of the final response's. */
public final class HeaderEditFilter implements Filter {

    /** One side's changes, as fields that are made once. */
    private record Edit(List<String> remove, List<Field> set, List<Field> add) {
        static Edit of(HeaderEditConfig config) {
            return new Edit(config.remove(), fields(config.set()), fields(config.add()));
        }

        private static List<Field> fields(java.util.Map<String, String> fields) {
            return fields.entrySet().stream()
                    .map(entry -> Field.of(entry.getKey(), entry.getValue()))
                    .toList();
        }

        void apply(Head head) {
            remove.forEach(head::remove);
            set.forEach(head::set);
            add.forEach(head::add);
        }
    }

    private final Edit request;
    private final Edit response;

    /** Takes what changes on each side. */
    public HeaderEditFilter(HeaderEditConfig request, HeaderEditConfig response) {
        this.request = Edit.of(request);
        this.response = Edit.of(response);
    }

    @Override
    public void request(Exchange exchange) {
        request.apply(exchange.request());
    }

    @Override
    public void response(Exchange exchange, Head head) {
        if (head.status() >= 200 || head.status() == 101) {
            response.apply(head);
        }
    }
}

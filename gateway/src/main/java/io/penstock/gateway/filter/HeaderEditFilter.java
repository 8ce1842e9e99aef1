// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.config.filter.HeaderEditConfig;
import io.penstock.gateway.config.filter.HeadersConfig;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Head;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Removes, sets and adds fields of the request's head and of the final response's. */
public final class HeaderEditFilter implements Filter {

    /** One side's changes. */
    private record Edit(List<String> remove, List<FieldTemplate> set, List<FieldTemplate> add) {
        static Edit of(HeaderEditConfig config) {
            return new Edit(config.remove(), fields(config.set()), fields(config.add()));
        }

        private static List<FieldTemplate> fields(Map<String, String> fields) {
            return fields.entrySet().stream()
                    .map(entry -> new FieldTemplate(entry.getKey(), entry.getValue()))
                    .toList();
        }

        void apply(Exchange exchange, Head head) {
            for (int i = 0; i < remove.size(); i++) {
                head.remove(remove.get(i));
            }
            for (int i = 0; i < set.size(); i++) {
                head.set(set.get(i).of(exchange));
            }
            for (int i = 0; i < add.size(); i++) {
                head.add(add.get(i).of(exchange));
            }
        }
    }

    private final HeadersConfig config;
    private final Edit request;
    private final Edit response;

    /** Takes what changes on each side. */
    public HeaderEditFilter(HeadersConfig config) {
        this.config = config;
        this.request = Edit.of(config.request());
        this.response = Edit.of(config.response());
    }

    @Override
    public Verdict request(Exchange exchange) {
        request.apply(exchange, exchange.request());
        return Verdict.GO_ON;
    }

    @Override
    public void response(Exchange exchange, Head head) {
        if (head.status() >= 200 || head.status() == 101) {
            response.apply(exchange, head);
        }
    }

    @Override
    public Finding explain(Exchange copy) {
        request.apply(copy, copy.request());
        List<String> words = new ArrayList<>();
        words("request", config.request(), words);
        words("response", config.response(), words);
        return Finding.goesOn(words.isEmpty() ? "changes nothing" : String.join("; ", words));
    }

    private static void words(String side, HeaderEditConfig edits, List<String> words) {
        if (!edits.remove().isEmpty()) {
            words.add(side + " remove " + String.join(", ", edits.remove()));
        }
        if (!edits.set().isEmpty()) {
            words.add(side + " set " + String.join(", ", edits.set().keySet()));
        }
        if (!edits.add().isEmpty()) {
            words.add(side + " add " + String.join(", ", edits.add().keySet()));
        }
    }
}

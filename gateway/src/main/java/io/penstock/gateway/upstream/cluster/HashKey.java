// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.cluster;

import io.penstock.gateway.config.cluster.HashOn;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.upstream.balance.Hashing;
import org.jspecify.annotations.Nullable;

/** The part of a request that keeps it with its equals, hashed. */
final class HashKey {
    private HashKey() {}

    /** A request without the header or the cookie goes by its client's address. */
    static long of(Exchange exchange, HashOn on) {
        String text =
                switch (on.source()) {
                    case CLIENT_ADDRESS -> null;
                    case PATH -> exchange.path();
                    case HEADER -> exchange.request().value(on.name());
                    case COOKIE -> Cookies.value(exchange.request(), on.name());
                };
        return of(text, exchange, on);
    }

    private static long of(@Nullable String text, Exchange exchange, HashOn on) {
        if (text == null) {
            return Hashing.of(exchange.client());
        }
        int query = on.source() == HashOn.Source.PATH ? text.indexOf('?') : -1;
        return Hashing.of(text, 0, query < 0 ? text.length() : query);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1;

import io.penstock.gateway.config.listener.Http1Config;
import io.penstock.gateway.config.listener.ListenerConfig;
import io.penstock.gateway.exchange.ExchangeHandler;
import io.penstock.gateway.exchange.ExchangeObserver;
import io.penstock.gateway.exchange.time.HttpDate;
import io.penstock.gateway.filter.PathPolicy;
import io.penstock.gateway.http1.message.FieldCache;
import java.util.function.Supplier;

/**
 * What all connections of a listener share.
 *
 * @param handler gets their exchanges
 * @param observer told of each that has ended
 * @param date of responses that have none
 * @param paths asked for each request: an open connection follows a change
 * @param replayBytes request bytes that each exchange keeps for a second attempt
 */
public record Http1Settings(
        ListenerConfig listener,
        ExchangeHandler handler,
        ExchangeObserver observer,
        FieldCache fields,
        HttpDate date,
        Supplier<PathPolicy> paths,
        int replayBytes) {

    Http1Config config() {
        return listener.http1();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.limit;

import io.penstock.gateway.config.filter.LimitLayerConfig;
import io.penstock.gateway.config.filter.RateLimitConfig;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.store.Bucket;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/** One limit of a filter, compiled, and who ran into it. Safe for use by any thread. */
final class Layer {
    private final String rule;
    private final String words;
    private final KeyMaker keys;
    private final Bucket bucket;
    private final int cost;
    private final LongAdder hits = new LongAdder();
    private final Busiest busiest = new Busiest();

    Layer(String filter, LimitLayerConfig config, RateLimitConfig of) {
        this.rule = config.name().isEmpty() ? filter : filter + "/" + config.name();
        this.words = config.rate()
                + (config.burst() == config.rate().count() ? "" : ", burst " + config.burst())
                + (config.cost() == 1 ? "" : ", cost " + config.cost());
        this.keys = new KeyMaker(rule, config.key(), of.ipv4Prefix(), of.ipv6Prefix());
        this.bucket = new Bucket(config.rate().count(), config.rate().per(), config.burst());
        this.cost = config.cost();
    }

    String rule() {
        return rule;
    }

    /** Its rate and what else is worth saying. */
    String words() {
        return words;
    }

    String key(Exchange exchange) {
        return keys.key(exchange);
    }

    Bucket bucket() {
        return bucket;
    }

    int cost() {
        return cost;
    }

    /** A request was one too many. */
    void hit(String key) {
        hits.increment();
        busiest.hit(key);
    }

    LimitReport.Rule report() {
        return new LimitReport.Rule(rule, words, hits.sum(), busiest.most());
    }

    /** Seconds, rounded up: sooner would be too soon. */
    static long seconds(Duration time) {
        return time.plusNanos(999_999_999).toSeconds();
    }
}

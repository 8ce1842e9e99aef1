// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.limit;

import io.penstock.gateway.config.filter.RateLimitConfig;
import io.penstock.gateway.config.filter.RateLimitConfig.Fields;
import io.penstock.gateway.config.filter.RateLimitConfig.Mode;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.MemoryUse;
import io.penstock.gateway.store.Buckets;
import io.penstock.gateway.store.Outage;
import io.penstock.gateway.store.Store;
import io.penstock.gateway.store.Taken;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The limits of one filter. All layers are asked about a request, and it needs tokens of each: when one has too few, those of the others
 * are put back, so that who runs into one limit uses nothing up of another. Safe for use by any thread.
 */
public final class Limits {
    private final String name;
    private final RateLimitConfig config;
    private final List<Limit> limits = new ArrayList<>();
    private final Buckets buckets;
    private final @Nullable Outage outage;

    /**
     * Compiles them.
     *
     * @param name of the filter
     * @param store in which nodes count together, if they do
     */
    public Limits(String name, RateLimitConfig config, @Nullable Store store) {
        this.name = name;
        this.config = config;
        this.buckets = new Buckets(config.maxKeys());
        this.outage = store == null ? null : new Outage(name, store, word(config.unavailable()), System::nanoTime);
        config.layers().forEach(layer -> limits.add(limit(new Layer(name, layer, config), store)));
    }

    private Limit limit(Layer layer, @Nullable Store store) {
        if (store == null || outage == null) {
            return new LocalLimit(layer, buckets);
        }
        LocalLimit share = new LocalLimit(layer, config.nodes(), buckets);
        return new SharedLimit(layer, config, store.decisions(), share, outage, System::nanoTime);
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /**
     * Decides about the request where that takes no time.
     *
     * @return false when the store has to be asked
     * @throws GatewayException RATE_LIMITED
     */
    public boolean ready(Exchange exchange) {
        List<Asked> all = new ArrayList<>(limits.size());
        boolean refused = false;
        for (Limit limit : limits) {
            Asked asked = limit.ready(limit.layer().key(exchange));
            if (asked != null) {
                all.add(asked);
                refused |= !asked.granted();
            }
        }
        if (all.size() == limits.size() || refused) {
            settle(exchange, all);
            return true;
        }
        putBack(all);
        return false;
    }

    /**
     * Decides about the request, and waits for the store where it must.
     *
     * @throws GatewayException RATE_LIMITED, or CHECK_UNAVAILABLE
     */
    public void ask(Exchange exchange) {
        long deadline = System.nanoTime() + config.timeout().toNanos();
        List<Asked> all = new ArrayList<>(limits.size());
        try {
            for (Limit limit : limits) {
                all.add(limit.ask(limit.layer().key(exchange), deadline));
            }
        } catch (GatewayException e) {
            putBack(all);
            throw e;
        }
        settle(exchange, all);
    }

    private void settle(Exchange exchange, List<Asked> all) {
        Asked strictest = null;
        for (Asked asked : all) {
            if (!asked.granted()) {
                asked.layer().hit(asked.key());
                strictest = strictest == null
                                || asked.taken()
                                                .again()
                                                .compareTo(strictest.taken().again())
                                        > 0
                        ? asked
                        : strictest;
            }
        }
        if (strictest != null) {
            putBack(all);
        }
        if (config.mode() == Mode.REPORT) {
            return;
        }
        boolean told = config.fields() == Fields.ALWAYS || (strictest != null && config.fields() == Fields.REFUSED);
        if (told || strictest != null) {
            exchange.alsoOnHead(new LimitFields(told ? all : List.of(), strictest));
        }
        if (strictest != null) {
            throw LimitFields.refusal(strictest);
        }
    }

    private static void putBack(List<Asked> all) {
        all.forEach(asked -> asked.undo().run());
    }

    /**
     * What would be decided about the request, in words; takes nothing and asks nobody.
     *
     * @throws GatewayException RATE_LIMITED
     */
    public String explain(Exchange exchange) {
        List<String> words = new ArrayList<>();
        for (Limit limit : limits) {
            String key = limit.layer().key(exchange);
            Taken taken = limit.look(key);
            if (taken != null && !taken.granted() && config.mode() == Mode.ENFORCE) {
                throw LimitFields.refusal(Asked.refused(limit.layer(), key, taken));
            }
            String said = taken == null
                    ? "asks store " + config.store().orElse("")
                    : taken.granted() ? taken.left() + " left" : "too many, only reported";
            words.add(limit.layer().words() + " for [" + key + "]: " + said);
        }
        return String.join(", ", words);
    }

    /** What is kept for keys. */
    public MemoryUse memory() {
        long used = buckets.used();
        long tables = 1;
        for (Limit limit : limits) {
            if (limit instanceof SharedLimit shared) {
                used += shared.used();
                tables += config.ahead() > 0 ? 2 : 1;
            }
        }
        return new MemoryUse(
                "filter", name, MemoryUse.Unit.ENTRIES, used, tables * config.maxKeys(), buckets.evicted());
    }

    /** What came of it so far. */
    public LimitReport report() {
        return new LimitReport(
                name,
                limits.stream().map(limit -> limit.layer().report()).toList(),
                config.store(),
                word(config.unavailable()),
                outage == null ? 0 : outage.without(),
                outage == null ? Optional.empty() : outage.problem());
    }
}

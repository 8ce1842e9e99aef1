// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a filter has to do without its store: one line in the log when that begins and one when it ends, at most one pair in a second,
 * however many requests there are. Safe for use by any thread.
 */
public final class Outage {
    private static final Logger LOG = LoggerFactory.getLogger(Outage.class);
    private static final long QUIET = Duration.ofSeconds(1).toNanos();
    private static final long NEWS = Duration.ofSeconds(10).toNanos();

    private final String filter;
    private final Store store;
    private final String answer;
    private final LongSupplier clock;
    private final LongAdder without = new LongAdder();
    private final AtomicBoolean away = new AtomicBoolean();
    private volatile String why = "";
    private volatile long last;
    private volatile long before;

    /**
     * For one filter.
     *
     * @param answer what decides without the store, in a word
     */
    public Outage(String filter, Store store, String answer, LongSupplier nanos) {
        this.filter = filter;
        this.store = store;
        this.answer = answer;
        this.clock = nanos;
    }

    /** There was no answer. */
    public void failed(String reason) {
        last = clock.getAsLong();
        why = reason;
        if (away.compareAndSet(false, true)) {
            before = without.sum();
            LOG.warn("filter {}: store {} has no answer, so {} decides: {}", filter, store.name(), answer, reason);
        }
        without.increment();
    }

    /** There was one. */
    public void answered() {
        if (away.get() && clock.getAsLong() - last > QUIET && away.compareAndSet(true, false)) {
            LOG.info(
                    "filter {}: store {} answers again; {} decisions were made without it",
                    filter,
                    store.name(),
                    without.sum() - before);
        }
    }

    /** How often there was no answer. */
    public long without() {
        return without.sum();
    }

    /** Why it has no answer now. Where nobody has asked of late, what the store knows of itself counts. */
    public Optional<String> problem() {
        boolean stands = away.get() && (store.problem() != null || clock.getAsLong() - last < NEWS);
        return stands ? Optional.of(why) : Optional.empty();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.limit.address;

import io.penstock.gateway.config.filter.AddressListConfig;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.MemoryUse;
import io.penstock.gateway.store.Store;
import io.penstock.gateway.store.StoredSet;
import io.penstock.gateway.store.Watch;
import io.penstock.gateway.store.Watcher;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The networks that a store has, in memory as a whole. A key that changes is read again at once, all of them after an outage and every so often;
 * while the store is away, the last set that it had goes on. A thread of its own reads, and tells the store of blocks that began here; requests
 * never wait for it.
 */
final class StoredAddresses implements AutoCloseable {
    /** How long the start waits for the set: so that a reload does not let in whom the store denies. */
    private static final Duration FIRST_READ = Duration.ofSeconds(5);
    /** How long between two readings of everything at least. */
    private static final Duration REST = Duration.ofMillis(200);

    private static final Duration AGAIN = Duration.ofSeconds(1);
    /** With more changes than these at once everything is read. */
    private static final int MOST_CHANGED = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(StoredAddresses.class);

    private final String filter;
    private final Store store;
    private final StoredSet set;
    private final AddressListConfig config;
    private final Clocks clocks;
    private final @Nullable AutomaticBlocks blocks;
    private final StoredTable table;
    private final Watch watch;
    private final Set<String> changed = ConcurrentHashMap.newKeySet();
    private final Semaphore wake = new Semaphore(0);
    private final CountDownLatch tried = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean allChanged = true;
    private volatile boolean closed;
    private volatile @Nullable String problem = "not read yet";
    /** When everything was read last; the thread's own, as the next. */
    private long readNanos = System.nanoTime() - REST.toNanos();

    private boolean away;
    private boolean ignoring;
    private String untold = "";

    /** Hears of changes from now on; reads nothing before {@link #start}. */
    StoredAddresses(
            String filter, Store store, AddressListConfig config, @Nullable AutomaticBlocks blocks, Clocks clocks) {
        this.filter = filter;
        this.store = store;
        this.set = store.set(config.prefix());
        this.config = config;
        this.blocks = blocks;
        this.clocks = clocks;
        this.table = new StoredTable(set, config.maxEntries(), clocks);
        this.thread = Thread.ofVirtual().name("addresses of " + filter).unstarted(this::run);
        this.watch = store.watch(config.prefix(), new Watcher() {
            @Override
            public void changed(String key) {
                change(key.substring(config.prefix().length()));
            }

            @Override
            public void allChanged() {
                allChanged = true;
                wake.release();
            }
        });
    }

    private void change(String name) {
        if (changed.size() < MOST_CHANGED) {
            changed.add(name);
        } else {
            allChanged = true;
        }
        wake.release();
    }

    /** Begins to read, and waits for what comes of it first, but not for long. */
    void start() {
        thread.start();
        try {
            if (!tried.await(FIRST_READ.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("filter {}: the addresses in store {} are still being read", filter, store.name());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    AddressTable table() {
        return table.now();
    }

    /** Why the table may be an old one; absent while it is not. */
    Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    /** Whether the table may be an old one. */
    boolean outdated() {
        return problem != null;
    }

    /** What of the store does not count, and why; empty when all does. */
    String ignored() {
        return table.ignored();
    }

    /** A block began: the store is to be told. */
    void tell() {
        wake.release();
    }

    private void run() {
        try {
            while (!closed) {
                step();
                Duration pause = problem == null && untold.isEmpty() ? config.refresh() : AGAIN;
                if (wake.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                    wake.drainPermits();
                }
                if (System.nanoTime() - readNanos >= config.refresh().toNanos()) {
                    allChanged = true;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void step() throws InterruptedException {
        try {
            String refused = tellBlocks();
            if (!allChanged) {
                readChanged();
            }
            if (allChanged) {
                readAll();
            }
            answered(refused);
        } catch (GatewayException e) {
            failed(e.detail());
        } catch (RuntimeException e) {
            LOG.error("filter {}: a defect in reading the addresses of store {}", filter, store.name(), e);
            failed(e.toString());
        } finally {
            tried.countDown();
        }
    }

    /** Returns why the store was not told; empty when it was, or there was nothing to tell. */
    private String tellBlocks() {
        if (blocks == null || config.mode() == AddressListConfig.Mode.REPORT) {
            return "";
        }
        try {
            for (Entry block : blocks.untold()) {
                Duration left = block.until().left(clocks).orElseThrow();
                if (left.isPositive()) {
                    set.add(block.network().toString(), StoredEntry.denied(block.why()), left);
                    blocks.told(block);
                }
            }
            return "";
        } catch (GatewayException e) {
            return e.detail();
        }
    }

    private void readChanged() {
        for (String name : Set.copyOf(changed)) {
            changed.remove(name); // before it is read: what changes from now on is another change
            if (!table.read(name)) {
                allChanged = true;
                return;
            }
            Network network = StoredTable.network(name);
            if (network != null) {
                liftUnless(network);
            }
        }
    }

    private void readAll() throws InterruptedException {
        long rest = REST.toNanos() - (System.nanoTime() - readNanos);
        if (rest > 0) {
            TimeUnit.NANOSECONDS.sleep(rest);
        }
        allChanged = false;
        changed.clear();
        table.readAll();
        readNanos = System.nanoTime();
        if (blocks != null) {
            blocks.told().forEach(this::liftUnless);
        }
    }

    /** What began here and was told ends here, too, when the store has it no more: somebody has deleted it. */
    private void liftUnless(Network network) {
        if (blocks != null && table().get(network) == null) {
            blocks.lift(network);
        }
    }

    private void answered(String refused) {
        problem = null;
        if (away) {
            LOG.info("filter {}: store {} answers again, with {} networks", filter, store.name(), table().size());
        }
        away = false;
        if (!refused.isEmpty() && untold.isEmpty()) {
            LOG.warn("filter {}: store {} was not told whom this node blocks: {}", filter, store.name(), refused);
        }
        untold = refused;
        boolean some = !table.ignored().isEmpty();
        if (some && !ignoring) {
            LOG.warn("filter {}: not all addresses in store {} count: {}", filter, store.name(), table.ignored());
        }
        ignoring = some;
    }

    private void failed(String why) {
        allChanged = true;
        problem = why;
        if (!away) {
            LOG.warn(
                    "filter {}: store {} has no answer, so the last {} networks that it had go on: {}",
                    filter,
                    store.name(),
                    table().size(),
                    why);
        }
        away = true;
    }

    MemoryUse memory() {
        return new MemoryUse(
                "filter", filter + ".store", MemoryUse.Unit.ENTRIES, table().size(), config.maxEntries(), 0);
    }

    @Override
    public void close() {
        closed = true;
        watch.close();
        thread.interrupt();
    }
}

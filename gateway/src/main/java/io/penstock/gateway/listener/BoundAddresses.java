// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import io.penstock.gateway.wire.ListenAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The addresses on which one listener accepts: the one that is configured and, after it was widened, the narrower one before.
 *
 * <p>The kernel resets whoever waits to be accepted when a socket is closed. So a narrower socket, which the kernel prefers, stays as
 * long as the configured address covers it. A wider one gets nothing that is wanted once the narrower one listens; it goes when the
 * handshakes that had begun have ended.
 *
 * <p>Bound: two, and for a moment those that go.
 */
final class BoundAddresses {
    /** More than a round trip, with one segment sent again. */
    private static final Duration HANDSHAKES = Duration.ofSeconds(2);

    private final List<BoundAddress> all = new CopyOnWriteArrayList<>();
    private final Map<BoundAddress, Long> goingSince = new ConcurrentHashMap<>();
    private final Set<BoundAddress> closing = ConcurrentHashMap.newKeySet();
    private volatile @Nullable BoundAddress main;

    /** The one that is configured; null before there is one. */
    @Nullable
    BoundAddress main() {
        return main;
    }

    List<InetSocketAddress> addresses() {
        return all.stream().map(BoundAddress::address).toList();
    }

    /** One of these that is bound already, and stays now. */
    synchronized @Nullable BoundAddress stay(InetSocketAddress address) {
        for (BoundAddress one : all) {
            if (!closing.contains(one) && ListenAddress.same(one.address(), address)) {
                goingSince.remove(one);
                return one;
            }
        }
        return null;
    }

    void open(BoundAddress fresh, Collection<InetSocketAddress> beside) throws IOException {
        fresh.open(beside);
        all.add(fresh);
    }

    /** Makes one of them the configured one: those that it does not cover will go. */
    synchronized void settle(BoundAddress configured) {
        main = configured;
        for (BoundAddress one : all) {
            if (ListenAddress.covers(configured.address(), one.address())) {
                goingSince.remove(one);
            } else if (!closing.contains(one)) {
                goingSince.putIfAbsent(one, System.nanoTime());
            }
        }
    }

    /** Lets one go that was opened for nothing. */
    synchronized void giveUp(BoundAddress one) {
        if (one != main) {
            goingSince.putIfAbsent(one, System.nanoTime());
        }
    }

    /** Closes those whose time has come, on threads of their own: that may take a moment. */
    void upkeep(long now) {
        for (BoundAddress one : due(now)) {
            Thread.ofVirtual().name("listener-close").start(() -> {
                one.close();
                all.remove(one);
                closing.remove(one);
            });
        }
    }

    private synchronized List<BoundAddress> due(long now) {
        List<BoundAddress> due = new ArrayList<>();
        goingSince.forEach((one, since) -> {
            if (now - since > HANDSHAKES.toNanos()) {
                due.add(one);
            }
        });
        due.forEach(goingSince::remove);
        closing.addAll(due);
        return due;
    }

    /** Whether nobody accepts on the configured address any more, although somebody should. */
    boolean deaf(long now) {
        BoundAddress configured = main;
        return configured != null
                && configured.deaf(
                        now,
                        all.stream()
                                .filter(one -> one != configured)
                                .map(BoundAddress::address)
                                .toList());
    }

    /** Binds the configured address again. */
    void revive() throws IOException {
        BoundAddress configured = main;
        if (configured != null) {
            configured.open(addresses().stream()
                    .filter(one -> !one.equals(configured.address()))
                    .toList());
        }
    }

    /** Closes all of them, and returns when they are free. */
    void close() {
        all.forEach(BoundAddress::close);
        all.clear();
    }
}

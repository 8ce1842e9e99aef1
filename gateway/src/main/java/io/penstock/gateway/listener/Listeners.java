// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import io.penstock.gateway.config.listener.ListenerConfig;
import io.penstock.gateway.exchange.ExchangeHandler;
import io.penstock.gateway.exchange.ExchangeObserver;
import io.penstock.gateway.wire.Change;
import io.penstock.gateway.wire.ListenAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Every listener of the process: those of the configuration, and those that are gone from it and have connections that are still open.
 *
 * <p>A changed configuration finds its listeners again by address and port; one whose address was widened or narrowed goes on under its
 * new address, without a moment in which nobody listens.
 */
public final class Listeners {
    private final ExchangeHandler handler;
    private final ExchangeObserver observer;
    private final List<Listener> retiring = new CopyOnWriteArrayList<>();
    private volatile List<Listener> current;

    /** Prepares them; nothing is bound or read before {@link #start}. */
    public Listeners(
            List<ListenerConfig> configs,
            ListenerSettings settings,
            ExchangeHandler handler,
            ExchangeObserver observer) {
        this.handler = handler;
        this.observer = observer;
        this.current = IntStream.range(0, configs.size())
                .mapToObj(i -> new Listener(configs.get(i), settings.at(i), handler, observer))
                .toList();
    }

    /** Binds the addresses; throws {@link ListenException} when one cannot be. */
    public void start() {
        current.forEach(Listener::start);
    }

    /** Those of the configuration, in its order. */
    public List<Listener> current() {
        return current;
    }

    private List<Listener> all() {
        List<Listener> all = new ArrayList<>(current);
        all.addAll(retiring);
        return all;
    }

    /** On which they accept, or may for a moment yet. */
    public List<InetSocketAddress> addresses() {
        return all().stream().flatMap(one -> one.addresses().stream()).toList();
    }

    /**
     * Opens what another configuration wants. One call at a time.
     *
     * @param ours on which other parts of this process listen
     * @param taken where others will listen from then on, by their place in the file
     * @throws ListenException an address cannot be bound, or a certificate not be read; then nothing has changed
     */
    public Change prepare(
            List<ListenerConfig> wanted,
            ListenerSettings settings,
            List<InetSocketAddress> ours,
            Map<String, InetSocketAddress> taken) {
        Preparation preparation = new Preparation(ours, new LinkedHashMap<>(taken));
        try {
            preparation.run(wanted, settings);
        } catch (ListenException e) {
            preparation.cancel();
            throw e;
        }
        return new Change(preparation::commit, preparation::cancel);
    }

    private final class Preparation {
        private final List<InetSocketAddress> ours;
        private final Map<String, InetSocketAddress> taken;
        private final List<Listener> former = new ArrayList<>(current);
        private final List<Listener> after = new ArrayList<>();
        private final List<Listener> opened = new ArrayList<>();
        private final List<Change> changes = new ArrayList<>();

        Preparation(List<InetSocketAddress> ours, Map<String, InetSocketAddress> taken) {
            this.ours = ours;
            this.taken = taken;
        }

        /** Who is the same comes first, so that nobody else goes on in its place. */
        void run(List<ListenerConfig> wanted, ListenerSettings settings) {
            List<@Nullable Listener> same = new ArrayList<>();
            for (int i = 0; i < wanted.size(); i++) {
                Listener found = take(wanted.get(i));
                same.add(found);
                if (found != null) {
                    taken.put(settings.at(i).place(), found.address());
                }
            }
            for (int i = 0; i < wanted.size(); i++) {
                ListenerSettings with = settings.at(i);
                Listener found = same.get(i);
                after.add(found == null ? other(wanted.get(i), with) : change(found, wanted.get(i), with));
            }
        }

        private @Nullable Listener take(ListenerConfig wanted) {
            for (Listener one : former) {
                if (one.serves(wanted)) {
                    former.remove(one);
                    return one;
                }
            }
            return null;
        }

        private Listener change(Listener listener, ListenerConfig to, ListenerSettings with) {
            changes.add(listener.prepare(to, with, beside()));
            return listener;
        }

        private Listener other(ListenerConfig wanted, ListenerSettings with) {
            InetSocketAddress address = address(wanted, with);
            taken.forEach((place, by) -> {
                if (ListenAddress.meet(by, address)) {
                    throw ListenException.ofTaken(with.place(), wanted, place);
                }
            });
            taken.put(with.place(), address);
            for (Listener one : former) {
                if (one.addresses().stream().anyMatch(own -> ListenAddress.meet(own, address))) {
                    former.remove(one);
                    return change(one, wanted, with);
                }
            }
            Listener fresh = new Listener(wanted, with, handler, observer);
            opened.add(fresh);
            fresh.start(beside());
            return fresh;
        }

        private InetSocketAddress address(ListenerConfig wanted, ListenerSettings with) {
            try {
                return ListenAddress.of(wanted.address(), wanted.port());
            } catch (IOException e) {
                throw ListenException.ofAddress(with.place(), wanted, e);
            }
        }

        private List<InetSocketAddress> beside() {
            List<InetSocketAddress> all = new ArrayList<>(ours);
            all.addAll(addresses());
            return all;
        }

        void commit() {
            changes.forEach(change -> change.commit().run());
            current = List.copyOf(after);
            retiring.addAll(former);
            former.forEach(Listener::retire);
        }

        /** Who has connected to what was opened is served on. */
        void cancel() {
            changes.forEach(change -> change.cancel().run());
            retiring.addAll(opened);
            opened.forEach(Listener::retire);
        }
    }

    /** Looks at the clock; called a few times a second. */
    public void upkeep(long now) {
        all().forEach(listener -> listener.upkeep(now));
        retiring.removeIf(Listener::empty);
    }

    /** Does it to each, those that are gone from the configuration included. */
    public void forEach(Consumer<Listener> action) {
        all().forEach(action);
    }

    /** Whether nobody is connected, nor about to be served. */
    public boolean empty() {
        return all().stream().allMatch(Listener::empty);
    }
}

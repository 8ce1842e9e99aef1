// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.limit.address;

import io.penstock.gateway.config.filter.AddressListConfig;
import io.penstock.gateway.config.filter.AddressListConfig.Mode;
import io.penstock.gateway.config.filter.AddressListConfig.Otherwise;
import io.penstock.gateway.config.filter.ListedNetwork;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.MemoryUse;
import io.penstock.gateway.limit.address.AddressReport.Decision;
import io.penstock.gateway.limit.address.AddressReport.Listed;
import io.penstock.gateway.limit.address.Entry.Origin;
import io.penstock.gateway.store.Store;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * From which addresses requests are taken. Of all networks that an address is in, the one with the longest prefix decides, and of two that are
 * the same the store's; an address that is in none may be blocked for what it did. Never blocks the caller; safe for use by
 * any thread.
 */
public final class AddressList implements AutoCloseable {
    private static final Network EVERYWHERE = new Network(0, 0, 0);

    private final String name;
    private final AddressListConfig config;
    private final Clocks clocks;
    private final AddressTable file;
    private final Entry otherwise;
    private final @Nullable AutomaticBlocks blocks;
    private final @Nullable StoredAddresses stored;
    private final Map<Origin, LongAdder> denied = new EnumMap<>(Origin.class);
    private final LongAdder without = new LongAdder();

    /**
     * Compiles the networks of the configuration.
     *
     * @param name of the filter
     * @param store that has others, if one has
     */
    public AddressList(String name, AddressListConfig config, @Nullable Store store) {
        this(name, config, store, Clocks.ofSystem());
    }

    AddressList(String name, AddressListConfig config, @Nullable Store store, Clocks clocks) {
        this.name = name;
        this.config = config;
        this.clocks = clocks;
        this.file = new AddressTable(config.allow().size() + config.deny().size(), clocks);
        config.allow().forEach(network -> file.put(entry(network, false)));
        config.deny().forEach(network -> file.put(entry(network, true)));
        this.otherwise =
                new Entry(EVERYWHERE, config.otherwise() == Otherwise.DENY, Origin.OTHERWISE, new Until.Ever(), "");
        this.blocks = config.automatic()
                .map(automatic -> new AutomaticBlocks(name, automatic, clocks))
                .orElse(null);
        this.stored = store == null ? null : new StoredAddresses(name, store, config, blocks, clocks);
        for (Origin origin : Origin.values()) {
            denied.put(origin, new LongAdder());
        }
    }

    private static Entry entry(ListedNetwork listed, boolean denied) {
        Until until = listed.until().<Until>map(Until.Date::new).orElseGet(Until.Ever::new);
        return new Entry(Network.of(listed.network()), denied, Origin.FILE, until, "");
    }

    /** The filter's. */
    public String name() {
        return name;
    }

    /**
     * Decides about the request's client, and has its end looked at where that may lead to a block.
     *
     * @throws GatewayException ADDRESS_DENIED
     */
    public void check(Exchange exchange) {
        if (stored != null && stored.outdated()) {
            without.increment();
        }
        Network address = Network.address(exchange.client());
        Entry by = decision(address);
        if (by.denied()) {
            counter(by.origin()).increment();
            if (config.mode() == Mode.ENFORCE) {
                throw refusal(exchange, by);
            }
        } else if (blocks != null && address != null && by.origin() == Origin.OTHERWISE) {
            exchange.onEnd(() -> ended(blocks, address, exchange));
        }
    }

    private void ended(AutomaticBlocks table, Network address, Exchange exchange) {
        Cause cause = exchange.cause();
        if (cause != null && table.ended(address, cause) && stored != null) {
            stored.tell();
        }
    }

    private LongAdder counter(Origin origin) {
        LongAdder counter = denied.get(origin);
        if (counter == null) {
            throw new IllegalStateException("no counter for " + origin);
        }
        return counter;
    }

    private Entry decision(@Nullable Network address) {
        if (address == null) {
            return otherwise;
        }
        Entry listed = file.match(address);
        Entry other = stored == null ? null : stored.table().match(address);
        if (other != null
                && (listed == null
                        || other.network().length() >= listed.network().length())) {
            listed = other;
        }
        if (listed != null) {
            return listed;
        }
        Entry block = blocks == null ? null : blocks.blocked(address);
        return block == null ? otherwise : block;
    }

    private GatewayException refusal(Exchange exchange, Entry by) {
        return new GatewayException(Cause.ADDRESS_DENIED, exchange.client() + " is " + words(by));
    }

    private String words(Entry by) {
        String left = by.until()
                .left(clocks)
                .map(time -> ", for " + time.plusMillis(999).toSeconds() + " s more")
                .orElse("");
        String why = by.why().isEmpty() ? "" : ": " + by.why();
        return switch (by.origin()) {
            case FILE -> (by.denied() ? "denied" : "allowed") + " by " + by.network() + " of " + name + left;
            case STORE ->
                (by.denied() ? "denied" : "allowed") + " by " + by.network() + " in store "
                        + config.store().orElse("") + left + why;
            case AUTOMATIC -> "blocked with " + by.network() + left + why;
            case OTHERWISE -> "in no network of " + name;
        };
    }

    /**
     * What would be decided about the request, in words; counts nothing.
     *
     * @throws GatewayException ADDRESS_DENIED
     */
    public String explain(Exchange exchange) {
        Entry by = decision(Network.address(exchange.client()));
        if (by.denied() && config.mode() == Mode.ENFORCE) {
            throw refusal(exchange, by);
        }
        String unknown = stored != null && stored.outdated()
                ? ", as far as it is known without store " + config.store().orElse("")
                : "";
        String verdict = by.denied() ? ", only reported" : by.origin() == Origin.OTHERWISE ? ", so allowed" : "";
        return exchange.client() + " is " + words(by) + verdict + unknown;
    }

    /**
     * What is decided about an address now.
     *
     * @param literal without brackets
     * @return absent when it is no address
     */
    public Optional<Decision> decision(String literal) {
        Network address = Network.address(literal);
        if (address == null) {
            return Optional.empty();
        }
        return Optional.of(new Decision(listed(decision(address)), blocks == null ? 0 : blocks.refusals(address)));
    }

    private Listed listed(Entry entry) {
        return new Listed(
                entry.origin() == Origin.OTHERWISE ? "" : entry.network().toString(),
                entry.denied(),
                entry.origin().word(),
                entry.until().left(clocks),
                entry.why());
    }

    /** The networks that are denied now: blocks first, then those of the store and the file; so many of them. */
    public List<Listed> denied(int most) {
        return Stream.of(entries(Origin.AUTOMATIC), entries(Origin.STORE), entries(Origin.FILE))
                .flatMap(entries -> entries)
                .filter(entry -> entry.denied() && !entry.until().over(clocks))
                .limit(most)
                .map(this::listed)
                .toList();
    }

    private Stream<Entry> entries(Origin origin) {
        return switch (origin) {
            case AUTOMATIC -> blocks == null ? Stream.of() : blocks.entries();
            case STORE -> stored == null ? Stream.of() : stored.table().entries();
            case FILE -> file.entries();
            case OTHERWISE -> Stream.of(otherwise);
        };
    }

    /** What came of it so far. */
    public AddressReport report() {
        Map<String, Long> counts = new LinkedHashMap<>();
        denied.forEach((origin, count) -> counts.put(origin.word(), count.sum()));
        Map<String, Long> networks = new LinkedHashMap<>();
        networks.put(Origin.FILE.word(), (long) file.size());
        networks.put(
                Origin.STORE.word(), stored == null ? 0 : (long) stored.table().size());
        networks.put(Origin.AUTOMATIC.word(), blocks == null ? 0 : blocks.size());
        return new AddressReport(
                name,
                config.mode() == Mode.ENFORCE,
                counts,
                blocks == null ? 0 : blocks.began(),
                networks,
                config.store(),
                without.sum(),
                stored == null ? Optional.empty() : stored.problem(),
                stored == null ? "" : stored.ignored());
    }

    /** What it keeps beside the networks of the configuration. */
    public List<MemoryUse> memory() {
        List<MemoryUse> uses = new ArrayList<>();
        if (stored != null) {
            uses.add(stored.memory());
        }
        if (blocks != null) {
            uses.addAll(blocks.memory());
        }
        return uses;
    }

    /** Reads what the store has; blocks until that is done or has failed, for 5 s at most. */
    public void start() {
        if (stored != null) {
            stored.start();
        }
    }

    @Override
    public void close() {
        if (stored != null) {
            stored.close();
        }
    }
}

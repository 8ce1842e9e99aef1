// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * From which addresses callers may come: of all networks that an address is in, the smallest decides.
 *
 * @param allow up to 100 000 networks, default none
 * @param deny the same
 * @param otherwise what becomes of an address that is in none, default {@code allow}
 * @param mode default {@code enforce}
 * @param store that has further networks, which change while the gateway runs; absent by default
 * @param prefix 1 to 256 characters, default {@code penstock:address:}; before the network in a key of the store
 * @param maxEntries 1 to 1 000 000, default 100 000; networks of the store that a node keeps
 * @param refresh 1 s to 24 h, default 1 min; how often the store is read anew as a whole, in case that word of a change was lost
 * @param automatic blocks addresses that are refused too often; absent by default
 */
public record AddressListConfig(
        List<ListedNetwork> allow,
        List<ListedNetwork> deny,
        Otherwise otherwise,
        Mode mode,
        Optional<String> store,
        String prefix,
        int maxEntries,
        Duration refresh,
        Optional<AutomaticBlockConfig> automatic)
        implements FilterConfig {
    private static final int MOST = 100_000;
    private static final int MOST_PREFIX = 256;

    /** What becomes of an address that is in no network. */
    public enum Otherwise {
        ALLOW,
        DENY
    }

    /** What becomes of a request that is denied. */
    public enum Mode {
        /** It is refused. */
        ENFORCE,
        /** It is counted and goes on. */
        REPORT
    }

    public AddressListConfig {
        allow = List.copyOf(allow);
        deny = List.copyOf(deny);
        Check check = new Check()
                .that(
                        "prefix",
                        !prefix.isEmpty() && prefix.length() <= MOST_PREFIX,
                        Check.quoted(prefix),
                        "is not a prefix, expected 1 to " + MOST_PREFIX + " characters")
                .range("max-entries", maxEntries, 1, 1_000_000)
                .range("refresh", refresh, ofSeconds(1), ofHours(24))
                .that(
                        "automatic",
                        automatic.isEmpty() || otherwise == Otherwise.ALLOW,
                        "",
                        "blocks nobody where only listed addresses are allowed, expected otherwise: allow with it");
        Set<Object> networks = new HashSet<>();
        check("allow", allow, networks, check);
        check("deny", deny, networks, check);
        check.done();
    }

    private static void check(String key, List<ListedNetwork> list, Set<Object> networks, Check check) {
        check.that(key, list.size() <= MOST, list.size() + " networks", "are too many, expected at most " + MOST);
        for (int i = 0; i < list.size(); i++) {
            ListedNetwork one = list.get(i);
            check.that(
                    key + "[" + i + "]",
                    networks.add(one.network()),
                    one.network(),
                    "is listed before, expected each network once");
        }
    }

    static AddressListConfig from(ConfigNode node) {
        AddressListConfig read = new AddressListConfig(
                node.parsedList("allow", List.of(), ListedNetwork::parse),
                node.parsedList("deny", List.of(), ListedNetwork::parse),
                node.choice("otherwise", Otherwise.ALLOW),
                node.choice("mode", Mode.ENFORCE),
                node.optionalText("store"),
                node.text("prefix", "penstock:address:"),
                node.integer("max-entries", 100_000),
                node.duration("refresh", ofMinutes(1)),
                node.optionalChild("automatic", AutomaticBlockConfig::from));
        boolean denies = node.has("deny") || node.has("store") || node.has("automatic");
        if (!denies && read.otherwise() == Otherwise.ALLOW) {
            node.problem("deny", "is missing, expected networks, a store, automatic or otherwise: deny");
        }
        return read;
    }

    @Override
    public List<String> stores() {
        return store.stream().toList();
    }
}

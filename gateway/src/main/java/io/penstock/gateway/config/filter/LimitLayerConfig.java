// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.time.Duration;
import java.util.List;

/**
 * One limit: requests of which the same is true share a bucket of tokens, and each takes its cost out of it.
 *
 * @param name beside the filter's own in metrics and answers, where a filter has several layers; empty by default
 * @param key what has to be the same, default nothing: then all requests share one bucket
 * @param rate how many tokens come; required
 * @param burst 1 to 1 000 000, default the count of the rate; how many there can be
 * @param cost 1 to burst, default 1
 */
public record LimitLayerConfig(String name, List<LimitKey> key, Rate rate, int burst, int cost) {
    private static final int MOST = 1_000_000;
    private static final Duration LONGEST = Duration.ofDays(366);

    /** In the place of one that cannot be read. */
    static final LimitLayerConfig STAND_IN = new LimitLayerConfig("", List.of(), Rate.parse("1/s"), 1, 1);

    public LimitLayerConfig {
        key = List.copyOf(key);
        Check check = new Check()
                .range("burst", burst, 1, MOST)
                .range("cost", cost, 1, Math.max(1, burst))
                .that(
                        "burst",
                        rate.per().multipliedBy(burst).dividedBy(rate.count()).compareTo(LONGEST) <= 0,
                        burst,
                        "takes more than a year to come with " + rate + ", expected fewer")
                .that("key", key.stream().distinct().count() == key.size(), "", "names one twice, expected once");
        if (!name.isEmpty()) {
            check.name("name", name);
        }
        check.done();
    }

    /** One that is a text is none. */
    @SuppressWarnings("DoNotCallSuggester") // a list asks for it
    static LimitLayerConfig parse(String text) {
        throw Check.failed(
                Check.quoted(text), "is no layer, expected keys with values, such as {key: [client], rate: 100/s}");
    }

    static LimitLayerConfig from(ConfigNode node) {
        Rate rate = node.parsed("rate", Rate.parse("1/s"), Rate::parse);
        if (!node.has("rate")) {
            node.problem("rate", "is missing, expected one such as 100/s, 600/m, 5000/h or 10000/d");
        }
        return new LimitLayerConfig(
                node.text("name", ""),
                node.parsedList("key", List.of(), LimitKey::parse),
                rate,
                node.integer("burst", rate.count()),
                node.integer("cost", 1));
    }
}

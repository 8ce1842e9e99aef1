// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin;

import io.penstock.gateway.admin.answer.AdminRefusal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Look-ups in memory: {@code jobid} can be changed, {@code remote} is as if its store was Redis. */
final class HeldLookups implements LookupsView {
    final Map<String, String> held = new ConcurrentHashMap<>();

    @Override
    public List<String> names() {
        return List.of("jobid", "remote");
    }

    @Override
    public Optional<String> get(String lookup, String key) {
        return Optional.ofNullable(held.get(key));
    }

    @Override
    public void put(String lookup, String key, String target) {
        if (lookup.equals("remote")) {
            throw AdminRefusal.conflict("the store of lookup remote is Redis: change the key there");
        }
        if (!target.contains(":")) {
            throw AdminRefusal.invalid("the target is " + target + ", expected host:port");
        }
        held.put(key, target);
    }

    @Override
    public boolean delete(String lookup, String key) {
        return held.remove(key) != null;
    }

    @Override
    public Explanation explain(String lookup, String key) {
        String value = held.get(key);
        return value == null
                ? new Explanation(
                        key,
                        "embedded",
                        "not-cached",
                        null,
                        null,
                        null,
                        false,
                        "key-unknown: the store has no such key")
                : new Explanation(
                        key,
                        "embedded",
                        "fresh",
                        Duration.ofMillis(1_500),
                        value,
                        "10.0.0.7:1",
                        true,
                        "10.0.0.0/8 allows it");
    }
}

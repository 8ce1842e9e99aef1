// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import io.penstock.gateway.config.read.ConfigNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What a named filter does: one kind of policy, with its keys. */
public sealed interface FilterConfig
        permits AddressListConfig,
                ApiKeyConfig,
                BasicConfig,
                ChainConfig,
                CorsConfig,
                DigestConfig,
                ExternalConfig,
                ForwardedConfig,
                HeadersConfig,
                JwtConfig,
                LimitBodyConfig,
                MtlsConfig,
                PermissionsConfig,
                RateLimitConfig,
                SecurityFieldsConfig,
                SignatureConfig {

    /** How each kind is read, by the key that names it. */
    private static Map<String, Function<ConfigNode, FilterConfig>> kinds() {
        Map<String, Function<ConfigNode, FilterConfig>> kinds = new LinkedHashMap<>();
        kinds.put("chain", ChainConfig::from);
        kinds.put("headers", HeadersConfig::from);
        kinds.put("forwarded", ForwardedConfig::from);
        kinds.put("external", ExternalConfig::from);
        kinds.put("cors", CorsConfig::from);
        kinds.put("limit-body", LimitBodyConfig::from);
        kinds.put("digest", DigestConfig::from);
        kinds.put("jwt", JwtConfig::from);
        kinds.put("api-key", ApiKeyConfig::from);
        kinds.put("basic", BasicConfig::from);
        kinds.put("mtls", MtlsConfig::from);
        kinds.put("rate-limit", RateLimitConfig::from);
        kinds.put("permissions", PermissionsConfig::from);
        kinds.put("address-list", AddressListConfig::from);
        kinds.put("security-fields", SecurityFieldsConfig::from);
        kinds.put("signature", SignatureConfig::from);
        return kinds;
    }

    /** The stores that it needs, by name. */
    default List<String> stores() {
        return List.of();
    }

    /** The clusters that it calls, by name. */
    default List<String> clusters() {
        return List.of();
    }

    /** Reads the one key that is not the filter's name. */
    static FilterConfig from(ConfigNode node) {
        Map<String, Function<ConfigNode, FilterConfig>> kinds = kinds();
        List<String> given = new ArrayList<>(kinds.keySet());
        given.removeIf(key -> !node.has(key));
        if (given.size() > 1) {
            node.problem(given.get(1), "is given beside " + given.getFirst() + ", expected one kind for a filter");
        } else if (given.isEmpty()) {
            node.problem("name", "names a filter without a kind, expected one of " + String.join(", ", kinds.keySet()));
        }
        List<FilterConfig> read = new ArrayList<>();
        // each is read, so that each is known, also where two are given
        kinds.forEach((key, from) -> node.optionalChild(key, from).ifPresent(read::add));
        return read.isEmpty() ? HeadersConfig.NONE : read.getFirst();
    }
}

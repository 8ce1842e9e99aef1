// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * Who may do what, by method and path. What no rule allows is refused.
 *
 * @param rules 1 to {@value #MOST_RULES}, of which the most specific decides; required
 * @param scopes claims whose texts are permissions with blanks between them, default {@code scope}
 * @param roles claims whose values are one permission each, default {@code roles}
 */
public record PermissionsConfig(List<PermissionRuleConfig> rules, List<String> scopes, List<String> roles)
        implements FilterConfig {
    /** As many as a file of the largest size holds, about. */
    public static final int MOST_RULES = 10_000;

    private static final int MOST_CLAIMS = 16;

    public PermissionsConfig {
        rules = List.copyOf(rules);
        scopes = List.copyOf(scopes);
        roles = List.copyOf(roles);
        Check check = new Check()
                .that(
                        "rules",
                        rules.size() <= MOST_RULES,
                        rules.size() + " rules",
                        "are too many, expected at most " + MOST_RULES);
        claims(check, "scopes", scopes);
        claims(check, "roles", roles);
        once(check, rules);
        check.done();
    }

    private static void claims(Check check, String key, List<String> claims) {
        check.that(
                key,
                claims.size() <= MOST_CLAIMS,
                claims.size() + " claims",
                "are too many, expected at most " + MOST_CLAIMS);
        for (int i = 0; i < claims.size(); i++) {
            check.that(
                    key + "[" + i + "]",
                    RequiredClaim.NAME.matcher(claims.get(i)).matches(),
                    Check.quoted(claims.get(i)),
                    "is not a claim's name, expected one such as realm_access.roles");
        }
    }

    /** Two rules about the same would make the order count; so would two that only some upstreams tell apart, by case. */
    private static void once(Check check, List<PermissionRuleConfig> rules) {
        Map<String, Integer> seen = new HashMap<>();
        for (int i = 0; i < rules.size(); i++) {
            PermissionPath path = rules.get(i).path();
            String about = (String.join("/", path.segments()) + (path.below() ? "/**" : "")).toLowerCase(Locale.ROOT);
            List<String> methods = rules.get(i).methods();
            for (String method : methods.isEmpty() ? List.of("") : methods) {
                Integer other = seen.putIfAbsent(method + " " + about, i);
                check.that(
                        "rules[" + i + "].path",
                        other == null,
                        Check.quoted(path.text()),
                        "is what rules[" + other + "] is about, too" + (method.isEmpty() ? "" : ", with " + method)
                                + ", expected one rule for it (capitals do not tell paths apart)");
            }
        }
    }

    static PermissionsConfig from(ConfigNode node) {
        List<PermissionRuleConfig> rules = node.list("rules", PermissionRuleConfig::from);
        if (rules.isEmpty()) {
            node.problem("rules", "is missing or empty, expected one or more");
        }
        return new PermissionsConfig(
                rules,
                node.parsedList("scopes", List.of("scope"), Function.identity()),
                node.parsedList("roles", List.of("roles"), Function.identity()));
    }
}

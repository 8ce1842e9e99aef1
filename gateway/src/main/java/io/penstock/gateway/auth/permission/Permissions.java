// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.permission;

import io.penstock.gateway.config.filter.PermissionsConfig;
import io.penstock.gateway.exchange.Identity;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The rules of a filter, compiled. Immutable; safe for any thread, never blocks.
 *
 * <p>A path that servers could read in several ways is allowed only if it is in each ({@link Readings}), with capitals and without: whatever the
 * server behind it makes of it, there is a rule that allows what it does.
 */
public final class Permissions {
    private final Grants grants;
    private final RuleTree exact;
    private final RuleTree folded;
    private final boolean capitals;

    /**
     * What becomes of a request.
     *
     * @param rule which has decided; null where there is none
     */
    public record Decision(boolean allowed, @Nullable Rule rule) {
        private static final Decision NO_RULE = new Decision(false, null);

        /** Why, in words that tell nothing of the caller. */
        public String text() {
            return rule == null ? "no rule is about it" : "rule " + rule;
        }
    }

    /** Compiles rules. */
    public Permissions(PermissionsConfig config) {
        List<Rule> rules = config.rules().stream().map(Rule::new).toList();
        this.grants = new Grants(config.scopes(), config.roles());
        this.capitals = config.rules().stream()
                .flatMap(rule -> rule.path().segments().stream())
                .anyMatch(segment -> !segment.equals(folded(segment)));
        this.exact = RuleTree.of(rules, false);
        this.folded = capitals ? RuleTree.of(rules, true) : exact;
    }

    private static String folded(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    /**
     * Decides about a request.
     *
     * @param target path and query, as the listener's path policy has left them
     * @param identity null for a stranger
     * @return the first refusal, or what the path is allowed by as it stands
     */
    public Decision decide(String method, String target, @Nullable Identity identity) {
        return decide(method, target, identity, RuleTree.Visits.NONE);
    }

    Decision decide(String method, String target, @Nullable Identity identity, RuleTree.Visits visits) {
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        Decision stands = reading(method, Readings.asItStands(path), identity, visits);
        if (stands.allowed()) {
            for (String other : Readings.others(path)) {
                Decision decision = reading(method, other, identity, visits);
                if (!decision.allowed()) {
                    return decision;
                }
            }
        }
        return stands;
    }

    private Decision reading(String method, String path, @Nullable Identity identity, RuleTree.Visits visits) {
        Decision decision = decide(exact.find(method, path, visits), identity);
        String small = folded(path);
        if (!decision.allowed() || (!capitals && small.equals(path))) {
            return decision;
        }
        Decision other = decide(folded.find(method, small, visits), identity);
        return other.allowed() ? decision : other;
    }

    private Decision decide(@Nullable Rule rule, @Nullable Identity identity) {
        return rule == null ? Decision.NO_RULE : new Decision(rule.allows(identity, grants), rule);
    }
}

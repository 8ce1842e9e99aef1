// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.permission;

import io.penstock.gateway.config.filter.PermissionPath;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rules as a tree over the segments of their paths. Immutable once it is made.
 *
 * <p>A search goes down the fixed segment before the place, then takes the node's own rule for everything below, so that the first rule which has
 * the method is the most specific one. It visits a node for each beginning of the path that rules name, however many rules there are beside
 * them: at most one for each segment where no rules name a place beside a fixed segment.
 */
final class RuleTree {

    /** Follows a search. */
    interface Visits {
        Visits NONE = () -> {};

        /** One more node is looked at. */
        void node();
    }

    /** The rules of one pattern. */
    private static final class ByMethod {
        private final Map<String, Rule> named = new HashMap<>();
        private @Nullable Rule any;

        void add(Rule rule) {
            if (rule.config().methods().isEmpty()) {
                any = rule;
            }
            rule.config().methods().forEach(method -> named.put(method, rule));
        }

        @Nullable
        Rule of(String method) {
            Rule found = named.get(method);
            return found == null ? any : found;
        }
    }

    private final Map<String, RuleTree> fixed = new HashMap<>();
    private final ByMethod exact = new ByMethod();
    private final ByMethod below = new ByMethod();
    private @Nullable RuleTree place;

    private RuleTree() {}

    /**
     * Makes the tree of some rules.
     *
     * @param folded whether capitals are small letters
     */
    static RuleTree of(List<Rule> rules, boolean folded) {
        RuleTree root = new RuleTree();
        for (Rule rule : rules) {
            PermissionPath path = rule.config().path();
            RuleTree node = root;
            for (String segment : path.segments()) {
                node = node.child(folded ? segment.toLowerCase(Locale.ROOT) : segment);
            }
            (path.below() ? node.below : node.exact).add(rule);
        }
        return root;
    }

    private RuleTree child(String segment) {
        if (!segment.equals(PermissionPath.PLACE)) {
            return fixed.computeIfAbsent(segment, one -> new RuleTree());
        }
        RuleTree child = place == null ? new RuleTree() : place;
        place = child;
        return child;
    }

    /**
     * Finds the most specific rule.
     *
     * @param path one of its {@link Readings}; what is none, as the {@code *} of OPTIONS, fits rules for everything alone
     */
    @Nullable
    Rule find(String method, String path, Visits visits) {
        return find(method, path, 1, visits);
    }

    private @Nullable Rule find(String method, String path, int from, Visits visits) {
        visits.node();
        Rule found = null;
        if (from > path.length()) {
            found = exact.of(method);
        } else {
            int slash = path.indexOf('/', from);
            int end = slash < 0 ? path.length() : slash;
            RuleTree child = fixed.get(path.substring(from, end));
            if (child != null) {
                found = child.find(method, path, end + 1, visits);
            }
            if (found == null && place != null && end > from) {
                found = place.find(method, path, end + 1, visits);
            }
        }
        return found == null ? below.of(method) : found;
    }
}

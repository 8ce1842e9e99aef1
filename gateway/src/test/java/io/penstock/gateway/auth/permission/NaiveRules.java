// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.permission;

import io.penstock.gateway.config.filter.PermissionPath;
import io.penstock.gateway.config.filter.PermissionRuleConfig;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the rules mean, by trying every one of them: what the compiled ones are compared with. */
record NaiveRules(List<PermissionRuleConfig> rules) {

    Optional<PermissionRuleConfig> best(String method, List<String> segments) {
        return rules.stream()
                .filter(rule -> rule.methods().isEmpty() || rule.methods().contains(method))
                .filter(rule -> fits(rule.path(), segments))
                .min(Comparator.comparing((PermissionRuleConfig rule) -> rank(rule.path()))
                        .thenComparing(rule -> rule.methods().isEmpty()));
    }

    private static boolean fits(PermissionPath path, List<String> segments) {
        int fixed = path.segments().size();
        return (path.below() ? segments.size() >= fixed : segments.size() == fixed)
                && begins(path.segments(), segments);
    }

    private static boolean begins(List<String> pattern, List<String> segments) {
        for (int i = 0; i < pattern.size(); i++) {
            boolean place = pattern.get(i).equals(PermissionPath.PLACE);
            if (place ? segments.get(i).isEmpty() : !pattern.get(i).equals(segments.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** A letter for each segment, and for the end: the smaller the text, the more specific the path. */
    private static String rank(PermissionPath path) {
        return path.segments().stream()
                        .map(segment -> segment.equals(PermissionPath.PLACE) ? "b" : "a")
                        .collect(Collectors.joining())
                + (path.below() ? "d" : "c");
    }

    /** How many different beginnings of patterns, the empty one among them, a path begins with. */
    long beginnings(List<String> segments) {
        Set<List<String>> beginnings = rules.stream()
                .map(rule -> rule.path().segments())
                .flatMap(pattern ->
                        Stream.iterate(0, n -> n <= pattern.size(), n -> n + 1).map(n -> pattern.subList(0, n)))
                .filter(pattern -> pattern.size() <= segments.size() && begins(pattern, segments))
                .collect(Collectors.toSet());
        return beginnings.size();
    }
}

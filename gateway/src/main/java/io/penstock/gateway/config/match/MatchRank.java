// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.match;

import java.util.List;
import java.util.Optional;

/**
 * The place of a match in the one order in which routes are preferred: the lower of two wins where both fit a request. Two that are
 * equal and fit the same request are an error of the configuration.
 *
 * @param match what is ranked
 * @param pattern of its path
 */
public record MatchRank(MatchConfig match, PathPattern pattern) implements Comparable<MatchRank> {

    /** What decides between two matches, the first that differs. */
    public enum Criterion {
        /** The higher one. */
        PRIORITY("a higher priority"),
        /** A host before a wildcard, the longer wildcard, any wildcard before every host. */
        HOST("a more specific host"),
        /** Segment by segment from the left: a fixed one, a place, the end; and of ends exact, expression, rest. */
        PATH("a more specific path"),
        /** Some methods before any. */
        METHODS("methods"),
        /** A protocol before none. */
        UPGRADE("an upgrade"),
        /** gRPC calls before any requests of the same path. */
        GRPC("gRPC"),
        /** Some networks before any; the one whose widest network is narrower. */
        CLIENT("a narrower client network"),
        /** More of them, then more exact ones. */
        HEADERS("more headers"),
        /** More of them, then more exact ones. */
        QUERY("more of the query");

        private final String text;

        Criterion(String text) {
            this.text = text;
        }

        /** What the winner has, for people. */
        public String text() {
            return text;
        }
    }

    private static final List<Criterion> CRITERIA = List.of(Criterion.values());

    /** Ranks a match. */
    public static MatchRank of(MatchConfig match) {
        return new MatchRank(match, match.path().pattern());
    }

    /** What decides between two matches; empty when they are equal. */
    public static Optional<Criterion> between(MatchRank one, MatchRank other) {
        return CRITERIA.stream()
                .filter(criterion -> compare(criterion, one, other) != 0)
                .findFirst();
    }

    @Override
    public int compareTo(MatchRank other) {
        for (Criterion criterion : CRITERIA) {
            int order = compare(criterion, this, other);
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static int compare(Criterion criterion, MatchRank one, MatchRank other) {
        MatchConfig mine = one.match;
        MatchConfig theirs = other.match;
        return switch (criterion) {
            case PRIORITY -> Integer.compare(theirs.priority(), mine.priority());
            case HOST -> hosts(mine.host().orElse(""), theirs.host().orElse(""));
            case PATH -> one.pattern.compareTo(other.pattern);
            case METHODS ->
                Boolean.compare(mine.methods().isEmpty(), theirs.methods().isEmpty());
            case UPGRADE ->
                Boolean.compare(mine.upgrade().isEmpty(), theirs.upgrade().isEmpty());
            case GRPC ->
                Boolean.compare(theirs.path() instanceof PathConfig.Grpc, mine.path() instanceof PathConfig.Grpc);
            case CLIENT -> Integer.compare(narrow(theirs), narrow(mine));
            case HEADERS -> Integer.compare(weight(theirs.headers()), weight(mine.headers()));
            case QUERY -> Integer.compare(weight(theirs.query()), weight(mine.query()));
        };
    }

    private static int hosts(String mine, String theirs) {
        int order = Integer.compare(kind(mine), kind(theirs));
        order = order != 0 ? order : Integer.compare(theirs.length(), mine.length());
        return order != 0 ? order : mine.compareTo(theirs);
    }

    private static int kind(String host) {
        if (host.isEmpty()) {
            return 2;
        }
        return host.startsWith("*.") ? 1 : 0;
    }

    private static int narrow(MatchConfig match) {
        return match.client().stream()
                        .mapToInt(network ->
                                network.prefixLength() + (network.address().getAddress().length == 4 ? 96 : 0))
                        .min()
                        .orElse(-1)
                + 1;
    }

    private static int weight(List<FieldMatchConfig> fields) {
        long exact = fields.stream()
                .filter(field -> field.test() instanceof FieldMatchConfig.FieldTest.Exact)
                .count();
        return fields.size() * 10_000 + (int) exact;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.match;

import java.util.List;

/**
 * A path as the route table compares it: fixed segments and places for one segment each, and what may follow them.
 *
 * <p>A regular expression has the fixed segments that every path it matches begins with; the expression itself decides about the
 * rest.
 *
 * @param segments from the left; {@code {name}} is a place
 * @param end what may follow the segments
 * @param regex the expression of {@link End#REGEX}; otherwise empty
 */
public record PathPattern(List<String> segments, End end, String regex) {
    /** What ends a template that also takes everything below. */
    public static final String REST = "/...";
    /** One segment of RFC 3986 §3.3. */
    public static final String SEGMENT = "[A-Za-z0-9._~!$&'()*+,;=:@%-]+";

    /** What may follow the segments, the more specific first. */
    public enum End {
        /** Nothing. */
        EXACT,
        /** What the expression says. */
        REGEX,
        /** Nothing, or a slash and anything. */
        REST
    }

    public PathPattern {
        segments = List.copyOf(segments);
    }

    static PathPattern fixed(String path, End end) {
        return new PathPattern(split(path), end, "");
    }

    static PathPattern template(String text) {
        boolean rest = text.endsWith(REST);
        String fixed = rest ? text.substring(0, text.length() - REST.length()) : text;
        return new PathPattern(split(fixed), rest ? End.REST : End.EXACT, "");
    }

    static PathPattern regex(String text) {
        String literal = RegexEnds.of(text).prefix();
        int slash = literal.lastIndexOf('/');
        return new PathPattern(split(slash < 0 ? "" : literal.substring(0, slash)), End.REGEX, text);
    }

    /** Whether a segment of a pattern takes any segment but an empty one. */
    public static boolean place(String segment) {
        return segment.startsWith("{");
    }

    /** The names of the places, in order. */
    public List<String> places() {
        return segments.stream()
                .filter(PathPattern::place)
                .map(segment -> segment.substring(1, segment.length() - 1))
                .toList();
    }

    /** As {@link PathConfig#alike}: the names of places mean nothing to the rank. */
    int alike() {
        int hash = 0;
        for (String segment : segments) {
            hash = place(segment) ? alike(hash, "/{") : alike(alike(hash, "/"), segment);
        }
        return hash;
    }

    /** The same for a path without places, whose hash a text remembers. */
    static int alike(String fixed) {
        return fixed.hashCode();
    }

    private static int alike(int hash, String more) {
        int next = hash;
        for (int i = 0; i < more.length(); i++) {
            next = 31 * next + more.charAt(i);
        }
        return next;
    }

    boolean distinct() {
        return places().stream().distinct().count() == places().size();
    }

    /**
     * Which of two patterns is more specific: segment by segment from the left a fixed one before a place, and a segment before the
     * end; then by the end; then the longer expression.
     */
    int compareTo(PathPattern other) {
        int shared = Math.min(segments.size(), other.segments.size());
        for (int i = 0; i < shared; i++) {
            String mine = segments.get(i);
            String theirs = other.segments.get(i);
            if (place(mine) != place(theirs)) {
                return place(mine) ? 1 : -1;
            }
            int order = place(mine) ? 0 : mine.compareTo(theirs);
            if (order != 0) {
                return order;
            }
        }
        int order = Integer.compare(other.segments.size(), segments.size());
        order = order != 0 ? order : end.compareTo(other.end);
        return order != 0 ? order : Integer.compare(other.regex.length(), regex.length());
    }

    /** The path {@code /a/} has the segments {@code a} and the empty one, {@code /} has the empty one, and no path has none. */
    private static List<String> split(String path) {
        return path.isEmpty() ? List.of() : List.of(path.substring(1).split("/", -1));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import io.penstock.gateway.config.read.Check;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The paths that a rule is about: fixed segments, places for one segment each, and whether everything below belongs to them.
 *
 * @param text as the file has it
 * @param segments from the left, decoded into a char for each byte, {@value #PLACE} for a place; at most {@value #MOST_SEGMENTS}
 * @param below whether paths with more segments belong to them
 */
public record PermissionPath(String text, List<String> segments, boolean below) {
    /** Stands for any one segment but an empty one. */
    public static final String PLACE = "*";

    /** How deep a rule may go: what a search visits depends on it. */
    public static final int MOST_SEGMENTS = 32;

    private static final String BELOW = "/**";
    private static final Pattern NAMED = Pattern.compile("\\{[a-z][a-zA-Z0-9_]*}");
    /** Those that nobody reads in another way: no escaped slash, backslash, percent sign, star, dot or NUL, no parameters. */
    private static final Pattern FIXED =
            Pattern.compile("([A-Za-z0-9._~!$&'()+,=:@-]|%(?!00|2[5AEF]|2[aef]|3[Bb]|5[Cc])[0-9A-Fa-f]{2})+");

    public PermissionPath {
        segments = List.copyOf(segments);
    }

    static PermissionPath parse(String text) {
        boolean below = text.endsWith(BELOW);
        String above = below ? text.substring(0, text.length() - BELOW.length()) : text;
        if (!text.startsWith("/")) {
            throw wrong(text, "is not a path");
        }
        List<String> segments = new ArrayList<>();
        for (int slash = 0; slash >= 0 && slash + 1 < above.length(); slash = above.indexOf('/', slash + 1)) {
            int next = above.indexOf('/', slash + 1);
            segments.add(segment(text, above.substring(slash + 1, next < 0 ? above.length() : next)));
        }
        if (segments.size() > MOST_SEGMENTS) {
            throw wrong(text, "has more than " + MOST_SEGMENTS + " segments");
        }
        return new PermissionPath(text, segments, below);
    }

    private static String segment(String text, String segment) {
        if (segment.equals(PLACE) || NAMED.matcher(segment).matches()) {
            return PLACE;
        }
        if (segment.equals("**")) {
            throw wrong(text, "has ** before its end");
        }
        if (!FIXED.matcher(segment).matches() || segment.equals(".") || segment.equals("..")) {
            throw wrong(text, "has a segment that could be read in several ways or is none");
        }
        StringBuilder decoded = new StringBuilder(segment.length());
        for (int i = 0; i < segment.length(); i++) {
            boolean escape = segment.charAt(i) == '%';
            decoded.append(escape ? (char) HexFormat.fromHexDigits(segment, i + 1, i + 3) : segment.charAt(i));
            i += escape ? 2 : 0;
        }
        return decoded.toString();
    }

    private static RuntimeException wrong(String text, String what) {
        return Check.failed(
                Check.quoted(text),
                what + ", expected whole segments such as /v1/orders, {name} or * for any one, and /** at the end for"
                        + " everything below");
    }
}

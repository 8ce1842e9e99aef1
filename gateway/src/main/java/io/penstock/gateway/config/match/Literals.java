// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.match;

import java.util.Optional;
import java.util.regex.Pattern;

/** Finds the patterns of other products in values that are taken as they are written, and says what is meant to be there. */
final class Literals {
    private static final Pattern BELOW =
            Pattern.compile(".*/(\\*{1,2}|\\.\\*|\\{\\*+[a-zA-Z0-9_]*}|\\{[a-zA-Z0-9_]+(\\*+|\\.\\.\\.)})/?");
    private static final Pattern PLACE = Pattern.compile(".*(/:[a-zA-Z]|\\{[^}/]*}).*");
    private static final Pattern EXPRESSION = Pattern.compile("[~^].*|.*([|()\\[\\]?+$\\\\]|\\.\\*).*");
    private static final String TAKEN = "has a pattern, but is taken as it is written, expected ";

    private Literals() {}

    /** What to write in place of a {@code path-prefix} that is meant as a pattern. */
    static Optional<String> prefix(String text) {
        return path(text, "it without the star: a prefix takes everything below");
    }

    /** What to write in place of a {@code path} that is meant as a pattern. */
    static Optional<String> path(String text) {
        return path(text, "path-prefix without the star, which takes everything below");
    }

    /** What to write in place of a {@code path-template} of another product. */
    static Optional<String> template(String text) {
        if (BELOW.matcher(text).matches()) {
            return Optional.of(TAKEN + "/... at its end, which takes everything below");
        }
        boolean colon = text.contains("/:");
        return colon || text.indexOf('*') >= 0
                ? Optional.of(TAKEN + "a place such as {id} for a segment that differs")
                : Optional.empty();
    }

    private static Optional<String> path(String text, String below) {
        if (BELOW.matcher(text).matches()) {
            return Optional.of(TAKEN + below);
        }
        return text.indexOf('*') >= 0 || PLACE.matcher(text).matches()
                ? Optional.of(
                        TAKEN + "path-template with a place such as {id} for a segment that differs, or path-regex")
                : Optional.empty();
    }

    /** What to write in place of a host that is meant as a pattern. */
    static Optional<String> host(String text) {
        if (text.equals("*") || text.equals("*.*")) {
            return Optional.of("is no host, expected no key: a route without it takes every host");
        }
        if (text.startsWith(".")) {
            return Optional.of("begins with a dot, expected *. and the name to take every name below it");
        }
        return text.lastIndexOf('*') >= (text.startsWith("*.") ? 1 : 0)
                        || EXPRESSION.matcher(text).matches()
                ? Optional.of(
                        "is neither an IP address nor a DNS name, expected a DNS name, or *. and a DNS name to take every name below it")
                : Optional.empty();
    }

    /** What to write in place of a name that is only a star, of which absence means all. */
    static Optional<String> all(String text, String what) {
        return text.equals("*")
                ? Optional.of("is no " + what + ", expected no key: a route without it takes every " + what)
                : Optional.empty();
    }
}

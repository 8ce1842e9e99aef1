// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.route;

import io.penstock.gateway.config.match.PathConfig;
import io.penstock.gateway.config.match.PathPattern;
import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import io.penstock.gateway.config.read.Problem;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the path changes on its way; the query stays.
 *
 * @param pathPrefix takes the place of the matched prefix, or of a template's part before {@code /...}; absent leaves it
 * @param path takes the place of the whole path: a template with the captures of the match in braces, and {@code /...} at its end for
 *     what the match left over; absent leaves it
 */
public record RewriteConfig(Optional<String> pathPrefix, Optional<String> path) {
    /** One reference to a capture. */
    public static final Pattern REFERENCE = Pattern.compile("\\{([a-zA-Z][a-zA-Z0-9_]*)}");

    /** Nothing changes. */
    public static final RewriteConfig NONE = new RewriteConfig(Optional.empty(), Optional.empty());

    private static final Pattern PATH = Pattern.compile("/(" + PathPattern.SEGMENT + "|/)*");

    public RewriteConfig {
        pathPrefix = pathPrefix.map(
                text -> text.length() > 1 && text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
        Check check = new Check()
                .that(
                        "path",
                        path.isEmpty() || pathPrefix.isEmpty(),
                        path.orElse(""),
                        "is given beside path-prefix, expected at most one of them");
        pathPrefix.ifPresent(text ->
                check.that("path-prefix", fine(text), Check.quoted(text), "is not a path, expected one such as /v2"));
        path.ifPresent(text -> check.that(
                "path",
                fine(REFERENCE.matcher(text).replaceAll("x")),
                Check.quoted(text),
                "is not a path with captures, expected one such as /people/{id}"));
        check.done();
    }

    static RewriteConfig from(ConfigNode node) {
        return new RewriteConfig(node.optionalText("path-prefix"), node.optionalText("path"));
    }

    private static boolean fine(String path) {
        return PATH.matcher(path).matches() && !path.contains("//") && !path.matches(".*/\\.\\.?(/.*)?");
    }

    /** What is wrong with it for this match; empty when it fits. */
    Optional<Problem> fault(String at, PathConfig matched) {
        PathPattern pattern = matched.pattern();
        if (pathPrefix.isPresent() && pattern.end() != PathPattern.End.REST) {
            return Optional.of(new Problem(
                    at + ".path-prefix",
                    "",
                    "has no prefix to replace, expected a match by path-prefix or a template with /...",
                    ""));
        }
        String text = path.orElse("");
        if (text.endsWith(PathPattern.REST) && pattern.end() != PathPattern.End.REST) {
            return Optional.of(new Problem(
                    at + ".path",
                    text,
                    "has a /... that nothing fills, expected a match by path-prefix or a template with /...",
                    ""));
        }
        Set<String> known = matched instanceof PathConfig.Regex regex
                ? com.google.re2j.Pattern.compile(regex.text()).namedGroups().keySet()
                : Set.copyOf(pattern.places());
        Matcher reference = REFERENCE.matcher(text);
        while (reference.find()) {
            if (!known.contains(reference.group(1))) {
                return Optional.of(new Problem(
                        at + ".path",
                        text,
                        "names the capture " + reference.group(1) + ", which the match has not",
                        ""));
            }
        }
        return Optional.empty();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.read;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Collects what is wrong with the components of one record, by key, and throws it all at once.
 *
 * <p>Used by the compact constructors, so that a record made by a test obeys the same rules as one read from a file.
 */
public final class Check {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern USER = Pattern.compile("(?s)://.*@");
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

    private final List<Problem> problems = new ArrayList<>();

    /** A text that is neither empty nor only white space. */
    public Check notBlank(String key, String value) {
        return that(key, !value.isBlank(), "", "is blank, expected a text");
    }

    /** What logs, metrics and other sections call a thing: 1 to 64 letters, digits, dots, dashes and underscores. */
    public Check name(String key, String value) {
        return that(
                key,
                NAME.matcher(value).matches(),
                quoted(value),
                "is not a name, expected 1 to 64 letters, digits, '.', '-' and '_', first a letter or digit");
    }

    public Check notEmpty(String key, Collection<?> values) {
        return that(key, !values.isEmpty(), "", "is empty, expected one or more");
    }

    /** Both ends are allowed. */
    public Check range(String key, int value, int min, int max) {
        return that(key, min <= value && value <= max, value, "is outside " + min + " to " + max);
    }

    /** Both ends are allowed. */
    public Check range(String key, Duration value, Duration min, Duration max) {
        return that(
                key,
                value.compareTo(min) >= 0 && value.compareTo(max) <= 0,
                Units.text(value),
                "is outside " + Units.text(min) + " to " + Units.text(max));
    }

    /** Both ends are allowed; all in bytes. */
    public Check size(String key, int value, int min, int max) {
        return that(
                key,
                min <= value && value <= max,
                Units.sizeText(value),
                "is outside " + Units.sizeText(min) + " to " + Units.sizeText(max));
    }

    /** A name or address and a port. */
    public Check hostPort(String key, String value) {
        return that(
                key,
                Address.hostPort(value),
                quoted(value),
                "is not host:port, expected a DNS name, an IPv4 or a bracketed IPv6 address, and a port of 1 to 65535");
    }

    /** An address or name without a port, to bind or to compare. */
    public Check host(String key, String value) {
        String bare = Address.withoutBrackets(value);
        return that(
                key,
                Address.host(value),
                quoted(value),
                bare.equals(value)
                        ? "is neither an IP address nor a DNS name, expected one of them without port"
                        : "has brackets, expected the address alone");
    }

    /** The verdict must not repeat values: only {@code found} is hidden when it came from the environment. */
    public Check that(String key, boolean ok, Object found, String verdict) {
        // one value can break several rules, of which the first is shown
        if (!ok && problems.size() < 4 * Problems.MAX_PROBLEMS) {
            problems.add(new Problem(key, found.toString(), verdict, ""));
        }
        return this;
    }

    /** A problem that another record has found. */
    public Check that(Problem problem) {
        return that(problem.path(), false, problem.found(), problem.verdict());
    }

    /**
     * Ends the checks.
     *
     * @throws ConfigException when one of them failed
     */
    public void done() {
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }

    public static ConfigException failed(String found, String verdict) {
        return new ConfigException(List.of(new Problem("", found, verdict, "")));
    }

    /** A text as problems show it: passwords of URLs and control characters replaced, cut after 80 chars, in quotes if needed. */
    public static String quoted(String text) {
        String masked = masked(text);
        String cut = masked.length() <= 80 ? masked : masked.substring(0, 80) + "...";
        return cut.isBlank() || cut.contains(" ") ? '"' + cut + '"' : cut;
    }

    /** On one line and without the user and password of URLs. */
    static String masked(String text) {
        return CONTROL.matcher(USER.matcher(text).replaceAll("://***@")).replaceAll("?");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.match;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What one header field or one parameter of the query must be like. A field that is there several times counts as one whose values are
 * joined by a comma and a space (RFC 9110 §5.3); of a parameter that is there several times the first counts.
 *
 * @param name of the field, in any case; of the parameter, exactly; required
 * @param test {@code exact}, {@code prefix}, {@code regex} or {@code present}, exactly one of them; required
 */
public record FieldMatchConfig(String name, FieldTest test) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~\\[\\]-]{1,256}");

    /** What is asked of the value. */
    public sealed interface FieldTest {
        /** The value is this text. */
        record Exact(String text) implements FieldTest {}

        /** The value begins with this text. */
        record Prefix(String text) implements FieldTest {}

        /** A regular expression of RE2's syntax matches the whole value. */
        record Regex(String text) implements FieldTest {}

        /** The field is there, whatever its value. */
        record Present() implements FieldTest {}

        /** The field is not there. */
        record Absent() implements FieldTest {}
    }

    public FieldMatchConfig {
        Check check = new Check()
                .that(
                        "name",
                        NAME.matcher(name).matches() && !name.endsWith("*"),
                        Check.quoted(name),
                        name.endsWith("*")
                                ? "has a pattern, but is taken as it is written, expected one whole name"
                                : "is not a name, expected one such as x-tenant");
        if (test instanceof FieldTest.Regex regex) {
            Optional<String> wrong = PathConfig.Regex.fault(regex.text());
            check.that(
                    "regex",
                    wrong.isEmpty(),
                    Check.quoted(regex.text()),
                    "is not a regular expression of RE2: " + wrong.orElse(""));
        }
        check.done();
    }

    static FieldMatchConfig header(ConfigNode node) {
        FieldMatchConfig read = from(node);
        return new FieldMatchConfig(read.name().toLowerCase(Locale.ROOT), read.test());
    }

    static FieldMatchConfig from(ConfigNode node) {
        return new FieldMatchConfig(node.requiredText("name", "unknown"), test(node));
    }

    private static FieldTest test(ConfigNode node) {
        String found = "";
        for (String key : new String[] {"exact", "prefix", "regex", "present"}) {
            if (node.has(key) && !found.isEmpty()) {
                node.problem(key, "is given beside " + found + ", expected exactly one of them");
            } else if (node.has(key)) {
                found = key;
            }
        }
        if (found.isEmpty()) {
            node.problem("exact", "is missing, expected exactly one of exact, prefix, regex and present");
        }
        boolean present = node.flag("present", true);
        // each is read, so that each is known, also where two are given
        Optional<String> exact = node.optionalText("exact");
        Optional<String> prefix = node.optionalText("prefix");
        Optional<String> regex = node.optionalText("regex");
        return exact.<FieldTest>map(FieldTest.Exact::new)
                .or(() -> prefix.map(FieldTest.Prefix::new))
                .or(() -> regex.map(FieldTest.Regex::new))
                .orElseGet(() -> present ? new FieldTest.Present() : new FieldTest.Absent());
    }

    /** Whether no request can fulfil both. */
    boolean disjoint(FieldMatchConfig other) {
        if (!name.equals(other.name)) {
            return false;
        }
        if (test instanceof FieldTest.Absent != other.test instanceof FieldTest.Absent) {
            return true;
        }
        return switch (test) {
            case FieldTest.Exact(String mine) -> !other.mayBe(mine);
            case FieldTest.Prefix(String mine) ->
                switch (other.test) {
                    case FieldTest.Exact(String theirs) -> !theirs.startsWith(mine);
                    case FieldTest.Prefix(String theirs) -> !mine.startsWith(theirs) && !theirs.startsWith(mine);
                    default -> false;
                };
            default -> false;
        };
    }

    private boolean mayBe(String value) {
        return switch (test) {
            case FieldTest.Exact(String mine) -> mine.equals(value);
            case FieldTest.Prefix(String mine) -> value.startsWith(mine);
            default -> true;
        };
    }

    /** As explanations write it. */
    @Override
    public String toString() {
        return switch (test) {
            case FieldTest.Exact is -> name + ": " + is.text();
            case FieldTest.Prefix is -> name + ": " + is.text() + "...";
            case FieldTest.Regex is -> name + " ~ " + is.text();
            case FieldTest.Present is -> name + " present";
            case FieldTest.Absent is -> name + " absent";
        };
    }
}

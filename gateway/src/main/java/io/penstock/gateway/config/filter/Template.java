// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A text with places that each exchange fills: {@code ${client}} and its like. {@code $$} is a dollar sign; one that is not followed by a
 * brace is one, too.
 *
 * @param parts in their order
 */
public record Template(List<Part> parts) {

    /** A piece of text or a place. */
    public sealed interface Part {}

    /** What is the same for every exchange. */
    public record Text(String text) implements Part {}

    /** What an exchange fills in. */
    public enum Variable implements Part {
        /** The id of the request. */
        REQUEST_ID,
        /** The client's address. */
        CLIENT,
        /** The name of the route. */
        ROUTE,
        /** When the request arrived: RFC 3339, UTC, milliseconds. */
        NOW;

        private final String word = name().toLowerCase(Locale.ROOT).replace('_', '-');

        static Optional<Variable> of(String word) {
            return Arrays.stream(values()).filter(one -> one.word.equals(word)).findFirst();
        }

        static String words() {
            return Arrays.stream(values()).map(one -> "${" + one.word + "}").collect(Collectors.joining(", "));
        }
    }

    public Template {
        parts = List.copyOf(parts);
    }

    /**
     * Reads a text.
     *
     * @throws ConfigException it names a place that there is not
     */
    public static Template parse(String text) {
        List<Part> parts = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            if (text.startsWith("$$", at)) {
                literal.append('$');
                at += 2;
            } else if (text.startsWith("${", at)) {
                int end = text.indexOf('}', at);
                Variable variable = variable(text, at, end);
                flush(literal, parts);
                parts.add(variable);
                at = end + 1;
            } else {
                literal.append(text.charAt(at++));
            }
        }
        flush(literal, parts);
        return new Template(parts);
    }

    private static Variable variable(String text, int at, int end) {
        return Optional.of(end)
                .filter(found -> found > 0)
                .flatMap(found -> Variable.of(text.substring(at + 2, found)))
                .orElseThrow(() -> Check.failed(
                        Check.quoted(text.substring(at)),
                        "begins with no known place, expected one of " + Variable.words()
                                + ", or $$ for a dollar sign"));
    }

    private static void flush(StringBuilder literal, List<Part> parts) {
        if (!literal.isEmpty()) {
            parts.add(new Text(literal.toString()));
            literal.setLength(0);
        }
    }

    /** Whether it is the same for every exchange. */
    public boolean constant() {
        return parts.stream().allMatch(Text.class::isInstance);
    }
}

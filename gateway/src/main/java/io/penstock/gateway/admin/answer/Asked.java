// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin.answer;

import io.penstock.gateway.dynamic.Author;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;

/**
 * A request of the admin listener that may be answered.
 *
 * @param method in capitals; {@code GET} for {@code HEAD}
 * @param path as it came, before any decoding
 * @param query the first value of a name of the query
 * @param field the first value of a field, by its name in lower case
 * @param body read when it is wanted
 * @param author who asks
 */
public record Asked(
        String method,
        String path,
        Function<String, Optional<String>> query,
        Function<String, Optional<String>> field,
        Body body,
        Author author) {

    /** The content of a request. */
    @FunctionalInterface
    public interface Body {
        /**
         * Blocks until all of it is there.
         *
         * @param most bytes that it may have
         * @throws AdminRefusal it has more
         */
        byte[] read(int most) throws IOException;
    }

    public boolean get() {
        return method.equals("GET");
    }

    /** Whether the query has the name with {@code true}, or without a value. */
    public boolean flag(String name) {
        return query.apply(name)
                .map(value -> switch (value) {
                    case "", "true", "1" -> true;
                    case "false", "0" -> false;
                    default -> throw AdminRefusal.invalid(name + " is " + value + ", expected true or false");
                })
                .orElse(false);
    }

    /** A whole number of the query. */
    public int number(String name, int least, int most, int byDefault) {
        Optional<String> text = query.apply(name);
        if (text.isEmpty()) {
            return byDefault;
        }
        try {
            int value = Integer.parseInt(text.get());
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw AdminRefusal.invalid(name + " is " + text.get() + ", expected " + least + " to " + most);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import io.penstock.gateway.config.read.Check;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * One thing about a request that makes it share a limit with others of which the same is true: {@code client}, {@code route}, {@code
 * header:NAME}, {@code cookie:NAME}, {@code claim:NAME} or {@code constant:TEXT}.
 *
 * @param name of the field, cookie or claim, or the text; empty where there is none
 */
public record LimitKey(Kind kind, String name) {
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}");
    private static final String EXPECTED =
            "expected client, route, header:NAME, cookie:NAME, claim:NAME or constant:TEXT";

    /** What it is taken from. */
    public enum Kind {
        /** The client's address, or its network. */
        CLIENT(false),
        /** The name of the route. */
        ROUTE(false),
        /** A field of the request. */
        HEADER(true),
        /** A cookie of the request. */
        COOKIE(true),
        /** What is known of the caller's identity. */
        CLAIM(true),
        /** A text, the same for all. */
        CONSTANT(true);

        private final boolean named;
        private final String word = name().toLowerCase(Locale.ROOT);

        Kind(boolean named) {
            this.named = named;
        }

        /** As it stands in a file. */
        public String word() {
            return word;
        }
    }

    public LimitKey {
        name = kind == Kind.HEADER ? name.toLowerCase(Locale.ROOT) : name;
        boolean fine = kind.named ? TOKEN.matcher(name).matches() : name.isEmpty();
        new Check()
                .that("", fine, Check.quoted(kind.word + ":" + name), "has no name that can be one, " + EXPECTED)
                .done();
    }

    static LimitKey parse(String text) {
        int colon = text.indexOf(':');
        String word = colon < 0 ? text : text.substring(0, colon);
        Kind kind = Arrays.stream(Kind.values())
                .filter(one -> one.word.equals(word) && one.named == colon > 0)
                .findFirst()
                .orElseThrow(() -> Check.failed(Check.quoted(text), "is not a key of limits, " + EXPECTED));
        return new LimitKey(kind, colon < 0 ? "" : text.substring(colon + 1));
    }
}

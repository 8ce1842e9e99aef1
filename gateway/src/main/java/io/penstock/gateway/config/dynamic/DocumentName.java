// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.dynamic;

import java.util.Optional;

/**
 * What a document is called: {@code routes/orders}.
 *
 * @param name what the file would have as its {@code name}
 */
public record DocumentName(DocumentKind kind, String name) implements Comparable<DocumentName> {

    /** Reads {@code SECTION/NAME}; empty when there is no such section. */
    public static Optional<DocumentName> parse(String text) {
        int slash = text.indexOf('/');
        return slash < 0
                ? Optional.empty()
                : DocumentKind.of(text.substring(0, slash))
                        .map(kind -> new DocumentName(kind, text.substring(slash + 1)));
    }

    @Override
    public int compareTo(DocumentName other) {
        int kinds = kind.compareTo(other.kind);
        return kinds != 0 ? kinds : name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return kind.section() + "/" + name;
    }
}

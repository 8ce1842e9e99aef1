// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.dynamic;

import io.penstock.gateway.config.dynamic.DocumentName;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A change that somebody wants.
 *
 * @param texts what each document has to be, JSON; empty removes it
 * @param expected the tags of documents that have to be as they were when the caller saw them ({@link Dynamic#tag}); an empty one says that there is
 *     none; documents that are not named may be as they will
 * @param revision at which everything has to be; absent when it does not matter
 * @param what in a few words
 */
public record Edits(
        NavigableMap<String, Optional<String>> texts,
        Map<String, String> expected,
        Optional<String> revision,
        String what) {
    public Edits {
        texts = Collections.unmodifiableNavigableMap(new TreeMap<>(texts));
        expected = Map.copyOf(expected);
    }

    /** One document, whatever it was before; an empty text removes it. */
    public static Edits of(DocumentName name, Optional<String> text) {
        NavigableMap<String, Optional<String>> texts = new TreeMap<>();
        texts.put(name.toString(), text);
        return new Edits(texts, Map.of(), Optional.empty(), (text.isPresent() ? "put " : "delete ") + name);
    }
}

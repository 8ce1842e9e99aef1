// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store.document;

import java.util.Collections;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * All documents at one revision. Immutable.
 *
 * @param documents JSON texts by name, which is {@code KIND/NAME}
 */
public record DocumentState(Revision revision, NavigableMap<String, String> documents) {
    /** Nothing yet. */
    public static final DocumentState NONE = new DocumentState(Revision.NONE, new TreeMap<>());

    public DocumentState {
        documents = Collections.unmodifiableNavigableMap(documents);
    }

    /** The state that the change leads to. */
    public DocumentState after(DocumentChange change) {
        NavigableMap<String, String> next = new TreeMap<>(documents);
        change.edits().forEach((name, edit) -> {
            if (edit.after() == null) {
                next.remove(name);
            } else {
                next.put(name, edit.after());
            }
        });
        return new DocumentState(change.revision(), next);
    }
}

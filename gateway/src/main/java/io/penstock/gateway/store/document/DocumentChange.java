// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store.document;

import java.time.Instant;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One change of documents, of which all is done or nothing. Immutable.
 *
 * @param revision what it led to
 * @param at when, by the clock of the node that made it
 * @param who made it: the name of a token, the subject of a certificate, or {@code local}
 * @param from the address of the caller; empty where there was none
 * @param what in a few words, {@code put routes/a}
 * @param edits by the name of each document
 */
public record DocumentChange(
        Revision revision, Instant at, String who, String from, String what, NavigableMap<String, Edit> edits) {

    /**
     * What happened to one document.
     *
     * @param before null when there was none
     * @param after null when it was removed
     */
    public record Edit(@Nullable String before, @Nullable String after) {
        /** What takes it back. */
        public Edit reversed() {
            return new Edit(after, before);
        }
    }

    public DocumentChange {
        edits = Collections.unmodifiableNavigableMap(new TreeMap<>(edits));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.dynamic;

import io.penstock.gateway.config.dynamic.DocumentReader;
import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.dynamic.Refused.Reason;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.store.document.DocumentChange;
import io.penstock.gateway.store.document.DocumentChange.Edit;
import io.penstock.gateway.store.document.DocumentState;
import io.penstock.gateway.store.document.Documents;
import io.penstock.gateway.store.document.Revision;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes changes: checks each against exactly the state that it changes, so that the store never holds what does not fit together. */
final class Changes {
    private static final System.Logger AUDIT = System.getLogger("penstock.audit");
    private static final int MOST_ATTEMPTS = 20;
    /** Of all texts of one change, before and after: what the history keeps is bounded by it. */
    private static final int MOST_CHARS = 16 * 1024 * 1024;

    private final Dynamic dynamic;
    private final Documents documents;
    private final DocumentReader reader;

    Changes(Dynamic dynamic, Documents documents, DocumentReader reader) {
        this.dynamic = dynamic;
        this.documents = documents;
        this.reader = reader;
    }

    /** Makes the change, or says what it would be. */
    DocumentChange make(Edits edits, Author author, boolean preview) {
        for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
            dynamic.current();
            DocumentState state = dynamic.applied().state();
            expect(edits, state);
            DocumentChange change = change(edits, author, state);
            if (change.edits().isEmpty()) {
                return new DocumentChange(
                        state.revision(), change.at(), change.who(), change.from(), change.what(), change.edits());
            }
            bound(change);
            Applied after = checked(state.after(change));
            if (preview || written(state.revision(), change, after)) {
                return change;
            }
        }
        throw new Refused(
                Reason.CONFLICT,
                "others changed the documents " + MOST_ATTEMPTS + " times meanwhile, expected a pause");
    }

    private static void expect(Edits edits, DocumentState state) {
        edits.revision().filter(at -> !at.equals(state.revision().toString())).ifPresent(at -> {
            throw new Refused(Reason.STALE, "found revision " + state.revision() + ", expected " + at);
        });
        edits.expected().forEach((name, tag) -> {
            String text = state.documents().get(name);
            String found = text == null ? "" : Tags.of(text);
            if (!found.equals(tag)) {
                throw new Refused(
                        Reason.STALE,
                        name + ": found " + (found.isEmpty() ? "none" : found) + ", expected "
                                + (tag.isEmpty() ? "none" : tag));
            }
        });
    }

    private static DocumentChange change(Edits edits, Author author, DocumentState state) {
        NavigableMap<String, Edit> all = new TreeMap<>();
        edits.texts().forEach((name, text) -> {
            String before = state.documents().get(name);
            if (!Objects.equals(before, text.orElse(null))) {
                all.put(name, new Edit(before, text.orElse(null)));
            }
        });
        return new DocumentChange(
                state.revision().next(), Instant.now(), author.who(), author.from(), edits.what(), all);
    }

    private static void bound(DocumentChange change) {
        long chars = change.edits().values().stream()
                .mapToLong(edit -> length(edit.before()) + length(edit.after()))
                .sum();
        if (chars > MOST_CHARS) {
            throw new Refused(
                    Reason.CONFLICT,
                    "the change has " + chars + " chars of documents, before and after, expected at most " + MOST_CHARS
                            + ": split it");
        }
    }

    private static long length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }

    private Applied checked(DocumentState next) {
        if (next.documents().size() > dynamic.maxDocuments()) {
            throw new Refused(
                    Reason.CONFLICT,
                    "found " + next.documents().size() + " documents, expected at most max-documents, "
                            + dynamic.maxDocuments());
        }
        try {
            return dynamic.applied().with(next, dynamic.ofFile(), reader);
        } catch (ConfigException e) {
            throw new Refused(e);
        }
    }

    private boolean written(Revision from, DocumentChange change, Applied after) {
        try {
            if (!documents.write(from, change)) {
                return false;
            }
        } catch (GatewayException e) {
            if (!madeAllTheSame(change)) {
                throw new Refused(Reason.STORE_AWAY, e.detail());
            }
        }
        AUDIT.log(
                Level.INFO, "{0} from {1}: {2} at {3}", change.who(), change.from(), change.what(), change.revision());
        try {
            dynamic.written(after);
        } catch (IOException | ConfigException e) {
            throw new Refused(
                    Reason.CONFLICT, "the change is in the store, and this node cannot apply it: " + e.getMessage());
        }
        return true;
    }

    private boolean madeAllTheSame(DocumentChange change) {
        try {
            return documents.head().equals(change.revision());
        } catch (GatewayException e) {
            return false;
        }
    }

    /** The reverse of one change, if nobody has changed the same documents since. */
    DocumentChange undo(Optional<Long> number, Author author) {
        dynamic.current();
        Revision now = dynamic.applied().state().revision();
        long which = number.orElse(now.number());
        DocumentChange change = documents
                .change(which)
                .orElseThrow(() -> new Refused(Reason.UNKNOWN, "change " + which + " is none of those that are kept"));
        NavigableMap<String, Optional<String>> texts = new TreeMap<>();
        NavigableMap<String, String> expected = new TreeMap<>();
        List<String> changed = new ArrayList<>();
        for (Map.Entry<String, Edit> edit : change.edits().entrySet()) {
            String after = edit.getValue().after();
            texts.put(edit.getKey(), Optional.ofNullable(edit.getValue().before()));
            expected.put(edit.getKey(), after == null ? "" : Tags.of(after));
            if (!Objects.equals(dynamic.documents().get(edit.getKey()), after)) {
                changed.add(edit.getKey());
            }
        }
        if (!changed.isEmpty()) {
            throw new Refused(
                    Reason.CONFLICT,
                    "change " + which + " cannot be taken back, for " + String.join(", ", changed)
                            + " changed since, expected to take the later changes back first");
        }
        return make(new Edits(texts, expected, Optional.empty(), "undo " + which), author, false);
    }

    /** Everything that this node serves goes into the store. */
    DocumentChange restore(Author author) {
        Revision served = dynamic.applied().state().revision();
        for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
            Revision head = documents.head();
            Revision next = served.nextAfter(head);
            DocumentChange note = new DocumentChange(
                    next, Instant.now(), author.who(), author.from(), "restore " + served, new TreeMap<>());
            DocumentState state =
                    new DocumentState(next, dynamic.applied().state().documents());
            if (documents.replace(head, state, note)) {
                AUDIT.log(Level.INFO, "{0} from {1}: {2} at {3}", note.who(), note.from(), note.what(), next);
                return note;
            }
        }
        throw new Refused(Reason.CONFLICT, "others change the store all the time, expected a pause");
    }
}

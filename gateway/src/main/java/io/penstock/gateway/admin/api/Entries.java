// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin.api;

import io.penstock.gateway.config.dynamic.DocumentKind;
import io.penstock.gateway.config.dynamic.DocumentName;
import io.penstock.gateway.config.dynamic.FileEntries;
import io.penstock.gateway.dynamic.Dynamic;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What is said at one moment: the documents, and what the file says where there is none. */
final class Entries {
    private final NavigableMap<DocumentName, String> file;
    private final NavigableMap<String, String> documents;

    private Entries(FileEntries file, NavigableMap<String, String> documents) {
        this.file = file.texts();
        this.documents = documents;
    }

    static Entries of(ConfigSource source) {
        return new Entries(
                source.file().get(), source.dynamic().map(Dynamic::documents).orElseGet(TreeMap::new));
    }

    Optional<Entry> find(DocumentName name) {
        return Optional.ofNullable(entry(name, file.get(name), documents.get(name.toString())));
    }

    /** What the file alone says. */
    Optional<String> ofFile(DocumentName name) {
        return Optional.ofNullable(file.get(name));
    }

    private static @Nullable Entry entry(DocumentName name, @Nullable String ofFile, @Nullable String document) {
        if (document != null) {
            return new Entry(name, ofFile == null ? Entry.Source.DYNAMIC : Entry.Source.DYNAMIC_OVER_FILE, document);
        }
        return ofFile == null ? null : new Entry(name, Entry.Source.FILE, ofFile);
    }

    /** All of a kind behind a name, in the order of names. */
    List<Entry> of(DocumentKind kind, String after) {
        NavigableMap<DocumentName, Entry> all = new TreeMap<>();
        DocumentName from = new DocumentName(kind, after);
        for (Map.Entry<DocumentName, String> one : file.tailMap(from, false).entrySet()) {
            if (one.getKey().kind() != kind) {
                break;
            }
            find(one.getKey()).ifPresent(entry -> all.put(one.getKey(), entry));
        }
        for (String text : documents.tailMap(from.toString(), false).keySet()) {
            Optional<DocumentName> name = DocumentName.parse(text);
            if (name.isEmpty() || name.get().kind() != kind) {
                break;
            }
            find(name.get()).ifPresent(entry -> all.put(name.get(), entry));
        }
        return List.copyOf(all.values());
    }

    /** The entry that a path of a problem begins with, {@code routes/orders.cluster}; a name may have dots as the path behind it has. */
    Optional<DocumentName> about(String path) {
        Optional<DocumentName> whole = DocumentName.parse(path);
        while (whole.isPresent() && find(whole.get()).isEmpty()) {
            String name = whole.get().name();
            int end = Math.max(name.lastIndexOf('.'), name.lastIndexOf('['));
            if (end <= 0) {
                return Optional.empty();
            }
            whole = Optional.of(new DocumentName(whole.get().kind(), name.substring(0, end)));
        }
        return whole;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.dynamic;

import io.penstock.gateway.config.GatewayConfig;
import io.penstock.gateway.config.dynamic.DocumentName;
import io.penstock.gateway.config.dynamic.DocumentReader;
import io.penstock.gateway.config.dynamic.DynamicParts;
import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.config.read.Problem;
import io.penstock.gateway.store.document.DocumentState;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The documents that a node serves, read, and the configuration that they make with the file. Immutable.
 *
 * @param state as the store has it
 * @param parts what is served of it
 * @param refused what is wrong with those that are not served as the store has them
 */
record Applied(
        DocumentState state, DynamicParts parts, GatewayConfig config, NavigableMap<DocumentName, String> refused) {
    private static final int MOST_ROUNDS = 1_000;

    /** The file alone. */
    static Applied of(GatewayConfig file) {
        return new Applied(DocumentState.NONE, DynamicParts.NONE, file, new TreeMap<>());
    }

    /**
     * With another state of the documents, all of which have to be right.
     *
     * @throws ConfigException with every problem
     */
    Applied with(DocumentState next, GatewayConfig file, DocumentReader reader) {
        Map<DocumentName, Optional<Object>> edits = new HashMap<>();
        for (String name : touched(next)) {
            DocumentName named = name(name, next);
            String text = next.documents().get(name);
            edits.put(named, Optional.ofNullable(text).map(one -> reader.read(named, one)));
        }
        DynamicParts changed = parts.with(edits);
        NavigableMap<DocumentName, String> still = new TreeMap<>(refused);
        edits.keySet().forEach(still::remove);
        return new Applied(next, changed, changed.over(file), still);
    }

    private static DocumentName name(String text, DocumentState of) {
        return DocumentName.parse(text)
                .orElseThrow(() -> new ConfigException(List.of(
                        new Problem(text, "", "is no document at " + of.revision() + ", expected SECTION/NAME", ""))));
    }

    /**
     * With another state of the documents, as far as they are right: in the place of one that is not stays what was served before, if anything
     * was.
     */
    Applied follow(DocumentState next, GatewayConfig file, DocumentReader reader) {
        return follow(next, touched(next), file, reader);
    }

    private Applied follow(DocumentState next, Iterable<String> names, GatewayConfig file, DocumentReader reader) {
        NavigableMap<DocumentName, String> wrong = new TreeMap<>(refused);
        Map<DocumentName, Optional<Object>> edits = new HashMap<>();
        for (String name : names) {
            Optional<DocumentName> named = DocumentName.parse(name);
            if (named.isPresent()) {
                wrong.remove(named.get());
                read(named.get(), next.documents().get(name), reader, edits, wrong);
            }
        }
        return settle(next, file, edits, wrong);
    }

    private static void read(
            DocumentName name,
            @Nullable String text,
            DocumentReader reader,
            Map<DocumentName, Optional<Object>> edits,
            Map<DocumentName, String> wrong) {
        try {
            edits.put(name, Optional.ofNullable(text).map(one -> reader.read(name, one)));
        } catch (ConfigException e) {
            wrong.put(name, String.valueOf(e.getMessage()));
        }
    }

    /** Takes edits back until what is left fits together. */
    private Applied settle(
            DocumentState next,
            GatewayConfig file,
            Map<DocumentName, Optional<Object>> edits,
            NavigableMap<DocumentName, String> wrong) {
        DynamicParts changed = parts.with(edits);
        Set<DocumentName> reversible = new HashSet<>(edits.keySet());
        for (int round = 0; round < MOST_ROUNDS; round++) {
            try {
                return new Applied(next, changed, changed.over(file), Collections.unmodifiableNavigableMap(wrong));
            } catch (ConfigException e) {
                Map<DocumentName, Optional<Object>> back = blamed(e, changed, reversible, wrong);
                if (back.isEmpty()) {
                    throw e;
                }
                changed = changed.with(back);
            }
        }
        throw new IllegalStateException("more than " + MOST_ROUNDS + " documents do not fit together");
    }

    /** What the problems blame goes back to what it was; then what was removed comes back; then what is blamed goes. */
    private Map<DocumentName, Optional<Object>> blamed(
            ConfigException e,
            DynamicParts changed,
            Set<DocumentName> reversible,
            NavigableMap<DocumentName, String> wrong) {
        Map<DocumentName, String> blamed = new HashMap<>();
        for (Problem problem : e.problems()) {
            changed.about(problem).ifPresent(name -> blamed.putIfAbsent(name, problem.toString()));
        }
        Set<DocumentName> back =
                blamed.keySet().stream().filter(reversible::contains).collect(Collectors.toSet());
        if (back.isEmpty()) {
            back = reversible.stream()
                    .filter(name -> changed.get(name) == null && parts.get(name) != null)
                    .collect(Collectors.toSet());
        }
        Map<DocumentName, Optional<Object>> edits = new HashMap<>();
        for (DocumentName name : back) {
            reversible.remove(name);
            wrong.put(name, Objects.requireNonNullElse(blamed.get(name), "is used still"));
            edits.put(name, Optional.ofNullable(parts.get(name)));
        }
        if (edits.isEmpty()) {
            blamed.forEach((name, why) -> {
                wrong.put(name, why);
                edits.put(name, Optional.empty());
            });
        }
        return edits;
    }

    /** The documents that differ from those of the other state. */
    private Set<String> touched(DocumentState next) {
        // both are sorted: one walk side by side, since a look-up of each name would cost more than all the rest of a
        // change
        Set<String> touched = new HashSet<>();
        Iterator<Map.Entry<String, String>> had = state.documents().entrySet().iterator();
        Iterator<Map.Entry<String, String>> has = next.documents().entrySet().iterator();
        Map.Entry<String, String> old = following(had);
        Map.Entry<String, String> now = following(has);
        while (old != null || now != null) {
            int order = order(old, now);
            if (order <= 0 && old != null && !(order == 0 && same(old, now))) {
                touched.add(old.getKey());
            } else if (order > 0 && now != null) {
                touched.add(now.getKey());
            }
            old = order <= 0 ? following(had) : old;
            now = order >= 0 ? following(has) : now;
        }
        return touched;
    }

    /** Of the two names; none comes after every other. */
    private static int order(Map.@Nullable Entry<String, String> old, Map.@Nullable Entry<String, String> now) {
        if (old == null || now == null) {
            return old == null ? 1 : -1;
        }
        return old.getKey().compareTo(now.getKey());
    }

    private static boolean same(Map.Entry<String, String> old, Map.@Nullable Entry<String, String> now) {
        return now != null && old.getValue().equals(now.getValue());
    }

    private static Map.@Nullable Entry<String, String> following(Iterator<Map.Entry<String, String>> of) {
        return of.hasNext() ? of.next() : null;
    }

    /** With another file under the same documents; all are read again, since files that they name may have changed, too. */
    Applied over(GatewayConfig file, DocumentReader reader) {
        return follow(state, state.documents().keySet(), file, reader);
    }
}

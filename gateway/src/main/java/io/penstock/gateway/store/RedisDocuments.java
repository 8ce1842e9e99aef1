// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.store.document.DocumentChange;
import io.penstock.gateway.store.document.DocumentJson;
import io.penstock.gateway.store.document.DocumentState;
import io.penstock.gateway.store.document.Documents;
import io.penstock.gateway.store.document.Revision;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/**
 * Documents in one hash of Redis, so that one script changes them together, in a cluster, too: {@code revision}, {@code document:KIND/NAME} and
 * {@code change:NUMBER}.
 */
final class RedisDocuments implements Documents {
    private static final String REVISION = "revision";
    private static final String DOCUMENT = "document:";
    private static final String CHANGE = "change:";

    private final RedisCalls calls;
    private final Store store;
    private final String name;
    private final byte[] key;
    private final int history;
    private final Duration timeout;

    /**
     * Asks nothing yet.
     *
     * @param history how many changes are kept, 1 or more
     * @param timeout of each question, to read everything, too
     */
    RedisDocuments(RedisCalls calls, Store store, String key, int history, Duration timeout) {
        this.calls = calls;
        this.store = store;
        this.name = key;
        this.key = bytes(key);
        this.history = history;
        this.timeout = timeout;
    }

    @Override
    public Revision head() {
        Object said = ask(Command.HGET, key, bytes(REVISION));
        return said instanceof byte[] text ? revision(text(text)) : Revision.NONE;
    }

    @Override
    public DocumentState read() {
        Object said = ask(Command.HGETALL, key);
        Revision revision = Revision.NONE;
        NavigableMap<String, String> documents = new TreeMap<>();
        for (Map.Entry<String, String> field : fields(said).entrySet()) {
            if (field.getKey().equals(REVISION)) {
                revision = revision(field.getValue());
            } else if (field.getKey().startsWith(DOCUMENT)) {
                documents.put(field.getKey().substring(DOCUMENT.length()), field.getValue());
            }
        }
        if (revision.number() == 0 && !documents.isEmpty()) {
            throw calls.unavailable("documents without a revision under " + name, null);
        }
        return new DocumentState(revision, documents);
    }

    /** A hash as its answer lists it: fields and values in turn. */
    private Map<String, String> fields(Object said) {
        NavigableMap<String, String> fields = new TreeMap<>();
        if (said instanceof List<?> list) {
            for (int i = 0; i + 1 < list.size(); i += 2) {
                if (list.get(i) instanceof byte[] field && list.get(i + 1) instanceof byte[] value) {
                    fields.put(text(field), text(value));
                }
            }
            return fields;
        }
        throw calls.unavailable("expected a hash under " + name, null);
    }

    @Override
    public Optional<List<DocumentChange>> between(Revision from, Revision to) {
        if (from.number() == 0 || !from.leadsTo(to) || to.number() - from.number() >= history) {
            return Optional.empty();
        }
        List<DocumentChange> changes = changes(from.number(), to.number());
        boolean whole = changes.size() == to.number() - from.number() + 1
                && changes.getFirst().revision().equals(from)
                && changes.getLast().revision().equals(to);
        return whole ? Optional.of(changes.subList(1, changes.size())) : Optional.empty();
    }

    @Override
    public Optional<DocumentChange> change(long number) {
        return changes(number, number).stream().findFirst();
    }

    /** Those of these numbers that there are. */
    private List<DocumentChange> changes(long first, long last) {
        List<byte[]> asked = new ArrayList<>();
        asked.add(key);
        for (long number = first; number <= last; number++) {
            asked.add(bytes(CHANGE + number));
        }
        List<DocumentChange> changes = new ArrayList<>();
        if (ask(Command.HMGET, asked.toArray(byte[][]::new)) instanceof List<?> said) {
            for (Object one : said) {
                if (one instanceof byte[] text) {
                    changes.add(change(text(text)));
                }
            }
        }
        return changes;
    }

    @Override
    public boolean write(Revision from, DocumentChange change) {
        List<byte[]> fields = new ArrayList<>();
        change.edits().forEach((document, edit) -> {
            fields.add(bytes(DOCUMENT + document));
            fields.add(bytes(Objects.requireNonNullElse(edit.after(), "")));
        });
        return put(from, change, false, fields);
    }

    @Override
    public boolean replace(Revision from, DocumentState state, DocumentChange note) {
        List<byte[]> fields = new ArrayList<>();
        state.documents().forEach((document, text) -> {
            fields.add(bytes(DOCUMENT + document));
            fields.add(bytes(text));
        });
        return put(from, note, true, fields);
    }

    private boolean put(Revision from, DocumentChange change, boolean forget, List<byte[]> fields) {
        Revision to = change.revision();
        List<byte[]> arguments = new ArrayList<>();
        arguments.add(bytes(from.toString()));
        arguments.add(bytes(to.toString()));
        arguments.add(bytes(CHANGE + to.number()));
        arguments.add(bytes(DocumentJson.text(change)));
        arguments.add(bytes(CHANGE + (to.number() - history)));
        arguments.add(bytes(forget ? "1" : "0"));
        arguments.addAll(fields);
        Object said = calls.script(
                RedisScript.CHANGE, key, arguments.toArray(byte[][]::new), System.nanoTime() + timeout.toNanos());
        if (said instanceof byte[] now) {
            // so it is when the answer to a first attempt was lost, too
            return text(now).equals(to.toString());
        }
        throw calls.unavailable("expected a revision", null);
    }

    @Override
    public List<DocumentChange> history(int most) {
        long last = head().number();
        if (last == 0) {
            return List.of();
        }
        return changes(Math.max(1, last - Math.min(most, history) + 1), last).reversed();
    }

    @Override
    public Watch watch(Runnable changed) {
        return store.watch(new String(key, StandardCharsets.ISO_8859_1), new Watcher() {
            @Override
            public void changed(String which) {
                changed.run();
            }

            @Override
            public void allChanged() {
                changed.run();
            }
        });
    }

    private Object ask(Command command, byte[]... arguments) {
        long deadline = System.nanoTime() + timeout.toNanos();
        return calls.again(deadline, () -> calls.call(command, key, arguments, deadline));
    }

    private static DocumentChange change(String text) {
        try {
            return DocumentJson.change(text);
        } catch (IOException e) {
            throw new GatewayException(Cause.STORE_UNAVAILABLE, "a change " + e.getMessage(), e);
        }
    }

    private Revision revision(@Nullable String text) {
        return Revision.parse(String.valueOf(text))
                .orElseThrow(() -> calls.unavailable("expected a revision in field " + REVISION + " of " + name, null));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}

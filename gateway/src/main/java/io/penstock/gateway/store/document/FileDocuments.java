// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store.document;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.store.Watch;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Documents in one JSON file of this machine, all of them in memory, too.
 *
 * <p>A change is on the disk before the call returns and before anybody hears of it: the new content goes to {@code FILE.tmp} beside it, is
 * forced to the disk, and takes the file's name. A change that cannot be written changes nothing. One gateway per file.
 */
public final class FileDocuments implements Documents {
    private final Path file;
    private final Path draft;
    private final int history;
    private final Deque<DocumentChange> changes = new ArrayDeque<>();
    private final List<Runnable> watchers = new CopyOnWriteArrayList<>();
    private final ReentrantLock changing = new ReentrantLock();
    private volatile DocumentState state = DocumentState.NONE;

    /**
     * Names the file; reads nothing.
     *
     * @param history how many changes are kept, 1 or more
     */
    public FileDocuments(Path file, int history) {
        this.file = file.toAbsolutePath();
        this.draft = this.file.resolveSibling(file.getFileName() + ".tmp");
        this.history = history;
    }

    /**
     * Reads what the file has; an absent one has nothing.
     *
     * @throws IOException it cannot be read, or holds something else; the message names file, line and column
     */
    public void load() throws IOException {
        if (Files.notExists(file)) {
            return;
        }
        try (JsonParser json = DocumentJson.FACTORY.createParser(file.toFile())) {
            DocumentJson.expect(json.nextToken(), JsonToken.START_OBJECT);
            Revision revision = Revision.NONE;
            var documents = DocumentState.NONE.documents();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String key = json.currentName();
                JsonToken value = json.nextToken();
                switch (key) {
                    case "revision" -> revision = DocumentJson.revision(DocumentJson.string(json));
                    case "documents" -> {
                        DocumentJson.expect(value, JsonToken.START_OBJECT);
                        documents = DocumentJson.documents(json);
                    }
                    case "changes" -> {
                        DocumentJson.expect(value, JsonToken.START_ARRAY);
                        changes.addAll(DocumentJson.changes(json));
                    }
                    default -> json.skipChildren();
                }
            }
            state = new DocumentState(revision, documents);
        } catch (JacksonException e) {
            var at = e.getLocation();
            String place = at == null ? "" : ":" + at.getLineNr() + ":" + at.getColumnNr();
            throw new IOException(file + place + ": " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Revision head() {
        return state.revision();
    }

    @Override
    public DocumentState read() {
        return state;
    }

    @Override
    public Optional<List<DocumentChange>> between(Revision from, Revision to) {
        changing.lock();
        try {
            List<DocumentChange> found = new ArrayList<>();
            boolean known = from.number() == 0;
            for (DocumentChange change : changes) {
                known |= change.revision().equals(from);
                if (change.revision().number() > from.number()
                        && change.revision().number() <= to.number()) {
                    found.add(change);
                }
            }
            return known && found.size() == to.number() - from.number() ? Optional.of(found) : Optional.empty();
        } finally {
            changing.unlock();
        }
    }

    @Override
    public Optional<DocumentChange> change(long number) {
        return history(Integer.MAX_VALUE).stream()
                .filter(change -> change.revision().number() == number)
                .findFirst();
    }

    @Override
    public boolean write(Revision from, DocumentChange change) {
        return put(from, state.after(change), change, false);
    }

    @Override
    public boolean replace(Revision from, DocumentState next, DocumentChange note) {
        return put(from, next, note, true);
    }

    private boolean put(Revision from, DocumentState next, DocumentChange change, boolean forget) {
        changing.lock();
        try {
            if (!state.revision().equals(from)) {
                return false;
            }
            Deque<DocumentChange> kept = forget ? new ArrayDeque<>() : new ArrayDeque<>(changes);
            kept.addLast(change);
            while (kept.size() > history) {
                kept.removeFirst();
            }
            save(next, kept);
            changes.clear();
            changes.addAll(kept);
            state = next;
        } finally {
            changing.unlock();
        }
        watchers.forEach(Runnable::run);
        return true;
    }

    private void save(DocumentState next, Iterable<DocumentChange> kept) {
        try {
            try (FileChannel channel = FileChannel.open(
                    draft, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                print(next, kept, Channels.newOutputStream(channel));
                channel.force(true);
            }
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            forceFolder();
        } catch (IOException e) {
            throw new GatewayException(Cause.STORE_UNAVAILABLE, "cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    private static void print(DocumentState next, Iterable<DocumentChange> kept, OutputStream out) throws IOException {
        try (JsonGenerator json = DocumentJson.FACTORY.createGenerator(out)) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            json.writeStartObject();
            json.writeStringField("revision", next.revision().toString());
            json.writeObjectFieldStart("documents");
            for (var document : next.documents().entrySet()) {
                json.writeRaw('\n');
                json.writeStringField(document.getKey(), document.getValue());
            }
            json.writeEndObject();
            json.writeArrayFieldStart("changes");
            for (DocumentChange change : kept) {
                json.writeRaw('\n');
                DocumentJson.write(json, change);
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeRaw('\n');
        }
    }

    private void forceFolder() throws IOException {
        Path folder = file.getParent();
        if (folder != null) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /** Keeps a copy of what another store has, whatever was here. */
    public void keep(DocumentState copy) {
        changing.lock();
        try {
            save(copy, List.of());
            changes.clear();
            state = copy;
        } finally {
            changing.unlock();
        }
    }

    @Override
    public List<DocumentChange> history(int most) {
        changing.lock();
        try {
            List<DocumentChange> newest = new ArrayList<>();
            Iterator<DocumentChange> backwards = changes.descendingIterator();
            while (backwards.hasNext() && newest.size() < most) {
                newest.add(backwards.next());
            }
            return newest;
        } finally {
            changing.unlock();
        }
    }

    @Override
    public Watch watch(Runnable changed) {
        watchers.add(changed);
        return () -> watchers.remove(changed);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.dynamic;

import io.penstock.gateway.config.GatewayConfig;
import io.penstock.gateway.config.dynamic.DocumentName;
import io.penstock.gateway.config.dynamic.DocumentReader;
import io.penstock.gateway.config.dynamic.DynamicConfig;
import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.store.Watch;
import io.penstock.gateway.store.document.DocumentChange;
import io.penstock.gateway.store.document.DocumentState;
import io.penstock.gateway.store.document.Documents;
import io.penstock.gateway.store.document.FileDocuments;
import io.penstock.gateway.store.document.Revision;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the gateway at what the documents of the store say, and changes them.
 *
 * <p>The store tells of changes, and is asked every {@code poll} besides. Only changes are read where that is possible. A node that cannot reach
 * the store serves what it had last, from its own disk after a restart. A store that does not hold any more what it held is not believed: the last
 * documents are served until somebody says what is to become of them ({@link #accept}, {@link #restore}). Safe for use by any thread; calls that
 * change something wait for each other and for the store.
 */
public final class Dynamic implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Dynamic.class.getName());
    /** How often the copy on the disk is written at most. */
    private static final long KEEP_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Puts whole configurations in force. */
    @FunctionalInterface
    public interface Applier {
        /**
         * Blocks until it is in force.
         *
         * @throws IOException it cannot be; nothing has changed then
         */
        void apply(GatewayConfig config) throws IOException;
    }

    private final DynamicConfig config;
    private final Documents documents;
    private final FileDocuments copy;
    private final boolean shared;
    private final DocumentReader reader;
    private final Applier applier;
    private final ReentrantLock changing = new ReentrantLock();
    private final Semaphore news = new Semaphore(0);
    private final Thread follower = Thread.ofVirtual().name("dynamic").unstarted(this::follow);
    private final Thread keeper = Thread.ofVirtual().name("dynamic-copy").unstarted(this::keep);
    private @Nullable Watch watch;
    private GatewayConfig file;
    private volatile Applied applied;
    private volatile @Nullable String problem;
    private volatile @Nullable Revision lost;
    private volatile boolean loaded;
    private volatile boolean closed;
    private final LongAdder own = new LongAdder();
    private final LongAdder followed = new LongAdder();
    private volatile DocumentState kept = DocumentState.NONE;

    /**
     * Opens nothing.
     *
     * @param store where all nodes have them; null when the file of this node is all that there is
     * @param file the configuration of the file
     */
    public Dynamic(
            DynamicConfig config,
            @Nullable Documents store,
            GatewayConfig file,
            DocumentReader reader,
            Applier applier) {
        this.config = config;
        this.copy = new FileDocuments(config.file(), config.history());
        this.documents = store == null ? copy : store;
        this.shared = store != null;
        this.file = file;
        this.reader = reader;
        this.applier = applier;
        this.applied = Applied.of(file);
    }

    /**
     * Reads the copy of this node, then what the store has if it answers, applies that, and begins to follow the store.
     *
     * @throws IOException the node's own file cannot be read, or what it says cannot be applied
     */
    public void start() throws IOException {
        copy.load();
        changing.lock();
        try {
            if (copy.head().number() > 0) {
                take(copy.read());
                kept = copy.read();
                loaded = true;
            }
            sync();
            watch = documents.watch(news::release);
            news.release(); // for what changed in between
        } finally {
            changing.unlock();
        }
        follower.start();
        if (shared) {
            keeper.start();
        }
    }

    private void follow() {
        try {
            while (true) {
                boolean told = news.tryAcquire(config.poll().toNanos(), TimeUnit.NANOSECONDS);
                news.drainPermits();
                changing.lock();
                try {
                    sync();
                } catch (IOException | RuntimeException e) {
                    LOG.log(Level.WARNING, "documents are not applied: {0}", String.valueOf(e.getMessage()));
                    problem = String.valueOf(e.getMessage());
                } finally {
                    changing.unlock();
                }
                if (told && problem != null) {
                    TimeUnit.MILLISECONDS.sleep(100); // a store that comes and goes
                }
            }
        } catch (InterruptedException e) {
            return; // closed
        }
    }

    /** Reads what the store has and this node has not. Under the lock. */
    private void sync() throws IOException {
        try {
            Revision known = applied.state().revision();
            Revision head = documents.head();
            if (!head.equals(known)) {
                if (diverges(known, head)) {
                    lose(head);
                    return;
                }
                take(next(known, head));
                followed.add(Math.max(1, head.number() - known.number()));
            }
            back();
            loaded = true;
        } catch (GatewayException e) {
            if (problem == null && !closed) {
                LOG.log(Level.WARNING, "the store of documents is away, the last ones are served: {0}", e.detail());
            }
            problem = e.detail();
        }
    }

    /** Whether the store cannot have come from there to where it is by changes alone. */
    private boolean diverges(Revision known, Revision head) {
        return !known.leadsTo(head)
                || (known.number() > 0
                        && documents
                                .change(known.number())
                                .filter(change -> !change.revision().equals(known))
                                .isPresent());
    }

    private DocumentState next(Revision known, Revision head) {
        Optional<List<DocumentChange>> changes = documents.between(known, head);
        if (changes.isEmpty()) {
            return documents.read();
        }
        DocumentState next = applied.state();
        for (DocumentChange change : changes.get()) {
            next = next.after(change);
        }
        return next;
    }

    private void back() {
        if (problem != null || lost != null) {
            LOG.log(Level.INFO, "the store of documents is at {0}, and so is this node", revision());
        }
        problem = null;
        lost = null;
    }

    private void lose(Revision head) {
        if (!head.equals(lost)) {
            LOG.log(
                    Level.ERROR,
                    "store-lost: the store of documents is at {0}, which does not follow from {1}; the last good ones are served until somebody"
                            + " accepts what it has or restores what is served",
                    head,
                    revision());
        }
        problem = null;
        lost = head;
    }

    /** Serves that state, as far as it can be. Under the lock. */
    private void take(DocumentState next) throws IOException {
        Applied after = applied.follow(next, file, reader);
        applier.apply(after.config());
        after.refused().forEach((name, why) -> {
            if (!why.equals(applied.refused().get(name))) {
                LOG.log(Level.WARNING, "document {0} is not served as the store has it: {1}", name, why);
            }
        });
        applied = after;
    }

    /**
     * Serves another configuration of the file under the same documents.
     *
     * @throws ConfigException the file's configuration cannot be used even without documents
     * @throws IOException it cannot be applied; nothing has changed then
     */
    public void file(GatewayConfig other) throws IOException {
        changing.lock();
        try {
            Applied after = applied.over(other, reader);
            applier.apply(after.config());
            file = other;
            applied = after;
        } finally {
            changing.unlock();
        }
    }

    /** The copy on this node's disk is brought up to what is served, once a second at most. */
    private void keep() {
        try {
            while (true) {
                TimeUnit.NANOSECONDS.sleep(KEEP_NANOS);
                keepNow();
            }
        } catch (InterruptedException e) {
            keepNow();
        }
    }

    private void keepNow() {
        DocumentState state = applied.state();
        if (state.revision().equals(kept.revision())) {
            return;
        }
        try {
            copy.keep(state);
            kept = state;
        } catch (GatewayException e) {
            LOG.log(Level.WARNING, "the last good copy is not written: {0}", e.detail());
        }
    }

    /**
     * Makes a change in the store, on all nodes, and returns when this one serves it.
     *
     * @return what was done; at the revision of before and without edits when everything was so already
     * @throws Refused nothing was changed
     */
    public DocumentChange change(Edits edits, Author author) {
        changing.lock();
        try {
            return changes().make(edits, author, false);
        } finally {
            changing.unlock();
        }
    }

    /**
     * Says what a change would do, and changes nothing.
     *
     * @throws Refused so it would be
     */
    public DocumentChange preview(Edits edits, Author author) {
        changing.lock();
        try {
            return changes().make(edits, author, true);
        } finally {
            changing.unlock();
        }
    }

    /**
     * Takes a change back, if what it changed is still as it left it.
     *
     * @param number of the revision that the change led to; absent means the last one
     * @throws Refused nothing was changed
     */
    public DocumentChange undo(Optional<Long> number, Author author) {
        changing.lock();
        try {
            return changes().undo(number, author);
        } finally {
            changing.unlock();
        }
    }

    private Changes changes() {
        return new Changes(this, documents, reader);
    }

    /** Brings this node up to the store before a change. Under the lock. */
    void current() {
        try {
            sync();
        } catch (IOException | ConfigException e) {
            throw new Refused(Refused.Reason.CONFLICT, String.valueOf(e.getMessage()));
        }
        if (lost != null) {
            throw new Refused(
                    Refused.Reason.STORE_LOST,
                    "the store is at " + lost + ", which does not follow from " + revision()
                            + ", expected that somebody accepts or restores it first");
        }
        String why = problem;
        if (why != null) {
            throw new Refused(Refused.Reason.STORE_AWAY, why);
        }
    }

    /** Serves what was just written. Under the lock. */
    void written(Applied after) throws IOException {
        applier.apply(after.config());
        applied = after;
        loaded = true;
        own.increment();
    }

    Applied applied() {
        return applied;
    }

    GatewayConfig ofFile() {
        return file;
    }

    int maxDocuments() {
        return config.maxDocuments();
    }

    /**
     * Takes what a lost store has now for right.
     *
     * @throws Refused nothing was changed
     */
    public void accept(Author author) {
        changing.lock();
        try {
            DocumentState state = documents.read();
            LOG.log(
                    Level.INFO,
                    "{0} from {1} accepts the documents of {2}",
                    author.who(),
                    author.from(),
                    state.revision());
            take(state);
            back();
        } catch (GatewayException e) {
            throw new Refused(Refused.Reason.STORE_AWAY, e.detail());
        } catch (IOException | ConfigException e) {
            throw new Refused(Refused.Reason.CONFLICT, String.valueOf(e.getMessage()));
        } finally {
            changing.unlock();
        }
    }

    /**
     * Puts what this node serves into a lost store, in the place of everything there.
     *
     * @return the change that says so
     * @throws Refused nothing was changed
     */
    public DocumentChange restore(Author author) {
        changing.lock();
        try {
            DocumentChange note = changes().restore(author);
            applied = new Applied(
                    new DocumentState(note.revision(), applied.state().documents()),
                    applied.parts(),
                    applied.config(),
                    applied.refused());
            back();
            return note;
        } catch (GatewayException e) {
            throw new Refused(Refused.Reason.STORE_AWAY, e.detail());
        } finally {
            changing.unlock();
        }
    }

    /**
     * The last changes, newest first.
     *
     * @throws Refused the store does not answer
     */
    public List<DocumentChange> history(int most) {
        try {
            return documents.history(most);
        } catch (GatewayException e) {
            throw new Refused(Refused.Reason.STORE_AWAY, e.detail());
        }
    }

    /** The documents that are served, JSON by name. */
    public NavigableMap<String, String> documents() {
        return applied.state().documents();
    }

    /** The whole configuration that is served. */
    public GatewayConfig served() {
        return applied.config();
    }

    public Revision revision() {
        return applied.state().revision();
    }

    /** What the tag of a document says: changes whenever its text does. */
    public static String tag(String text) {
        return Tags.of(text);
    }

    /** How many changes this node has made. */
    public long ownChanges() {
        return own.sum();
    }

    /** How many changes of others it has taken into use. */
    public long followedChanges() {
        return followed.sum();
    }

    /** How it stands with the store. */
    public Status status() {
        Applied now = applied;
        NavigableMap<String, String> refused = new TreeMap<>();
        for (Map.Entry<DocumentName, String> one : now.refused().entrySet()) {
            refused.put(one.getKey().toString(), one.getValue());
        }
        return new Status(
                now.state().revision(),
                now.state().documents().size(),
                Optional.ofNullable(problem),
                Optional.ofNullable(lost),
                refused,
                loaded);
    }

    @Override
    public void close() {
        closed = true;
        follower.interrupt();
        keeper.interrupt();
        try {
            if (shared && keeper.isAlive()) {
                keeper.join(TimeUnit.SECONDS.toMillis(5));
            }
            Watch watching = watch;
            if (watching != null) {
                watching.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

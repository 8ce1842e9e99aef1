// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.gateway.config.ConfigReader;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.store.document.DocumentChange;
import io.penstock.gateway.store.document.DocumentChange.Edit;
import io.penstock.gateway.store.document.DocumentState;
import io.penstock.gateway.store.document.Documents;
import io.penstock.gateway.store.document.FileDocuments;
import io.penstock.gateway.store.document.Revision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every place for documents promises. */
@Timeout(60)
class DocumentsTest {
    private static final int HISTORY = 10;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    enum Kind {
        FILE,
        REDIS,
        CLUSTER
    }

    private record Scene(Documents documents, List<AutoCloseable> open) implements AutoCloseable {
        static Scene of(Kind kind, Path folder) throws IOException {
            List<AutoCloseable> open = new ArrayList<>();
            return switch (kind) {
                case FILE ->
                    new Scene(
                            new FileDocuments(
                                    Files.createTempDirectory(folder, "").resolve("d.json"), HISTORY),
                            open);
                case REDIS -> {
                    RedisProcess redis = RedisProcess.start(folder);
                    open.add(redis);
                    yield connected("url: \"" + redis.url() + "\"", open);
                }
                case CLUSTER -> {
                    RedisCluster cluster = RedisCluster.start(folder);
                    open.add(cluster);
                    yield connected("url: \"" + cluster.url() + "\", topology: cluster", open);
                }
            };
        }

        private static Scene connected(String redis, List<AutoCloseable> open) throws IOException {
            var config = ConfigReader.read("""
                    listeners: [{name: a, port: 0}]
                    routes: [{name: r, answer: {status: 204}}]
                    stores: [{name: s, redis: {%s, connect-timeout: 5s, read-timeout: 5s}}]
                    """.formatted(redis), Map.of());
            RedisStore store =
                    new RedisStore("s", config.stores().getFirst().redis().orElseThrow());
            open.add(store);
            store.start();
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (!store.available() && System.nanoTime() < deadline) {
                LockSupport.parkNanos(1_000_000);
            }
            return new Scene(store.documents("penstock:config", HISTORY, PATIENCE), open);
        }

        /** Makes the change, though a store that begins to listen to another prefix makes another connection meanwhile. */
        void putAtLast(String name, String text) {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (true) {
                try {
                    put(name, text);
                    return;
                } catch (GatewayException e) {
                    if (System.nanoTime() > deadline) {
                        throw e;
                    }
                    LockSupport.parkNanos(1_000_000);
                }
            }
        }

        DocumentChange change(Revision from, String name, String text) {
            NavigableMap<String, Edit> edits = new TreeMap<>();
            edits.put(name, new Edit(documents.read().documents().get(name), text.isEmpty() ? null : text));
            return new DocumentChange(
                    from.next(), Instant.parse("2026-01-02T03:04:05Z"), "ada", "127.0.0.1", "put " + name, edits);
        }

        /** Makes the change. */
        DocumentChange put(String name, String text) {
            Revision from = documents.head();
            DocumentChange change = change(from, name, text);
            assertThat(documents.write(from, change)).isTrue();
            return change;
        }

        @Override
        public void close() {
            for (AutoCloseable one : open.reversed()) {
                try {
                    one.close();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    @TempDir
    static Path folder;

    @ParameterizedTest
    @EnumSource
    void hasNothingAtFirst(Kind kind) throws IOException {
        try (Scene scene = Scene.of(kind, folder)) {
            assertThat(scene.documents().head()).isEqualTo(Revision.NONE);
            assertThat(scene.documents().read()).isEqualTo(DocumentState.NONE);
            assertThat(scene.documents().history(5)).isEmpty();
            assertThat(scene.documents().change(1)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void keepsWhatIsWrittenWithWhoDidIt(Kind kind) throws IOException {
        try (Scene scene = Scene.of(kind, folder)) {
            DocumentChange first = scene.put("routes/a", "{\"name\":\"ä\"}");
            DocumentChange second = scene.put("routes/b", "{}");

            assertThat(scene.documents().head()).isEqualTo(second.revision());
            assertThat(scene.documents().read().documents())
                    .isEqualTo(Map.of("routes/a", "{\"name\":\"ä\"}", "routes/b", "{}"));
            assertThat(scene.documents().history(5)).containsExactly(second, first);
            assertThat(scene.documents().history(1)).containsExactly(second);
            assertThat(scene.documents().change(1)).contains(first);
            assertThat(second.revision().epoch()).isEqualTo(first.revision().epoch());
        }
    }

    @ParameterizedTest
    @EnumSource
    void removes(Kind kind) throws IOException {
        try (Scene scene = Scene.of(kind, folder)) {
            scene.put("routes/a", "{}");
            scene.put("routes/b", "{}");
            scene.put("routes/a", "");

            assertThat(scene.documents().read().documents()).containsOnlyKeys("routes/b");
        }
    }

    @ParameterizedTest
    @EnumSource
    void takesOneOfTwoChangesOfTheSameState(Kind kind) throws IOException {
        try (Scene scene = Scene.of(kind, folder)) {
            Revision from = scene.put("routes/a", "{}").revision();
            DocumentChange mine = scene.change(from, "routes/a", "{\"mine\":1}");
            DocumentChange theirs = scene.change(from, "routes/b", "{\"theirs\":1}");

            assertThat(scene.documents().write(from, theirs)).isTrue();
            assertThat(scene.documents().write(from, mine)).isFalse();

            assertThat(scene.documents().head()).isEqualTo(theirs.revision());
            assertThat(scene.documents().read().documents()).containsEntry("routes/a", "{}");
        }
    }

    @ParameterizedTest
    @EnumSource
    void tellsTheChangesBetweenTwoRevisions(Kind kind) throws IOException {
        try (Scene scene = Scene.of(kind, folder)) {
            List<DocumentChange> made = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                made.add(scene.put("routes/r" + i, "{}"));
            }

            assertThat(scene.documents()
                            .between(made.get(1).revision(), made.get(4).revision()))
                    .contains(made.subList(2, 5));
        }
    }

    @ParameterizedTest
    @EnumSource
    void forgetsOldChangesAndSaysSo(Kind kind) throws IOException {
        try (Scene scene = Scene.of(kind, folder)) {
            Revision first = scene.put("routes/a", "{}").revision();
            for (int i = 0; i < HISTORY + 3; i++) {
                scene.put("routes/b", "{\"n\":" + i + "}");
            }

            assertThat(scene.documents().history(1_000)).hasSize(HISTORY);
            assertThat(scene.documents().change(1)).isEmpty();
            assertThat(scene.documents().between(first, scene.documents().head()))
                    .isEmpty();
            assertThat(scene.documents().read().documents()).hasSize(2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void replacesEverything(Kind kind) throws IOException {
        try (Scene scene = Scene.of(kind, folder)) {
            DocumentChange last = scene.put("routes/a", "{}");
            Revision other = new Revision("0123456789ab", 7, "0123456789ab");
            Revision next = other.nextAfter(last.revision());
            DocumentState state = new DocumentState(next, new TreeMap<>(Map.of("routes/c", "{}")));
            DocumentChange note = new DocumentChange(next, Instant.EPOCH, "ada", "", "restore", new TreeMap<>());

            assertThat(scene.documents().replace(Revision.NONE, state, note)).isFalse();
            assertThat(scene.documents().replace(last.revision(), state, note)).isTrue();

            assertThat(scene.documents().read()).isEqualTo(state);
            assertThat(scene.documents().history(5)).containsExactly(note);
        }
    }

    @ParameterizedTest
    @EnumSource
    void tellsOfChanges(Kind kind) throws Exception {
        Semaphore told = new Semaphore(0);
        try (Scene scene = Scene.of(kind, folder);
                Watch watch = scene.documents().watch(told::release)) {
            scene.putAtLast("routes/a", "{}");
            told.drainPermits(); // of listening
            scene.putAtLast("routes/b", "{}");

            assertThat(told.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS))
                    .isTrue();
            assertThat(watch).isNotNull();
        }
    }

    @Test
    void readsItsFileAgain() throws IOException {
        Path file = folder.resolve("again.json");
        FileDocuments documents = new FileDocuments(file, HISTORY);
        Scene scene = new Scene(documents, List.of());
        DocumentChange first = scene.put("routes/a", "{\"a\":\"\\\"\\n\"}");
        DocumentChange second = scene.put("routes/b", "{}");

        FileDocuments again = new FileDocuments(file, HISTORY);
        again.load();

        assertThat(again.read()).isEqualTo(documents.read());
        assertThat(again.history(5)).containsExactly(second, first);
    }

    @Test
    void saysWhereItsFileIsBroken() throws IOException {
        Path file = folder.resolve("broken.json");
        Files.writeString(file, "{\"revision\": \"0\",\n \"documents\": {\"routes/a\": 7}}");

        assertThatThrownBy(() -> new FileDocuments(file, HISTORY).load())
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("expected VALUE_STRING");
    }

    @Test
    void changesNothingThatItCannotWrite() throws IOException {
        Path gone = Files.createTempDirectory(folder, "").resolve("gone");
        FileDocuments documents = new FileDocuments(gone.resolve("d.json"), HISTORY);
        DocumentChange change =
                new DocumentChange(Revision.NONE.next(), Instant.EPOCH, "ada", "", "put", new TreeMap<>());

        assertThatThrownBy(() -> documents.write(Revision.NONE, change)).isInstanceOf(GatewayException.class);

        assertThat(documents.head()).isEqualTo(Revision.NONE);
    }
}

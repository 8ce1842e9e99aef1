// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.gateway.config.store.EmbeddedConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmbeddedStoreTest {
    @TempDir
    Path folder;

    @Test
    void hasTheSeedAfterStart() throws IOException {
        try (EmbeddedStore store = started(Optional.empty(), 10, Map.of("job-1", "127.0.0.1:9001"))) {
            assertThat(store.get("job-1")).isEqualTo("127.0.0.1:9001");
            assertThat(store.get("job-2")).isNull();
        }
    }

    @Test
    void keepsChangesOverARestart() throws IOException {
        Path file = folder.resolve("lookups.json");
        try (EmbeddedStore store = started(Optional.of(file), 10, Map.of("a", "h:1", "b", "h:2"))) {
            store.put("a", "9");
            store.put("c", "\"quoted\" \\ and \u00e9");
            store.delete("b");
        }

        try (EmbeddedStore store = started(Optional.of(file), 10, Map.of("a", "h:1"))) {
            assertThat(store.entries()).isEqualTo(Map.of("a", "9", "c", "\"quoted\" \\ and \u00e9"));
        }
    }

    @Test
    void leavesNoDraftBehind() throws IOException {
        Path file = folder.resolve("lookups.json");
        try (EmbeddedStore store = started(Optional.of(file), 10, Map.of())) {
            store.put("a", "1");
        }

        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void tellsWatchersOfTheirPrefixOnly() throws IOException {
        List<String> heard = new ArrayList<>();
        try (EmbeddedStore store = started(Optional.empty(), 10, Map.of())) {
            Watch watch = store.watch("job:", watcher(heard));
            store.put("job:1", "a");
            store.put("job:1", "a");
            store.put("other", "b");
            store.delete("job:1");
            watch.close();
            store.put("job:2", "c");
        }

        assertThat(heard).containsExactly("job:1", "job:1");
    }

    @Test
    void refusesOneEntryMoreThanItsLimit() throws IOException {
        try (EmbeddedStore store = started(Optional.empty(), 2, Map.of())) {
            store.put("a", "1");
            store.put("b", "2");

            assertThatThrownBy(() -> store.put("c", "3"))
                    .isInstanceOfSatisfying(
                            GatewayException.class, e -> assertThat(e.reason()).isEqualTo(Cause.OVERLOADED))
                    .hasMessageContaining("limit is 2");
            store.put("b", "4");
            assertThat(store.entries()).isEqualTo(Map.of("a", "1", "b", "4"));
        }
    }

    @Test
    void keepsTheOldContentWhenTheFileCannotBeWritten() throws IOException {
        Path file = folder.resolve("lookups.json");
        try (EmbeddedStore store = started(Optional.of(file), 10, Map.of())) {
            store.put("a", "1");
            Files.createDirectory(folder.resolve("lookups.json.tmp"));

            assertThatThrownBy(() -> store.put("a", "2"))
                    .isInstanceOfSatisfying(
                            GatewayException.class, e -> assertThat(e.reason()).isEqualTo(Cause.STORE_UNAVAILABLE))
                    .hasMessageContaining("cannot write " + file);
            assertThat(store.get("a")).isEqualTo("1");
        }
        assertThat(file).hasContent("{\n\"a\":\"1\"\n}");
    }

    /** The draft is sent to the device that is always full. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void keepsTheOldContentWhenTheDiskIsFull() throws IOException {
        Path file = folder.resolve("lookups.json");
        try (EmbeddedStore store = started(Optional.of(file), 10, Map.of())) {
            store.put("a", "1");
            Files.createSymbolicLink(folder.resolve("lookups.json.tmp"), Path.of("/dev/full"));

            assertThatThrownBy(() -> store.put("a", "2"))
                    .isInstanceOf(GatewayException.class)
                    .hasMessageContaining("No space left on device");
            assertThat(store.get("a")).isEqualTo("1");
        }
        assertThat(file).hasContent("{\n\"a\":\"1\"\n}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {"a": "1", "b"       | :1:15: Unexpected end-of-input within/between Object entries
                    {"a": 1}             | :1:7: found value_number_int, expected a string
                    {"a": "1", "a": "2"} | :1:15: Duplicate field 'a'
                    []                   | :1:1: found start_array, expected an object
                    {} trailing          | Unrecognized token 'trailing'
                    {"a":"1","b":"2","c":"3","d":"4"} | more entries than the limit of 3
                    ``                   | found nothing, expected an object
                    """)
    void refusesToStartOnABrokenFileAndNamesThePlace(String content, String problem) throws IOException {
        Path file = folder.resolve("lookups.json");
        Files.writeString(file, content);

        assertThatThrownBy(() -> started(Optional.of(file), 3, Map.of()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(problem);
        assertThat(file).hasContent(content);
    }

    @ParameterizedTest
    @CsvSource({"'',x", "x,''"})
    void refusesEmptyKeysAndValues(String key, String value) throws IOException {
        try (EmbeddedStore store = started(Optional.empty(), 10, Map.of())) {
            assertThatThrownBy(() -> store.put(key, value))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected 1 to 4096");
        }
    }

    @Test
    void losesNoChangeOfManyThreads() throws Exception {
        Path file = folder.resolve("lookups.json");
        try (EmbeddedStore store = started(Optional.of(file), 1000, Map.of())) {
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                String prefix = "t" + t + "-";
                threads.add(Thread.ofVirtual().start(() -> {
                    for (int i = 0; i < 25; i++) {
                        store.put(prefix + i, "v" + i);
                        assertThat(store.get(prefix + i)).isEqualTo("v" + i);
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }

        try (EmbeddedStore again = started(Optional.of(file), 1000, Map.of())) {
            assertThat(again.entries()).hasSize(100).containsEntry("t3-24", "v24");
        }
    }

    private static EmbeddedStore started(Optional<Path> file, int maxEntries, Map<String, String> seed)
            throws IOException {
        EmbeddedStore store = new EmbeddedStore("jobs", new EmbeddedConfig(file, maxEntries, seed));
        store.start();
        return store;
    }

    private static Watcher watcher(List<String> heard) {
        return new Watcher() {
            @Override
            public void changed(String key) {
                heard.add(key);
            }

            @Override
            public void allChanged() {
                heard.add("*");
            }
        };
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.penstock.gateway.config.read.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mutates valid files; whatever comes out is either a configuration or a {@link ConfigException} that keeps secrets. */
class ConfigReaderFuzzTest {
    private static final int MUTATIONS = 1500;
    private static final String SECRET = "s3cretX";
    private static final Map<String, String> ENVIRONMENT =
            Map.of("REDIS_URL", "redis://user:" + SECRET + "@cache:6379", "UPSTREAM", SECRET + ":1");
    private static final String[] PIECES = {
        "[",
        "]",
        "{",
        "}",
        ": ",
        "- ",
        "\n",
        "  ",
        "\t",
        "'",
        "\"",
        "&a ",
        "*a",
        "!!int ",
        "%",
        "# ",
        "| ",
        "> ",
        "? ",
        "${",
        "}",
        "${X}",
        "${X:1}",
        "~",
        "null",
        "-1",
        "0",
        "99999999999",
        "1h",
        "2m",
        "64KiB",
        "2GiB",
        "\u0000",
        "\ud800",
        "\ufeff",
        "\u2028",
        "é",
        "---\n",
        "...\n",
        "<<: ",
        "name: ",
        "port: ",
        "routes:",
        "${REDIS_URL}",
        "${UPSTREAM}",
        "::1",
        "10.0.0.0/8",
        "@",
        "`",
        ","
    };

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20_261_121})
    void neverThrowsAnythingElse(long seed) throws IOException {
        Random random = new Random(seed);
        String[] files = {
            Files.readString(Path.of("config", "jobid.yaml")), Files.readString(Path.of("config", "proxy.yaml"))
        };
        int refused = 0;

        for (int i = 0; i < MUTATIONS; i++) {
            String text = mutated(files[i % files.length], random);
            try {
                ConfigReader.read(text, ENVIRONMENT);
            } catch (ConfigException e) {
                refused++;
                assertThat(e.problems()).isNotEmpty();
                assertThat(e.getMessage()).doesNotContain(SECRET);
            } catch (RuntimeException | StackOverflowError e) {
                fail("seed " + seed + ", mutation " + i + ":\n" + text, e);
            }
        }

        assertThat(refused).isBetween(MUTATIONS / 10, MUTATIONS);
    }

    private static String mutated(String file, Random random) {
        StringBuilder text = new StringBuilder(file);
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(text.length());
            int end = Math.min(text.length(), at + random.nextInt(12));
            switch (random.nextInt(4)) {
                case 0 -> text.insert(at, PIECES[random.nextInt(PIECES.length)]);
                case 1 -> text.replace(at, end, PIECES[random.nextInt(PIECES.length)]);
                case 2 -> text.delete(at, end);
                default -> {
                    int from = random.nextInt(text.length());
                    text.insert(at, text.substring(from, Math.min(text.length(), from + random.nextInt(60))));
                }
            }
        }
        return text.toString();
    }
}

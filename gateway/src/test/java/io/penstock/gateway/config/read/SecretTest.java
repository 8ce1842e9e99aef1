// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecretTest {
    private static final String LONG = "a-long-secret-that-nobody-guesses";

    @TempDir
    Path folder;

    private record Holder(Secret key, List<Secret> more) {
        static Holder from(ConfigNode node) {
            return new Holder(node.secret("key", 16), node.secrets("more", 1));
        }
    }

    private static Holder read(String yaml, Map<String, String> variables) {
        Environment environment = new Environment(variables);
        Problems problems = new Problems("file.yaml", environment);
        YamlNode root = YamlParser.parse(yaml, environment, problems).orElseThrow();
        problems.locate("", root);
        Holder holder = ConfigNode.of(root, "", problems).read(Holder::from);
        problems.done();
        return holder;
    }

    private static List<Problem> problems(String yaml, Map<String, String> variables) {
        return catchThrowableOfType(ConfigException.class, () -> read(yaml, variables))
                .problems();
    }

    @Test
    void comesFromTheEnvironment() {
        Holder holder = read("key: ${KEY}", Map.of("KEY", LONG));

        assertThat(holder.key().text()).isEqualTo(LONG);
        assertThat(holder.key().origin()).isEqualTo("${KEY}");
    }

    @Test
    void comesFromAFileWithoutTheEndOfItsLastLine() throws IOException {
        Path file = Files.writeString(folder.resolve("key"), LONG + "\n\r\n");

        assertThat(read("key: file:" + file, Map.of()).key().text()).isEqualTo(LONG + "\n");
        assertThat(read("key: \"file:${AT}/key\"", Map.of("AT", folder.toString()))
                        .key()
                        .length())
                .isEqualTo(LONG.length() + 1);
    }

    @Test
    void saysNothingInItsText() {
        Holder holder = read("{key: \"${KEY}\", more: [\"${KEY}\"]}", Map.of("KEY", LONG));

        assertThat(holder.toString()).doesNotContain(LONG).contains("secret of ${KEY}");
    }

    @Test
    void isAnotherOneWhenItsFileIs() throws IOException {
        Path file = Files.writeString(folder.resolve("key"), LONG);
        Secret before = read("key: file:" + file, Map.of()).key();
        assertThat(read("key: file:" + file, Map.of()).key()).isEqualTo(before).hasSameHashCodeAs(before);

        Files.writeString(file, LONG + "2");

        assertThat(read("key: file:" + file, Map.of()).key()).isNotEqualTo(before);
    }

    @Test
    void givesCopiesOfItsBytes() {
        Secret secret = Secret.of("abc".getBytes(StandardCharsets.UTF_8), "here");
        secret.bytes()[0] = 'x';

        assertThat(secret.text()).isEqualTo("abc");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}                | is missing, expected ${NAME} or file:PATH
            key: your-secret-key-in-the-clear | is written in the configuration, expected ${NAME} or file:PATH
            key: ${OTHER:your-secret-key-in-the-clear} | is written in the configuration, expected ${NAME} or file:PATH
            key: ${OTHER}     | is not set in the environment and has no default, expected a value or ${NAME:default}
            key: ${SHORT}     | is shorter than 16 bytes, expected a longer one in ${SHORT}
            key: ${EMPTY}     | is empty, expected a secret in ${EMPTY}
            key: "file:"      | names no file, expected file:PATH
            key: file:nowhere | is of no use: nowhere does not exist
            key: [a]          | is a list, expected ${NAME} or file:PATH
            """)
    void isRefusedWithItsPlace(String yaml, String verdict) {
        List<Problem> problems = problems(yaml, Map.of("SHORT", "abcdefgh", "EMPTY", ""));

        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.path()).isEqualTo("key");
            assertThat(problem.verdict()).isEqualTo(verdict);
            assertThat(problem.place()).startsWith("file.yaml:1:");
            assertThat(problem.toString()).doesNotContain("abcdefgh").doesNotContain("your-secret");
        });
    }

    @Test
    void isRefusedWithItsPlaceInAList() {
        assertThat(problems("{key: \"${KEY}\", more: [\"${KEY}\", inline-one]}", Map.of("KEY", LONG)))
                .extracting(Problem::path)
                .containsExactly("more[1]");
    }
}

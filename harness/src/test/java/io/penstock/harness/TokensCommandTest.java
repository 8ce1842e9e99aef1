// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokensCommandTest {
    @TempDir
    Path folder;

    @Test
    void writesAKeyAndDifferentTokensOfTheLengthThatItSays() throws Exception {
        Path key = folder.resolve("key");
        Path out = folder.resolve("tokens");
        var said = new StringWriter();

        int code = Main.commands()
                .setOut(new PrintWriter(said, true))
                .execute(
                        "tokens",
                        "--count",
                        "25001",
                        "--algorithm",
                        "hs256",
                        "--key",
                        key.toString(),
                        "--out",
                        out.toString(),
                        "--json");

        List<String> tokens = Files.readAllLines(out);
        assertThat(code).isZero();
        assertThat(tokens).hasSize(25_001).doesNotHaveDuplicates();
        assertThat(tokens.stream().mapToInt(String::length).distinct()).hasSize(1);
        assertThat(said.toString().strip())
                .isEqualTo("{\"tokens\":25001,\"length\":" + tokens.getFirst().length() + "}");
        assertThat(Files.readString(key)).hasSizeGreaterThanOrEqualTo(32);
    }
}

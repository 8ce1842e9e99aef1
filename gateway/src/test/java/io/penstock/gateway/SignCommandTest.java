// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Requests that the harness's command {@code sign} makes, before a real gateway. */
@Timeout(60)
class SignCommandTest {
    @TempDir
    Path folder;

    private record Ran(int code, String out) {}

    private static Ran run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "io.penstock.harness.Main",
                "sign",
                "--key-id",
                "k1"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ran(process.waitFor(), out);
    }

    @Test
    void sendsWhatAGatewayTakesAndSaysWhatItRefuses() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), TestSignatures.SECRET + "\n");
        try (AuthScene scene =
                new AuthScene("signature: {keys: [{id: k1, secret: \"file:" + secret + "\"}]}", Map.of())) {
            String url = "http://127.0.0.1:" + scene.gateway().address().getPort() + "/a?x=1";

            assertThat(run("--key", "file:" + secret, "--send", url).code()).isZero();
            Ran refused = run("--key", "file:" + secret, "--components", "@method", "--send", "--json", url);
            assertThat(refused.code()).isEqualTo(1);
            assertThat(refused.out()).contains("\"status\":401");
        }
        Ran printed = run("--key", "file:" + secret, "--data", "hello", "--method", "PUT", "https://a.test/");
        assertThat(printed.code()).isZero();
        assertThat(printed.out())
                .contains("content-digest: sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:")
                .contains("signature-input: sig=(\"@method\" \"@path\" \"content-digest\");created=")
                .contains("signature: sig=:")
                .doesNotContain(TestSignatures.SECRET);
        assertThat(run("--key", "env:NOWHERE_AT_ALL", "https://a.test/").code()).isEqualTo(2);
    }
}

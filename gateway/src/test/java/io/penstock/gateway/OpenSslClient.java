// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** OpenSSL's own client, with options that no Java client has. */
final class OpenSslClient {
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n";

    private OpenSslClient() {}

    /** Skips the test where there is no openssl. */
    static void required() {
        boolean there = List.of(System.getenv("PATH").split(":")).stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "openssl")));
        Assumptions.assumeTrue(there, "openssl is not installed");
    }

    /** Connects, sends one request of HTTP/1.1, and returns all that openssl has said and received. */
    static String ask(int port, String... options) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("openssl", "s_client", "-connect", "127.0.0.1:" + port, "-ign_eof"));
        command.addAll(List.of(options));
        Path output = Files.createTempFile("openssl", ".out");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(REQUEST.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            // it has ended, and says why
        }
        try {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("openssl ends").isTrue();
            return Files.readString(output, StandardCharsets.ISO_8859_1);
        } finally {
            process.destroyForcibly();
            Files.delete(output);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.harness.backend.Backends;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** h2spec, an independent suite for HTTP/2 servers, against the listener. Its binary comes in a jar of its Maven plugin. */
@EnabledOnOs(
        value = OS.LINUX,
        architectures = {"amd64", "x86_64"},
        disabledReason = "the jar holds h2spec for Linux on x86-64 only")
class H2specTest {
    private static final String ARCHIVE = "h2spec/2.2.0/h2spec_linux_amd64.tar.gz";
    private static final int TAR_BLOCK = 512;

    @TempDir
    static Path folder;

    private static Path h2spec = Path.of("h2spec");
    private static Backends backends;

    @BeforeAll
    static void unpackAndStart() throws IOException {
        h2spec = unpack(folder);
        backends = Backends.start(Backends.Ports.any());
    }

    @AfterAll
    static void stop() {
        backends.close();
    }

    @Test
    void passesEveryTestInClearText() throws Exception {
        try (LocalGateway gateway = LocalGateway.start(LocalGateway.toOrigin(backends.http(), ""))) {
            assertThat(run(gateway.port())).contains("145 tests, 145 passed, 0 skipped, 0 failed");
        }
    }

    @Test
    void passesEveryTestOverTls() throws Exception {
        TestCertificate certificate = TestCertificate.make(folder, "EC");
        String tls = "tls: {certificate: \"%s\", key: \"%s\"}".formatted(certificate.chain(), certificate.key());

        try (LocalGateway gateway = LocalGateway.start(LocalGateway.toOrigin(backends.http(), tls))) {
            assertThat(run(gateway.port(), "-t", "-k")).contains("145 tests, 145 passed, 0 skipped, 0 failed");
        }
    }

    private static String run(int port, String... more) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(h2spec.toString(), "-h", "127.0.0.1", "-p", Integer.toString(port), "--timeout", "2"));
        command.addAll(Arrays.asList(more));
        Path output = Files.createTempFile(folder, "h2spec", ".out");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("h2spec ends").isTrue();
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(output);
    }

    /** Takes the one executable out of the archive: a tar is blocks of 512 bytes, a header before each file. */
    private static Path unpack(Path into) throws IOException {
        Path program = into.resolve("h2spec");
        try (InputStream packed = Objects.requireNonNull(
                        H2specTest.class.getClassLoader().getResourceAsStream(ARCHIVE), ARCHIVE);
                InputStream tar = new GZIPInputStream(packed)) {
            byte[] header = tar.readNBytes(TAR_BLOCK);
            while (header.length == TAR_BLOCK && header[0] != 0) {
                String name = text(header, 0, 100);
                long size = Long.parseLong(text(header, 124, 12).strip(), 8);
                byte[] file = tar.readNBytes(Math.toIntExact((size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK));
                if (name.endsWith("h2spec")) {
                    Files.copy(
                            new java.io.ByteArrayInputStream(file, 0, Math.toIntExact(size)),
                            program,
                            StandardCopyOption.REPLACE_EXISTING);
                    assertThat(program.toFile().setExecutable(true)).isTrue();
                    return program;
                }
                header = tar.readNBytes(TAR_BLOCK);
            }
        }
        throw new IOException("no h2spec in " + ARCHIVE);
    }

    private static String text(byte[] from, int offset, int length) {
        int end = offset;
        while (end < offset + length && from[end] != 0) {
            end++;
        }
        return new String(from, offset, end - offset, java.nio.charset.StandardCharsets.US_ASCII);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files as openssl makes them, and its commands as our messages give them. */
class PemTest {
    @TempDir
    static Path folder;

    @BeforeAll
    static void needsOpenssl() {
        assumeThat(Path.of("/usr/bin/openssl")).as("the program openssl").isExecutable();
    }

    private static void openssl(String... arguments) throws Exception {
        run(List.of("openssl " + String.join(" ", arguments)));
    }

    /** By a shell, as who reads a message does. */
    private static void run(List<String> commands) throws Exception {
        Path log = folder.resolve("openssl.log");
        for (String command : commands) {
            Process process = new ProcessBuilder("sh", "-c", command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .start();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).as(command).isTrue();
            assertThat(process.exitValue())
                    .as(command + ": " + Files.readString(log))
                    .isZero();
        }
    }

    private static Path made(String name, String options) throws Exception {
        Path file = folder.resolve(name);
        openssl(options.replace("OUT", file.toString()));
        return file;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "pkcs1.pem | genrsa -traditional -out OUT 2048 | an RSA PRIVATE KEY (PKCS#1) | RSA",
                "sec1.pem | ecparam -name prime256v1 -genkey -out OUT | an EC PRIVATE KEY (SEC1) | EC",
                "bare.pem | ecparam -name prime256v1 -genkey -noout -out OUT | an EC PRIVATE KEY (SEC1) | EC"
            })
    void givesTheCommandThatTurnsAKeyIntoTheOneThatIsNeeded(String name, String options, String found, String algorithm)
            throws Exception {
        Path file = made(name, options);
        Path turned = folder.resolve("turned-" + name);

        String message = assertThatThrownBy(() -> Pem.key(file))
                .hasMessageStartingWith(file + " holds " + found
                        + ", expected PEM with PKCS#8 that is not encrypted: openssl pkcs8 -topk8 -nocrypt -in ")
                .actual()
                .toString();
        run(List.of(message.replaceAll(".*: (openssl .*) makes it", "$1").replace("NEW-FILE", turned.toString())));

        assertThat(Pem.key(turned).getAlgorithm()).isEqualTo(algorithm);
    }

    @Test
    void givesTheCommandForAnEncryptedKeyThatAsksForItsPassword() throws Exception {
        Path file = made(
                "encrypted.pem",
                "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes256 -pass pass:secret -out OUT");
        Path turned = folder.resolve("decrypted.pem");

        String message = assertThatThrownBy(() -> Pem.key(file))
                .hasMessageContaining(
                        "holds an ENCRYPTED PRIVATE KEY, expected PEM with PKCS#8 that is not encrypted: openssl ")
                .actual()
                .toString();
        run(List.of(message.replaceAll(".*: (openssl .*) makes it", "$1").replace("NEW-FILE", turned.toString())
                + " -passin pass:secret"));

        assertThat(Pem.key(turned).getAlgorithm()).isEqualTo("EC");
    }

    @Test
    void tellsInWhichLineABrokenCertificateBegins() throws Exception {
        Path good = folder.resolve("good.pem");
        openssl(
                "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=a.test -days 1",
                "-keyout",
                folder.resolve("own.pem").toString(),
                "-out",
                good.toString());
        Path chain = folder.resolve("chain.pem");
        Files.writeString(
                chain,
                "subject\n" + Files.readString(good)
                        + "issuer\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        int line = Files.readAllLines(good).size() + 3;

        assertThat(Pem.certificates(good)).hasSize(1);
        assertThatThrownBy(() -> Pem.certificates(chain))
                .hasMessage(chain + " holds a broken certificate that begins in line " + line + ", expected PEM");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A self-signed certificate for 127.0.0.1 and localhost with its key, as PEM files; made by the JDK's own keytool. */
record TestCertificate(Path chain, Path key) {
    private static final char[] PASSWORD = "changeit".toCharArray();

    /** Makes one: EC or RSA. */
    static TestCertificate make(Path folder, String algorithm) throws Exception {
        Path file = Files.createTempDirectory(folder, algorithm).resolve("store.p12");
        keytool(file, algorithm);
        KeyStore store = KeyStore.getInstance(file.toFile(), PASSWORD);
        Path chain = file.resolveSibling("chain.pem");
        Path key = file.resolveSibling("key.pem");
        pem(chain, "CERTIFICATE", store.getCertificate("test").getEncoded());
        pem(key, "PRIVATE KEY", store.getKey("test", PASSWORD).getEncoded());
        return new TestCertificate(chain, key);
    }

    private static void keytool(Path store, String algorithm) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "test",
                        "-keyalg",
                        algorithm,
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost,ip:127.0.0.1",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        new String(PASSWORD)))
                .redirectErrorStream(true)
                .redirectOutput(store.resolveSibling("keytool.out").toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    private static void pem(Path file, String kind, byte[] der) throws IOException, GeneralSecurityException {
        String body = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(der);
        Files.writeString(file, "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, body, kind));
    }
}

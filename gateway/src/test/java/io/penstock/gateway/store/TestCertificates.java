// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

/** Makes self-signed certificates for 127.0.0.1 with the JDK's keytool. */
final class TestCertificates {
    private static final String PASSWORD = "password";

    private TestCertificates() {}

    /** Writes {@code NAME.pem} and {@code NAME.key} and returns the first. */
    static Path make(Path folder, String name) throws IOException, InterruptedException, GeneralSecurityException {
        Path store = folder.resolve(name + ".p12");
        String keytool = ProcessHandle.current()
                .info()
                .command()
                .map(java -> Path.of(java).resolveSibling("keytool").toString())
                .orElse("keytool");
        Process process = new ProcessBuilder(
                        keytool,
                        "-genkeypair",
                        "-alias",
                        "a",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD)
                .inheritIO()
                .start();
        if (process.waitFor() != 0) {
            throw new IOException("keytool failed");
        }
        KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        Path pem = folder.resolve(name + ".pem");
        Files.writeString(pem, pem("CERTIFICATE", keys.getCertificate("a").getEncoded()));
        Files.writeString(
                folder.resolve(name + ".key"),
                pem("PRIVATE KEY", keys.getKey("a", PASSWORD.toCharArray()).getEncoded()));
        return pem;
    }

    private static String pem(String type, byte[] der) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END " + type + "-----\n";
    }
}

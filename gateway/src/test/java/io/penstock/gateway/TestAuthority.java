// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** An authority that signs certificates of clients and takes them back; made by the JDK's own keytool. */
final class TestAuthority {
    private static final String PASSWORD = "changeit";

    private final Path folder;
    private final Path store;

    /**
     * Somebody with a certificate of the authority.
     *
     * @param context TLS that shows it, and to which every server is right
     */
    record Client(X509Certificate certificate, X509Certificate authority, SSLContext context) {}

    private TestAuthority(Path folder) {
        this.folder = folder;
        this.store = folder.resolve("store.p12");
    }

    static TestAuthority make(Path parent, String name) throws Exception {
        TestAuthority authority = new TestAuthority(Files.createTempDirectory(parent, name));
        authority.keytool(
                "-genkeypair", "-alias", "ca", "-keyalg", "EC", "-dname", "CN=" + name, "-ext", "bc:c=ca:true");
        return authority;
    }

    /** Its certificate, as a PEM file. */
    Path file() throws Exception {
        return pem(
                folder.resolve("ca.pem"),
                "CERTIFICATE",
                store().getCertificate("ca").getEncoded());
    }

    /** Signs a certificate of this name and these alternative ones, as keytool writes them. */
    Client client(String name, String names) throws Exception {
        Path request = folder.resolve(name + ".csr");
        Path signed = folder.resolve(name + ".pem");
        keytool("-genkeypair", "-alias", name, "-keyalg", "EC", "-dname", "CN=" + name + ",O=Test");
        keytool("-certreq", "-alias", name, "-file", request.toString());
        keytool(
                "-gencert",
                "-alias",
                "ca",
                "-infile",
                request.toString(),
                "-outfile",
                signed.toString(),
                "-rfc",
                "-validity",
                "2",
                "-ext",
                "san=" + names);
        keytool("-importcert", "-noprompt", "-alias", name, "-file", signed.toString());
        KeyStore all = store();
        Certificate[] chain = all.getCertificateChain(name);
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        own.setKeyEntry("own", all.getKey(name, PASSWORD.toCharArray()), new char[0], chain);
        KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
        keys.init(own, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                new KeyManager[] {new Insisting((X509KeyManager) keys.getKeyManagers()[0])},
                new TrustManager[] {new TrustingAny()},
                null);
        return new Client((X509Certificate) chain[0], (X509Certificate) chain[1], context);
    }

    /** The list of what it has taken back: these. */
    Path list(Client... clients) throws Exception {
        Path file = folder.resolve("list.pem");
        List<String> arguments = new ArrayList<>(List.of("-gencrl", "-alias", "ca", "-rfc", "-file", file.toString()));
        for (Client client : clients) {
            arguments.addAll(
                    List.of("-id", client.certificate().getSerialNumber().toString()));
        }
        keytool(arguments.toArray(String[]::new));
        return file;
    }

    private KeyStore store() throws IOException, GeneralSecurityException {
        return KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    }

    private void keytool(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(Arrays.asList(arguments));
        command.addAll(List.of("-storetype", "PKCS12", "-keystore", store.toString(), "-storepass", PASSWORD));
        Path output = folder.resolve("keytool.out");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(output)).isZero();
    }

    private static Path pem(Path file, String kind, byte[] der) throws IOException {
        String body = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(der);
        return Files.writeString(file, "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, body, kind));
    }

    /** Shows its certificate whatever authorities the server names. */
    private static final class Insisting extends X509ExtendedKeyManager {
        private static final String OWN = "own";

        private final X509KeyManager keys;

        Insisting(X509KeyManager keys) {
            this.keys = keys;
        }

        @Override
        public String chooseClientAlias(String[] kinds, Principal[] issuers, Socket socket) {
            return OWN;
        }

        @Override
        public String chooseEngineClientAlias(String[] kinds, Principal[] issuers, SSLEngine engine) {
            return OWN;
        }

        @Override
        public String[] getClientAliases(String kind, Principal[] issuers) {
            return new String[] {OWN};
        }

        @Override
        public String[] getServerAliases(String kind, Principal[] issuers) {
            return new String[0];
        }

        @Override
        public @Nullable String chooseServerAlias(String kind, Principal[] issuers, Socket socket) {
            return null;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return keys.getCertificateChain(alias);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return keys.getPrivateKey(alias);
        }
    }

    private static final class TrustingAny implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** A self-signed certificate with its key, as PEM files; made by the JDK's own keytool. */
record TestCertificate(Path chain, Path key) {
    private static final char[] PASSWORD = "changeit".toCharArray();

    /** Makes one for 127.0.0.1 and localhost: EC or RSA. */
    static TestCertificate make(Path folder, String algorithm) throws Exception {
        return make(folder, algorithm, "dns:localhost,ip:127.0.0.1");
    }

    /** Makes one for these names, as keytool writes them. */
    static TestCertificate make(Path folder, String algorithm, String names) throws Exception {
        Path file = Files.createTempDirectory(folder, algorithm).resolve("store.p12");
        keytool(file, algorithm, names);
        KeyStore store = KeyStore.getInstance(file.toFile(), PASSWORD);
        Path chain = file.resolveSibling("chain.pem");
        Path key = file.resolveSibling("key.pem");
        pem(chain, "CERTIFICATE", store.getCertificate("test").getEncoded());
        pem(key, "PRIVATE KEY", store.getKey("test", PASSWORD).getEncoded());
        return new TestCertificate(chain, key);
    }

    /** The TLS of a server that shows it, and that trusts it as its clients' too. */
    SSLContext context() throws Exception {
        Certificate[] all;
        try (InputStream pem = Files.newInputStream(chain)) {
            all = CertificateFactory.getInstance("X.509")
                    .generateCertificates(pem)
                    .toArray(Certificate[]::new);
        }
        byte[] der = Base64.getMimeDecoder().decode(Files.readString(key).replaceAll("-----[^-]+-----", ""));
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        own.setKeyEntry(
                "own",
                KeyFactory.getInstance(all[0].getPublicKey().getAlgorithm())
                        .generatePrivate(new PKCS8EncodedKeySpec(der)),
                new char[0],
                all);
        KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
        keys.init(own, new char[0]);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("client", all[0]);
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    /** The TLS of a client to which every certificate is right. */
    static SSLContext trustingAny() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TrustingAny()}, null);
        return context;
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

    /** A server socket for TLS 1.2 and 1.3 on a loopback port, which chooses among these protocols by ALPN. */
    SSLServerSocket serve(String... protocols) throws Exception {
        SSLServerSocket socket = (SSLServerSocket)
                context().getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        socket.setSSLParameters(parameters);
        return socket;
    }

    private static void keytool(Path store, String algorithm, String names) throws IOException, InterruptedException {
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
                        "san=" + names,
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

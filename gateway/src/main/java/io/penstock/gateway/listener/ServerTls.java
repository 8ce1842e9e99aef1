// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import io.helidon.common.tls.Tls;
import io.penstock.gateway.config.TlsConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509ExtendedKeyManager;

/** The TLS of a listener, from PEM files. Every failure says which file is wrong and what was expected in it. */
final class ServerTls {
    private static final Pattern PRIVATE_KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

    private final AtomicInteger reads = new AtomicInteger();
    private final Tls tls;
    private final ReplaceableKeys keys;

    /**
     * Reads the files.
     *
     * @throws IOException a file is missing or cannot be read
     * @throws GeneralSecurityException a file holds something else, or the key is not the certificate's
     */
    ServerTls(TlsConfig config) throws IOException, GeneralSecurityException {
        this.keys = new ReplaceableKeys(keyManager(config));
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(new KeyManager[] {keys}, null, null);
        this.tls = Tls.builder().sslContext(context).build();
    }

    Tls tls() {
        return tls;
    }

    /** Reads the files again, perhaps others; what it returns puts them in force for handshakes from then on. */
    Runnable prepare(TlsConfig config) throws IOException, GeneralSecurityException {
        X509ExtendedKeyManager next = keyManager(config);
        return () -> keys.replace(next);
    }

    private X509ExtendedKeyManager keyManager(TlsConfig config) throws IOException, GeneralSecurityException {
        Certificate[] chain = chain(config.certificate());
        PrivateKey key = key(config.key());
        if (!fits(key, chain[0])) {
            throw new KeyException("the key in " + config.key() + " is not the one of the certificate in "
                    + config.certificate() + ", expected the pair");
        }
        // SunX509 keeps the key decrypted; the newer PKIX manager decrypts it in each handshake
        KeyManagerFactory factory = KeyManagerFactory.getInstance("SunX509");
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("listener-" + reads.incrementAndGet(), key, new char[0], chain);
        factory.init(store, new char[0]);
        return Stream.of(factory.getKeyManagers())
                .filter(X509ExtendedKeyManager.class::isInstance)
                .map(X509ExtendedKeyManager.class::cast)
                .findFirst()
                .orElseThrow();
    }

    private static Certificate[] chain(Path file) throws IOException, CertificateException {
        try (InputStream pem = Files.newInputStream(file)) {
            Certificate[] chain = CertificateFactory.getInstance("X.509")
                    .generateCertificates(pem)
                    .toArray(Certificate[]::new);
            if (chain.length > 0) {
                return chain;
            }
        } catch (CertificateException e) {
            throw new CertificateException(file + " holds a broken certificate, expected PEM", e);
        } catch (NoSuchFileException e) {
            throw missing(file, e);
        }
        throw new CertificateException(file + " holds no certificate, expected PEM");
    }

    private static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
        String pem;
        try {
            pem = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw missing(file, e);
        }
        Matcher block = PRIVATE_KEY.matcher(pem);
        if (!block.find()) {
            throw new KeyException(file + " holds no PRIVATE KEY, expected PEM with PKCS#8 that is not encrypted"
                    + " (openssl pkcs8 -topk8 -nodes makes it)");
        }
        byte[] der = Base64.getMimeDecoder().decode(block.group(1));
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
            } catch (InvalidKeySpecException e) {
                // of another kind, or of none
            }
        }
        throw new KeyException(file + " holds a broken key, expected one of " + ALGORITHMS);
    }

    private static IOException missing(Path file, NoSuchFileException cause) {
        return new IOException(file + " does not exist", cause);
    }

    /** Whether what the key signs is what the certificate verifies. */
    private static boolean fits(PrivateKey key, Certificate certificate) throws GeneralSecurityException {
        if (!key.getAlgorithm().equals(certificate.getPublicKey().getAlgorithm())) {
            return false;
        }
        String algorithm =
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> "EdDSA";
                };
        byte[] text = {1};
        Signature signing = Signature.getInstance(algorithm);
        signing.initSign(key);
        signing.update(text);
        Signature verifying = Signature.getInstance(algorithm);
        verifying.initVerify(certificate);
        verifying.update(text);
        return verifying.verify(signing.sign());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import io.penstock.gateway.config.listener.ListenerProtocol;
import io.penstock.gateway.config.listener.TlsConfig;
import io.penstock.gateway.config.read.FileFailure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/** The TLS of a listener, from PEM files. Every failure says which file is wrong and what was expected in it. */
public final class ServerTls {
    private static final Pattern PRIVATE_KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

    /** ALPN names (RFC 9113 §3.2, RFC 7301). */
    static final String HTTP2 = "h2";

    static final String HTTP1 = "http/1.1";

    private final SSLContext context;
    private final String[] protocols;

    private ServerTls(SSLContext context, List<ListenerProtocol> protocols) {
        this.context = context;
        List<String> names = new ArrayList<>();
        if (protocols.contains(ListenerProtocol.HTTP2)) {
            names.add(HTTP2);
        }
        if (protocols.contains(ListenerProtocol.HTTP1)) {
            names.add(HTTP1);
        }
        this.protocols = names.toArray(String[]::new);
    }

    /** For one connection. A client that asks for other protocols only is refused in the handshake. */
    SSLEngine engine() {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        engine.setSSLParameters(parameters);
        return engine;
    }

    /** Tells of each file that a listener could not use, by its key. */
    public static void check(TlsConfig config, BiConsumer<String, String> wrong) {
        boolean chain = reads("certificate", () -> chain(config.certificate()), wrong);
        boolean key = reads("key", () -> key(config.key()), wrong);
        if (chain && key) {
            reads("key", () -> of(config, List.of()), wrong);
        }
    }

    private interface Reading {
        Object read() throws IOException, GeneralSecurityException;
    }

    private static boolean reads(String key, Reading reading, BiConsumer<String, String> wrong) {
        try {
            return reading.read() != null;
        } catch (IOException | GeneralSecurityException e) {
            wrong.accept(key, String.valueOf(e.getMessage()));
            return false;
        }
    }

    static ServerTls of(TlsConfig config, List<ListenerProtocol> protocols)
            throws IOException, GeneralSecurityException {
        Certificate[] chain = chain(config.certificate());
        PrivateKey key = key(config.key());
        if (!fits(key, chain[0])) {
            throw new KeyException("the key in " + config.key() + " is not the one of the certificate in "
                    + config.certificate() + ", expected the pair");
        }
        // SunX509 keeps the key decrypted; the newer PKIX manager decrypts it in each handshake
        KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("listener", key, new char[0], chain);
        keys.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return new ServerTls(context, protocols);
    }

    private static Certificate[] chain(Path file) throws IOException, CertificateException {
        try (InputStream pem = new ByteArrayInputStream(Files.readAllBytes(file))) {
            Certificate[] chain = CertificateFactory.getInstance("X.509")
                    .generateCertificates(pem)
                    .toArray(Certificate[]::new);
            if (chain.length > 0) {
                return chain;
            }
        } catch (CertificateException e) {
            throw new CertificateException(file + " holds a broken certificate, expected PEM", e);
        } catch (IOException e) {
            throw FileFailure.of(file, e);
        }
        throw new CertificateException(file + " holds no certificate, expected PEM");
    }

    private static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
        String pem;
        try {
            pem = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw FileFailure.of(file, e);
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

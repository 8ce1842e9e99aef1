// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import io.penstock.gateway.config.listener.ClientCertificateConfig;
import io.penstock.gateway.config.listener.ClientCertificateConfig.Mode;
import io.penstock.gateway.config.listener.ListenerProtocol;
import io.penstock.gateway.config.listener.TlsConfig;
import io.penstock.gateway.config.read.Pem;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

/** The TLS of a listener, from PEM files. Every failure says which file is wrong and what was expected in it. */
public final class ServerTls {
    /** ALPN names (RFC 9113 §3.2, RFC 7301). */
    static final String HTTP2 = "h2";

    static final String HTTP1 = "http/1.1";

    private final SSLContext context;
    private final Optional<Mode> clients;
    private final String[] protocols;

    private ServerTls(SSLContext context, Optional<Mode> clients, List<ListenerProtocol> protocols) {
        this.context = context;
        this.clients = clients;
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
        clients.ifPresent(mode -> {
            if (mode == Mode.REQUIRED) {
                parameters.setNeedClientAuth(true);
            } else {
                parameters.setWantClientAuth(true);
            }
        });
        engine.setSSLParameters(parameters);
        return engine;
    }

    /** Tells of each file that a listener could not use, by its key. */
    public static void check(TlsConfig config, BiConsumer<String, String> wrong) {
        boolean chain = reads("certificate", () -> Pem.certificates(config.certificate()), wrong);
        boolean key = reads("key", () -> Pem.key(config.key()), wrong);
        boolean clients = config.clientCertificate().isEmpty()
                || ClientTrust.check(config.clientCertificate().get(), wrong);
        if (chain && key && clients) {
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
        Certificate[] chain = Pem.certificates(config.certificate()).toArray(Certificate[]::new);
        PrivateKey key = Pem.key(config.key());
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
        TrustManager[] trust = config.clientCertificate().isPresent()
                ? ClientTrust.of(config.clientCertificate().get())
                : null;
        context.init(keys.getKeyManagers(), trust, null);
        return new ServerTls(context, config.clientCertificate().map(ClientCertificateConfig::mode), protocols);
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

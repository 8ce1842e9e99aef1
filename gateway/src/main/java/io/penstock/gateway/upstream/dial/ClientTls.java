// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.dial;

import io.penstock.gateway.config.read.Pem;
import io.penstock.gateway.config.upstream.UpstreamTlsConfig;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** The client's TLS of one policy: trust, our own certificate, and the sessions that can be resumed. Thread-safe. */
public final class ClientTls {
    private static final Pattern LITERAL = Pattern.compile("[0-9.]+|.*:.*");

    private final UpstreamTlsConfig config;
    private final SSLContext context;

    private ClientTls(UpstreamTlsConfig config, SSLContext context) {
        this.config = config;
        this.context = context;
    }

    /**
     * Reads the files.
     *
     * @throws IOException when one of them is missing or does not hold what it should
     */
    public static ClientTls of(UpstreamTlsConfig config) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(ownCertificate(config), trust(config), null);
            return new ClientTls(config, context);
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS to the upstream: " + e.getMessage(), e);
        }
    }

    /** Tells of each file that could not be used, by its key. */
    public static void check(UpstreamTlsConfig config, BiConsumer<String, String> wrong) {
        config.ca().ifPresent(file -> reads("ca", () -> Pem.certificates(file), wrong));
        config.certificate().ifPresent(file -> reads("certificate", () -> Pem.certificates(file), wrong));
        config.key().ifPresent(file -> reads("key", () -> Pem.key(file), wrong));
    }

    private interface Reading {
        Object read() throws IOException, GeneralSecurityException;
    }

    private static void reads(String key, Reading reading, BiConsumer<String, String> wrong) {
        try {
            Object unused = reading.read();
        } catch (IOException | GeneralSecurityException e) {
            wrong.accept(key, String.valueOf(e.getMessage()));
        }
    }

    private static TrustManager @Nullable [] trust(UpstreamTlsConfig config)
            throws IOException, GeneralSecurityException {
        if (!config.verify()) {
            return new TrustManager[] {new Everyone()};
        }
        if (config.ca().isEmpty()) {
            return null; // those of the JDK
        }
        KeyStore store = emptyStore();
        for (Certificate authority : Pem.certificates(config.ca().get())) {
            store.setCertificateEntry("authority-" + store.size(), authority);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static KeyManager @Nullable [] ownCertificate(UpstreamTlsConfig config)
            throws IOException, GeneralSecurityException {
        if (config.certificate().isEmpty() || config.key().isEmpty()) {
            return null;
        }
        KeyStore store = emptyStore();
        Certificate[] chain = Pem.certificates(config.certificate().get()).toArray(Certificate[]::new);
        store.setKeyEntry("own", Pem.key(config.key().get()), new char[0], chain);
        KeyManagerFactory factory = KeyManagerFactory.getInstance("SunX509");
        factory.init(store, new char[0]);
        return factory.getKeyManagers();
    }

    private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    /**
     * An engine for one connection.
     *
     * @param hostname of the endpoint, used unless the policy names another
     * @param protocols offered by ALPN, the preferred one first
     */
    SSLEngine engine(String hostname, int port, String... protocols) {
        String name = name(hostname);
        SSLEngine engine = context.createSSLEngine(name, port);
        engine.setUseClientMode(true);
        engine.setSSLParameters(completed(engine.getSSLParameters(), name, protocols));
        return engine;
    }

    /**
     * A socket over one that is connected, for a connection that is not pooled; closes it when it is closed.
     *
     * @param hostname of the endpoint, used unless the policy names another
     * @param protocols offered by ALPN, the preferred one first
     */
    public SSLSocket socket(Socket connected, String hostname, String... protocols) throws IOException {
        String name = name(hostname);
        SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(connected, name, connected.getPort(), true);
        socket.setUseClientMode(true);
        socket.setSSLParameters(completed(socket.getSSLParameters(), name, protocols));
        return socket;
    }

    /** Neither SNI nor certificates have the dot at the end of an absolute name (RFC 6066 §3). */
    private String name(String hostname) {
        String name = config.serverName().orElse(hostname);
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    private SSLParameters completed(SSLParameters parameters, String name, String... protocols) {
        parameters.setApplicationProtocols(protocols);
        if (config.verify()) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        if (!LITERAL.matcher(name).matches()) {
            // RFC 6066 §3: names only; as bytes, because names with an underscore are in use
            parameters.setServerNames(List.of(new SNIHostName(name.getBytes(StandardCharsets.ISO_8859_1))));
        }
        return parameters;
    }

    /** For {@code verify: false}. */
    private static final class Everyone extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}

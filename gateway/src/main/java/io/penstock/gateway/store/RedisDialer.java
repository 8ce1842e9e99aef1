// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import io.penstock.gateway.config.read.FileFailure;
import io.penstock.gateway.config.store.RedisConfig;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.SslVerifyMode;

/** How to connect to the servers of one store: credentials, database, TLS and timeouts. Immutable. */
final class RedisDialer {
    private static final String STORE_TYPE = "PKCS12";

    /** For those that have the data. */
    final JedisClientConfig data;
    /** For those that only know where the data is. */
    final JedisClientConfig sentinel;
    /** For such as want the same user and password as those that have the data. */
    final JedisClientConfig sentinelAsMaster;

    private RedisDialer(JedisClientConfig data, JedisClientConfig sentinel, JedisClientConfig sentinelAsMaster) {
        this.data = data;
        this.sentinel = sentinel;
        this.sentinelAsMaster = sentinelAsMaster;
    }

    /**
     * Reads the file with the trusted authorities, if there is one.
     *
     * @throws IOException when it cannot be read or has no certificate
     */
    static RedisDialer of(RedisUrl url, RedisConfig config) throws IOException {
        @Nullable SslOptions tls = url.tls() ? tls(config.trust().orElse(null)) : null;
        DefaultJedisClientConfig.Builder data = loggedIn(builder(config, tls), url);
        if (config.topology() != RedisConfig.Topology.CLUSTER) {
            data.database(url.database());
        }
        DefaultJedisClientConfig.Builder sentinel = builder(config, tls);
        config.sentinelPassword().ifPresent(sentinel::password);
        return new RedisDialer(
                data.build(),
                sentinel.build(),
                loggedIn(builder(config, tls), url).build());
    }

    /** Tells of the file that could not be used, by its key. */
    static void check(RedisConfig config, BiConsumer<String, String> wrong) {
        config.trust().ifPresent(file -> {
            try {
                byte[] unused = authorities(file);
            } catch (IOException e) {
                wrong.accept("redis.trust", String.valueOf(e.getMessage()));
            }
        });
    }

    private static DefaultJedisClientConfig.Builder loggedIn(DefaultJedisClientConfig.Builder builder, RedisUrl url) {
        if (url.user() != null) {
            builder.user(url.user());
        }
        return url.password() == null ? builder : builder.password(url.password());
    }

    private static DefaultJedisClientConfig.Builder builder(RedisConfig config, @Nullable SslOptions tls) {
        DefaultJedisClientConfig.Builder builder = DefaultJedisClientConfig.builder()
                .resp2()
                .clientSetInfoConfig(ClientSetInfoConfig.DISABLED)
                .connectionTimeoutMillis((int) config.connectTimeout().toMillis())
                .socketTimeoutMillis((int) config.readTimeout().toMillis());
        if (tls != null) {
            builder.sslOptions(tls);
        }
        return builder;
    }

    /** Certificates are always verified, and names too. */
    private static SslOptions tls(@Nullable Path trust) throws IOException {
        SslOptions.Builder options = SslOptions.builder().sslVerifyMode(SslVerifyMode.FULL);
        if (trust != null) {
            byte[] authorities = authorities(trust);
            options.trustStoreType(STORE_TYPE).truststore(() -> new ByteArrayInputStream(authorities), new char[0]);
        }
        return options.build();
    }

    private static byte[] authorities(Path pem) throws IOException {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            keyStore(pem).store(out, new char[0]);
            return out.toByteArray();
        } catch (GeneralSecurityException e) {
            throw new IOException(pem + " holds a broken certificate, expected PEM", e);
        }
    }

    private static KeyStore keyStore(Path pem) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(STORE_TYPE);
        store.load(null, null);
        Collection<? extends Certificate> all;
        try (InputStream in = new ByteArrayInputStream(Files.readAllBytes(pem))) {
            all = CertificateFactory.getInstance("X.509").generateCertificates(in);
        } catch (IOException e) {
            throw FileFailure.of(pem, e);
        }
        if (all.isEmpty()) {
            throw new IOException(pem + " holds no certificate, expected PEM");
        }
        for (Certificate authority : all) {
            store.setCertificateEntry("authority-" + store.size(), authority);
        }
        return store;
    }
}

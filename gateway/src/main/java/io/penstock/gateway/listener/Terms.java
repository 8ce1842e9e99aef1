// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import io.penstock.gateway.config.listener.ListenerConfig;
import io.penstock.gateway.exchange.ExchangeHandler;
import io.penstock.gateway.exchange.ExchangeObserver;
import io.penstock.gateway.filter.PathPolicy;
import io.penstock.gateway.wire.ListenAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What connections that a listener accepts from now on follow, and the paths and trust of open ones; replaced as a whole. */
record Terms(
        ListenerConfig config,
        ListenerSettings settings,
        Peers peers,
        Codecs codecs,
        PathPolicy paths,
        @Nullable ServerTls tls) {

    /**
     * The terms of a configuration, without its certificate.
     *
     * @param inForce those that are followed later, when a connection is open
     */
    static Terms of(
            ListenerConfig config,
            ListenerSettings settings,
            ExchangeHandler handler,
            ExchangeObserver observer,
            Supplier<Terms> inForce) {
        return new Terms(
                config,
                settings,
                new Peers(config, () -> inForce.get().settings().trusted()),
                new Codecs(config, handler, observer, () -> inForce.get().paths(), settings),
                PathPolicy.of(config),
                null);
    }

    /**
     * These with the certificate, where one is configured.
     *
     * @throws ListenException it cannot be read
     */
    Terms withTls() {
        if (config.tls().isEmpty()) {
            return this;
        }
        try {
            ServerTls read = ServerTls.of(config.tls().get(), config.protocols());
            return new Terms(config, settings, peers, codecs, paths, read);
        } catch (IOException | GeneralSecurityException e) {
            throw ListenException.ofTls(settings.place(), e);
        }
    }

    /**
     * Where to listen.
     *
     * @throws ListenException there is no such address
     */
    InetSocketAddress address() {
        try {
            return ListenAddress.of(config.address(), config.port());
        } catch (IOException e) {
            throw ListenException.ofAddress(settings.place(), config, e);
        }
    }

    int maxConnections() {
        return Math.min(config.maxConnections(), settings.maxConnections());
    }

    /** What bounds the connections, in the words of whoever can change it. */
    String bound() {
        return settings.maxConnections() < config.maxConnections()
                ? "its share of the descriptors that the process may have (ulimit -n), below max-connections"
                : "its max-connections";
    }
}

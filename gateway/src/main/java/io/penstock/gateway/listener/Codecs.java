// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import io.penstock.gateway.config.listener.ListenerConfig;
import io.penstock.gateway.config.listener.ListenerProtocol;
import io.penstock.gateway.exchange.ExchangeHandler;
import io.penstock.gateway.exchange.ExchangeObserver;
import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.exchange.side.ServedConnection;
import io.penstock.gateway.exchange.time.HttpDate;
import io.penstock.gateway.filter.PathPolicy;
import io.penstock.gateway.http1.Http1Connection;
import io.penstock.gateway.http1.Http1Settings;
import io.penstock.gateway.http1.message.FieldCache;
import io.penstock.gateway.http2.DownstreamConnection;
import io.penstock.gateway.wire.Wire;
import java.io.IOException;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Gives a connection the codec that it needs: by what ALPN chose, by what the listener speaks, or by the first bytes. */
final class Codecs {
    private final ListenerConfig config;
    private final ExchangeHandler handler;
    private final ExchangeObserver observer;
    private final ListenerSettings settings;
    private final Http1Settings http1;
    private final HttpDate date = new HttpDate(InstantSource.system());
    private final Supplier<PathPolicy> paths;

    Codecs(
            ListenerConfig config,
            ExchangeHandler handler,
            ExchangeObserver observer,
            Supplier<PathPolicy> paths,
            ListenerSettings settings) {
        this.config = config;
        this.handler = handler;
        this.observer = observer;
        this.settings = settings;
        this.paths = paths;
        this.http1 =
                new Http1Settings(config, handler, observer, new FieldCache(), date, paths, settings.replayBytes());
    }

    /**
     * The connection, which is not served yet; blocks until the peer has sent enough to tell.
     *
     * @param alpn what TLS has agreed on, or nothing
     * @param first reads what tells, where something has to
     * @return null when the peer closed it before
     */
    @Nullable
    ServedConnection open(Wire wire, String alpn, Peer peer, FirstBytes first) throws IOException {
        if (config.protocols().size() == 1) {
            return config.protocols().contains(ListenerProtocol.HTTP2) ? http2(wire, peer) : http1(wire, peer);
        }
        return switch (alpn) {
            case ServerTls.HTTP2 -> http2(wire, peer);
            case ServerTls.HTTP1 -> http1(wire, peer);
            default -> byFirstBytes(wire, peer, first);
        };
    }

    private @Nullable ServedConnection byFirstBytes(Wire wire, Peer peer, FirstBytes first) throws IOException {
        ListenerProtocol told = first.read(wire);
        if (told == null) {
            return null;
        }
        Wire replay = first.again(wire);
        return told == ListenerProtocol.HTTP2 ? http2(replay, peer) : http1(replay, peer);
    }

    /** The connection as one of HTTP/1.1, whatever has come. */
    Http1Connection http1(Wire wire, Peer peer) {
        return new Http1Connection(wire, http1, peer, settings.loops().next());
    }

    private ServedConnection http2(Wire wire, Peer peer) {
        return new DownstreamConnection(wire, config, peer, handler, observer, date, paths, settings.replayBytes());
    }
}

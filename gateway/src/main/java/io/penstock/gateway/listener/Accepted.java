// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import io.helidon.common.concurrency.limits.Limit;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.exchange.ending.DownstreamEnding;
import io.penstock.gateway.exchange.side.ServedConnection;
import io.penstock.gateway.http1.Http1Connection;
import io.penstock.gateway.wire.ChannelWire;
import io.penstock.gateway.wire.TlsFailure;
import io.penstock.gateway.wire.TlsWire;
import io.penstock.gateway.wire.Wire;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One accepted connection, in the shape that Helidon wants: from the PROXY header over TLS and the first bytes to the codec, on the
 * connection's own thread.
 */
final class Accepted implements ServerConnection {
    /** After so long nothing is on its way from a peer who has not said anything yet. */
    private static final long MOMENT_NANOS = 1_000_000_000L;

    private final Listener listener;
    private final BoundAddress address;
    private final ConnectionContext context;
    private final long startedNanos = System.nanoTime();
    private volatile @Nullable ChannelWire channel;
    private volatile @Nullable ServedConnection served;
    private volatile @Nullable Undecided undecided;
    private volatile @Nullable Thread refusal;
    private volatile boolean late;
    private DownstreamEnding ending = DownstreamEnding.PEER;
    private String detail = "closed before it spoke";

    /** What is known of a connection while nobody knows what it speaks. */
    private record Undecided(FirstBytes first, Codecs codecs, Wire wire, Peer peer) {}

    Accepted(Listener listener, BoundAddress address, ConnectionContext context) {
        this.listener = listener;
        this.address = address;
        this.context = context;
    }

    @Override
    public void handle(Limit limit) {
        Peer peer = listener.peers().of(context.remotePeer().address());
        boolean admitted = listener.admit(this, peer);
        SocketChannel socket = listener.sockets().take(context); // after it was counted
        if (!admitted) {
            return;
        }
        try {
            if (socket != null) { // otherwise it is gone already
                serve(ChannelWire.of(socket), peer);
            }
        } finally {
            listener.ended(this, ending);
            Thread.interrupted(); // Helidon still closes the socket on this thread
        }
    }

    private void serve(ChannelWire raw, Peer proxy) {
        channel = raw;
        Peer peer = proxy;
        try {
            peer = client(raw, proxy);
            Wire wire = raw;
            String alpn = "";
            ServerTls tls = listener.tls();
            if (tls != null) {
                TlsWire secure = TlsWire.connect(raw, tls.engine(), listener.handshakeNanos());
                alpn = secure.protocol();
                wire = secure;
                peer = peer.showing(secure.peerCertificates());
            }
            Undecided begun = new Undecided(new FirstBytes(), listener.codecs(), wire, peer);
            undecided = begun;
            ServedConnection connection = begun.codecs().open(wire, alpn, peer, begun.first());
            undecided = null;
            if (connection != null) {
                serve(connection);
                wire.finish();
            }
        } catch (ProxyHeaderReader.Malformed e) {
            ending = DownstreamEnding.PROXY_HEADER;
            detail = String.valueOf(e.getMessage());
        } catch (TlsFailure e) {
            listener.failed(e);
            ending = DownstreamEnding.TLS_FAILED;
            detail = String.valueOf(e.getMessage());
        } catch (SocketTimeoutException e) {
            late = true;
        } catch (IOException e) {
            detail = "connection failed: " + e.getMessage();
        }
        if (refusal != null) {
            awaitRefusal(refusal);
        } else if (late) {
            ending = DownstreamEnding.HANDSHAKE_TIMEOUT;
            detail = "no PROXY header, TLS handshake and first bytes in time";
        }
        listener.log(peer, ending, detail);
    }

    private void awaitRefusal(Thread writing) {
        ending = DownstreamEnding.HEAD_TIMEOUT;
        detail = "head not finished in time";
        try {
            writing.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Who called: whom a trusted proxy names, otherwise the peer of the socket. */
    private Peer client(ChannelWire raw, Peer socketPeer) throws IOException {
        if (!listener.peers().mayProxy(context.remotePeer().address())) {
            return socketPeer;
        }
        InetSocketAddress named = ProxyHeaderReader.read(raw);
        return named == null ? socketPeer : listener.peers().of(named);
    }

    private void serve(ServedConnection connection) {
        served = connection;
        listener.speaks(connection instanceof Http1Connection);
        if (listener.draining()) {
            connection.drain();
        }
        connection.serve();
        ending = connection.ending();
        detail = connection.detail();
    }

    // ---- from outside ----

    void upkeep(long now) {
        ServedConnection connection = served;
        if (connection != null) {
            connection.upkeep(now);
        } else if (now - startedNanos > listener.handshakeNanos() && !late) {
            late = true;
            refuseLate();
        } else if (listener.draining() && now - Math.max(startedNanos, listener.drainStartedNanos()) > MOMENT_NANOS) {
            abort();
        }
    }

    /** Answers who may have begun a request of HTTP/1.1, as that would be answered; closes every other connection. */
    private void refuseLate() {
        Undecided begun = undecided;
        if (begun == null || !begun.first().refuse(() -> answer(begun))) {
            abort();
        }
    }

    /** The own thread waits for more meanwhile. */
    private void answer(Undecided begun) {
        Http1Connection connection = begun.codecs().http1(begun.wire(), begun.peer());
        served = connection;
        listener.speaks(true);
        refusal = Thread.ofVirtual().name("http1-late " + begun.peer()).start(() -> {
            connection.refuseLate();
            begun.wire().finish();
        });
    }

    /** Who has not said anything yet is given a moment: a request may be on its way. */
    void drain() {
        ServedConnection connection = served;
        if (connection != null) {
            connection.drain();
        }
    }

    void endExchanges() {
        ServedConnection connection = served;
        if (connection != null) {
            connection.endExchanges();
        }
    }

    void abort() {
        ServedConnection connection = served;
        ChannelWire raw = channel;
        if (connection != null) {
            connection.abort();
        } else if (raw != null) {
            raw.abort();
        }
    }

    int openStreams() {
        ServedConnection connection = served;
        return connection == null ? 0 : connection.openStreams();
    }

    // ---- from Helidon ----

    @Override
    public Duration idleTime() {
        return Duration.ZERO;
    }

    @Override
    public void close(boolean interrupt) {
        address.stoppedByHelidon(); // what becomes of the connection is our own matter
    }
}

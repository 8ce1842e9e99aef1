// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.dial;

import io.penstock.gateway.config.read.Address;
import io.penstock.gateway.config.upstream.UpstreamConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.wire.ChannelWire;
import io.penstock.gateway.wire.PooledWire;
import io.penstock.gateway.wire.ProxyHeader;
import io.penstock.gateway.wire.TlsFailure;
import io.penstock.gateway.wire.TlsFailures;
import io.penstock.gateway.wire.TlsWire;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Opens connections to one endpoint, each on a thread of its own and within the budget of the process. */
public final class Dialer {
    public static final String H2 = "h2";
    static final String HTTP1 = "http/1.1";

    /** Told how a dial went, on the dial's thread. */
    public interface Caller {
        /**
         * The connection is open; the caller owns it, and calls {@link Dialer#closed} when it is over.
         *
         * @param peer for whom it was opened, when it may serve no other
         */
        void connected(PooledWire wire, @Nullable Peer peer);

        /** There is none, and nothing to give back. */
        void failed(Cause cause, String detail);
    }

    private final InetSocketAddress address;
    private final String hostname;
    private final String name;
    private final UpstreamConfig config;
    private final @Nullable ClientTls tls;
    private final ConnectionBudget budget;
    private final TlsFailures tlsFailures;

    public Dialer(
            InetSocketAddress address,
            String hostname,
            UpstreamConfig config,
            @Nullable ClientTls tls,
            ConnectionBudget budget,
            TlsFailures tlsFailures) {
        this.address = address;
        this.hostname = hostname;
        this.name = Address.text(address);
        this.config = config;
        this.tls = tls;
        this.budget = budget;
        this.tlsFailures = tlsFailures;
    }

    /** {@code address:port}. */
    public String name() {
        return name;
    }

    /**
     * Starts a dial; false when the process has no descriptor left for it.
     *
     * @param peer whom the endpoint is told of, where it is
     */
    public boolean start(Caller caller, @Nullable Peer peer) {
        if (!budget.take()) {
            return false;
        }
        Thread.ofVirtual().name("dial " + name).start(() -> dial(caller, peer));
        return true;
    }

    private void dial(Caller caller, @Nullable Peer peer) {
        PooledWire wire;
        try {
            wire = connect(peer);
        } catch (GatewayException e) {
            budget.give();
            caller.failed(e.reason(), e.detail());
            return;
        }
        caller.connected(wire, peer);
    }

    private PooledWire connect(@Nullable Peer peer) {
        long deadline = System.nanoTime() + config.connectTimeout().toNanos();
        ChannelWire wire;
        try {
            wire = ChannelWire.connect(address, config.connectTimeout());
        } catch (SocketTimeoutException e) {
            throw late();
        } catch (BindException e) { // of connect, which chooses the local port: EADDRNOTAVAIL
            throw new GatewayException(Cause.NO_LOCAL_PORT, "connect to " + name + ": " + e.getMessage(), e);
        } catch (IOException | RuntimeException e) {
            throw new GatewayException(Cause.CONNECT_REFUSED, "connect to " + name + ": " + e.getMessage(), e);
        }
        try {
            if (peer != null) {
                byte[] header = proxyHeader(peer);
                wire.write(header, 0, header.length);
            }
            return tls == null ? wire : encrypted(wire, tls, deadline - System.nanoTime());
        } catch (TlsFailure e) {
            wire.abort();
            tlsFailures.add(e);
            throw new GatewayException(Cause.TLS_FAILED, "connect to " + name + ": " + e.getMessage(), e);
        } catch (SocketTimeoutException e) {
            wire.abort();
            throw late();
        } catch (IOException | RuntimeException e) {
            wire.abort();
            Cause cause = tls == null ? Cause.CONNECT_REFUSED : Cause.TLS_FAILED;
            throw new GatewayException(cause, "connect to " + name + ": " + e.getMessage(), e);
        }
    }

    private GatewayException late() {
        return new GatewayException(
                Cause.CONNECT_TIMEOUT, "no connection to " + name + " within " + config.connectTimeout());
    }

    private PooledWire encrypted(ChannelWire wire, ClientTls with, long timeoutNanos) throws IOException {
        String[] offered =
                switch (config.protocol()) {
                    case H2, H2C -> new String[] {H2};
                    case HTTP1 -> new String[] {HTTP1};
                    case AUTO -> new String[] {H2, HTTP1};
                };
        TlsWire encrypted = TlsWire.connect(wire, with.engine(hostname, address.getPort(), offered), timeoutNanos);
        if (config.protocol() == UpstreamConfig.Protocol.H2
                && !encrypted.protocol().equals(H2)) {
            throw new IOException("the endpoint does not choose h2 by ALPN");
        }
        return encrypted;
    }

    /** The listener's own address is not known here: the endpoint's stands for it. */
    private byte[] proxyHeader(Peer peer) throws IOException {
        InetSocketAddress from = new InetSocketAddress(InetAddress.getByName(peer.address()), peer.port());
        return config.proxyProtocol() == UpstreamConfig.ProxyProtocol.V1
                ? ProxyHeader.v1(from, address)
                : ProxyHeader.v2(from, address);
    }

    /** A connection is over: its descriptor may be used for another. */
    public void closed() {
        budget.give();
    }

    /** How long the next connection lives: a tenth more or less, so that those born together do not die together. */
    public long jitteredAgeNanos() {
        long age = config.maxAge().toNanos();
        return age - age / 10 + ThreadLocalRandom.current().nextLong(age / 5 + 1);
    }
}

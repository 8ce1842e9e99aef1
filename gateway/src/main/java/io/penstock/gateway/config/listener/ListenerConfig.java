// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.listener;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.Cidr;
import io.penstock.gateway.config.read.ConfigNode;
import io.penstock.gateway.config.read.Values;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One bound address with its TLS, limits and timeouts.
 *
 * @param name unique among listeners, default {@code default}
 * @param address an IP address or a name of this machine, default {@code 0.0.0.0}
 * @param port 0 to 65 535, required; 0 lets the system choose
 * @param tls absent speaks clear text
 * @param protocols {@code http1} and {@code http2}, default both; told apart by ALPN on TLS, otherwise by the first bytes
 * @param proxyProtocolFrom networks whose connections begin with a PROXY header (version 1 or 2) that names the client; default none; from
 *     anybody else such a header is malformed
 * @param paths what happens to ambiguous request paths, all with defaults
 * @param backlog 1 to 65 535, default 1 024; finished handshakes that wait to be accepted; the kernel holds no more than its
 *     {@code net.core.somaxconn}; in force when the address is bound
 * @param trace whether TRACE is served, default no: its answer shows a caller what was sent in the name of the caller
 * @param maxConnections 1 to 1 000 000, default 10 000; connections open at a time; further ones are refused
 * @param handshakeTimeout 100 ms to 10 min, default 10 s; PROXY header, TLS handshake and the first bytes, with HTTP/2 the
 *     whole preface, together
 * @param headTimeout 100 ms to 10 min, default 10 s; from the first byte of a head to its last
 * @param bodyTimeout 100 ms to 1 h, default 30 s; silence inside a request body while we wait for more of it; over HTTP/2 not for gRPC,
 *     and never for event streams and upgraded connections
 * @param idleTimeout 1 s to 24 h, default 5 min; a connection without a stream is closed after this
 * @param writeTimeout 100 ms to 1 h, default 30 s; a write that makes no progress ends the connection
 * @param http1 limits of each HTTP/1.1 connection, all with defaults
 * @param http2 limits of each HTTP/2 connection, all with defaults
 */
public record ListenerConfig(
        String name,
        String address,
        int port,
        Optional<TlsConfig> tls,
        List<ListenerProtocol> protocols,
        List<Cidr> proxyProtocolFrom,
        PathPolicyConfig paths,
        int backlog,
        boolean trace,
        int maxConnections,
        Duration handshakeTimeout,
        Duration headTimeout,
        Duration bodyTimeout,
        Duration idleTimeout,
        Duration writeTimeout,
        Http1Config http1,
        Http2Config http2) {

    public ListenerConfig {
        protocols = List.copyOf(protocols);
        proxyProtocolFrom = List.copyOf(proxyProtocolFrom);
        new Check()
                .name("name", name)
                .host("address", address)
                .range("port", port, 0, 65_535)
                .notEmpty("protocols", protocols)
                .range("backlog", backlog, 1, 65_535)
                .range("max-connections", maxConnections, 1, 1_000_000)
                .range("handshake-timeout", handshakeTimeout, ofMillis(100), ofMinutes(10))
                .range("head-timeout", headTimeout, ofMillis(100), ofMinutes(10))
                .range("body-timeout", bodyTimeout, ofMillis(100), ofHours(1))
                .range("idle-timeout", idleTimeout, ofSeconds(1), ofHours(24))
                .range("write-timeout", writeTimeout, ofMillis(100), ofHours(1))
                .done();
    }

    /** Reads one of the {@code listeners}. */
    public static ListenerConfig from(ConfigNode node) {
        return new ListenerConfig(
                node.text("name", "default"),
                node.text("address", "0.0.0.0"),
                node.integer("port"),
                node.optionalChild("tls", TlsConfig::from),
                node.parsedList("protocols", List.of(ListenerProtocol.values()), ListenerConfig::protocol),
                node.parsedList("proxy-protocol-from", List.of(), Cidr::parse),
                node.child("paths", PathPolicyConfig::from),
                node.integer("backlog", 1024),
                node.flag("trace", false),
                node.integer("max-connections", 10_000),
                node.duration("handshake-timeout", ofSeconds(10)),
                node.duration("head-timeout", ofSeconds(10)),
                node.duration("body-timeout", ofSeconds(30)),
                node.duration("idle-timeout", ofMinutes(5)),
                node.duration("write-timeout", ofSeconds(30)),
                node.child("http1", Http1Config::from),
                node.child("http2", Http2Config::from));
    }

    /** Whether the other one means the same bound address, of which it wants another backlog: that can no longer change. */
    public boolean differsInBacklog(ListenerConfig other) {
        return sameAddress(other) && backlog != other.backlog;
    }

    /** Whether both mean one bound address: the same address and port; of the same name when any port will do. */
    public boolean sameAddress(ListenerConfig other) {
        return address.equals(other.address) && port == other.port && (port != 0 || name.equals(other.name));
    }

    private static ListenerProtocol protocol(String text) {
        return Values.choice(text, ListenerProtocol.HTTP1)
                .orElseThrow(() -> Check.failed(Check.quoted(text), "is not valid, expected http1 or http2"));
    }
}

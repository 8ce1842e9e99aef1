// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.upstream;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import io.penstock.gateway.config.listener.Http2Config;
import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import io.penstock.gateway.config.read.Units;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * How connections to an upstream are made, shared, kept and ended.
 *
 * @param protocol {@code h2c}, {@code h2}, {@code http1} or {@code auto}, default {@code h2c}; what is spoken. {@code h2} and {@code
 *     auto} need TLS; {@code auto} speaks what the endpoint chooses by ALPN
 * @param tls absent speaks clear text
 * @param proxyProtocol {@code off}, {@code v1} or {@code v2}, default {@code off}; tells the endpoint who called, in a PROXY protocol
 *     header before anything else; with {@code http1} only, and then a connection serves one downstream connection
 * @param connectTimeout 1 ms to 1 min, default 1 s; TCP connect, TLS handshake and HTTP/2 preface
 * @param maxConnections 1 to 65 535, default 8 for {@code h2c} and {@code h2}, 256 for {@code http1} and {@code auto}; for each endpoint
 * @param reuse {@code always} or {@code never}, default {@code always}; with {@code never} each exchange has a connection of its own,
 *     which is closed after it
 * @param maxIdle 0 to 65 535, default {@code max-connections}, and at most those; connections without an exchange that are kept, for
 *     each endpoint
 * @param maxQueue 0 to 1 000 000, default 1024; exchanges that may wait for a stream or a connection, for each endpoint
 * @param queueTimeout 1 ms to 1 min, default 1 s; how long each of them waits
 * @param idleTimeout 1 s to 24 h, default 5 min; a connection without an exchange is closed after this
 * @param pingAfter 100 ms to 24 h, default 30 s, and at most the idle timeout; a connection silent for this long is checked by
 *     PING before it is used again; under open streams once until the peer sends a head or DATA, and then every 6 min, since servers of
 *     gRPC end connections that are asked more often
 * @param pingTimeout 10 ms to 1 min, default 5 s; an unanswered PING ends the connection
 * @param maxAge 1 s to 168 h, default 1 h; a connection takes no new exchange after this, give or take a tenth
 * @param writeTimeout 100 ms to 1 h, default 30 s; a write that makes no progress ends the connection
 * @param firstByteTimeout 1 ms to 24 h, default 1 min; from the last byte of the request to the final response head; not for gRPC,
 *     whose streams answer when they have something to say
 * @param readTimeout 1 ms to 24 h, default 1 min; silence inside a response body that the downstream has taken so far; not for gRPC,
 *     {@code text/event-stream} and upgraded connections, and not before the request has ended
 * @param replayBytes 0 B to 16 MiB, default 64 KiB; request bytes held for one more attempt, for each exchange
 * @param http1 limits of each HTTP/1.1 connection, all with defaults
 * @param http2 limits of each HTTP/2 connection, all with defaults
 */
public record UpstreamConfig(
        Protocol protocol,
        Optional<UpstreamTlsConfig> tls,
        ProxyProtocol proxyProtocol,
        Duration connectTimeout,
        int maxConnections,
        Reuse reuse,
        int maxIdle,
        int maxQueue,
        Duration queueTimeout,
        Duration idleTimeout,
        Duration pingAfter,
        Duration pingTimeout,
        Duration maxAge,
        Duration writeTimeout,
        Duration firstByteTimeout,
        Duration readTimeout,
        int replayBytes,
        UpstreamHttp1Config http1,
        Http2Config http2) {

    /** What is spoken with an upstream. */
    public enum Protocol {
        /** HTTP/2 in clear text, by prior knowledge. */
        H2C,
        /** HTTP/2 in TLS. */
        H2,
        /** HTTP/1.1, in clear text or in TLS. */
        HTTP1,
        /** What the endpoint chooses by ALPN. */
        AUTO
    }

    /** Whether a connection serves further exchanges. */
    public enum Reuse {
        ALWAYS,
        NEVER
    }

    /** Which version of the PROXY protocol begins a connection. */
    public enum ProxyProtocol {
        OFF,
        V1,
        V2
    }

    public UpstreamConfig {
        new Check()
                .range("connect-timeout", connectTimeout, ofMillis(1), ofMinutes(1))
                .range("max-connections", maxConnections, 1, 65_535)
                .range("max-idle", maxIdle, 0, 65_535)
                .that(
                        "max-idle",
                        maxIdle <= maxConnections,
                        String.valueOf(maxIdle),
                        "is more than max-connections, so it could never be reached")
                .range("max-queue", maxQueue, 0, 1_000_000)
                .range("queue-timeout", queueTimeout, ofMillis(1), ofMinutes(1))
                .range("idle-timeout", idleTimeout, ofSeconds(1), ofHours(24))
                .range("ping-after", pingAfter, ofMillis(100), ofHours(24))
                .range("ping-timeout", pingTimeout, ofMillis(10), ofMinutes(1))
                .range("max-age", maxAge, ofSeconds(1), ofHours(168))
                .range("write-timeout", writeTimeout, ofMillis(100), ofHours(1))
                .range("first-byte-timeout", firstByteTimeout, ofMillis(1), ofHours(24))
                .range("read-timeout", readTimeout, ofMillis(1), ofHours(24))
                .that(
                        "tls",
                        tls.isPresent() || protocol == Protocol.H2C || protocol == Protocol.HTTP1,
                        "",
                        "is missing, expected it with protocol h2 and auto")
                .that(
                        "tls",
                        tls.isEmpty() || protocol != Protocol.H2C,
                        "",
                        "is there although protocol is h2c, expected h2, http1 or auto with it")
                .that(
                        "proxy-protocol",
                        proxyProtocol == ProxyProtocol.OFF || protocol == Protocol.HTTP1,
                        proxyProtocol.name().toLowerCase(Locale.ROOT),
                        "needs protocol http1: an HTTP/2 connection carries the exchanges of many callers")
                .size("replay-bytes", replayBytes, 0, 16 * 1024 * 1024)
                .that(
                        "ping-after",
                        pingAfter.compareTo(idleTimeout) <= 0,
                        Units.text(pingAfter),
                        "is longer than idle-timeout, so it could never fire")
                .done();
    }

    /** Reads an {@code upstream} chapter. */
    public static UpstreamConfig from(ConfigNode node) {
        Protocol protocol = node.choice("protocol", Protocol.H2C);
        boolean multiplexed = protocol == Protocol.H2C || protocol == Protocol.H2;
        int maxConnections = node.integer("max-connections", multiplexed ? 8 : 256);
        return new UpstreamConfig(
                protocol,
                node.optionalChild("tls", UpstreamTlsConfig::from),
                node.choice("proxy-protocol", ProxyProtocol.OFF),
                node.duration("connect-timeout", ofSeconds(1)),
                maxConnections,
                node.choice("reuse", Reuse.ALWAYS),
                node.integer("max-idle", maxConnections),
                node.integer("max-queue", 1024),
                node.duration("queue-timeout", ofSeconds(1)),
                node.duration("idle-timeout", ofMinutes(5)),
                node.duration("ping-after", ofSeconds(30)),
                node.duration("ping-timeout", ofSeconds(5)),
                node.duration("max-age", ofHours(1)),
                node.duration("write-timeout", ofSeconds(30)),
                node.duration("first-byte-timeout", ofMinutes(1)),
                node.duration("read-timeout", ofMinutes(1)),
                node.size("replay-bytes", 64 * 1024),
                node.child("http1", UpstreamHttp1Config::from),
                node.child("http2", Http2Config::from));
    }
}

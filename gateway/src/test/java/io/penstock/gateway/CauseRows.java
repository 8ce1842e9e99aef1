// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static io.penstock.gateway.CauseCaller.Way.GRPC;
import static io.penstock.gateway.CauseCaller.Way.HTTP1;
import static io.penstock.gateway.CauseCaller.Way.HTTP2;
import static io.penstock.gateway.CauseRow.http1;
import static io.penstock.gateway.CauseRow.http2;
import static io.penstock.gateway.CauseRow.idle1;
import static io.penstock.gateway.CauseRow.idle2;
import static io.penstock.gateway.CauseRow.within;

import io.penstock.gateway.CauseCaller.Seen;
import io.penstock.gateway.CauseRow.Next;
import io.penstock.gateway.exchange.Cause;
import java.util.List;
import java.util.stream.Stream;

/** Every way in which {@link CauseTest} brings a cause about. */
final class CauseRows {
    private static final String[] NOTHING = {};

    private CauseRows() {}

    static List<CauseRow> all() {
        return Stream.of(
                        callers(),
                        routing(),
                        lookups(),
                        connecting(),
                        silent(),
                        answering(),
                        limits(),
                        filters(),
                        credentials())
                .flatMap(List::stream)
                .toList();
    }

    /** What callers do wrong. */
    private static List<CauseRow> callers() {
        return List.of(
                within(
                                Cause.MALFORMED_REQUEST,
                                "a field without a colon",
                                scene -> scene.ask("/hostile HTTP/1.1\r\nbad"))
                        .by(HTTP1),
                idle1(Cause.MALFORMED_REQUEST, "a chunk that is none, HTTP/1.1 upstream")
                        .by(HTTP1)
                        .doing(CauseRows::breakRule),
                idle2(Cause.MALFORMED_REQUEST, "a chunk that is none, HTTP/2 upstream")
                        .by(HTTP1)
                        .doing(CauseRows::breakRule),
                within(
                                Cause.MALFORMED_REQUEST,
                                "a grpc-timeout that is none",
                                scene -> scene.ask("/hostile", "grpc-timeout", "soon"))
                        .by(GRPC),
                within(
                        Cause.HEADER_TOO_LARGE,
                        "a field of 20000 bytes",
                        scene -> scene.ask("/hostile", "x-large", "x".repeat(20_000))),
                within(Cause.URI_TOO_LONG, "20000 bytes", scene -> scene.ask("/hostile/" + "x".repeat(20_000)))
                        .by(HTTP1, HTTP2),
                within(Cause.VERSION_UNSUPPORTED, "HTTP/2.0", scene -> scene.ask("/hostile HTTP/2.0\r\nx:"))
                        .by(HTTP1),
                within(Cause.METHOD_NOT_SERVED, "TRACE", CauseRows::trace),
                within(Cause.BAD_PATH, "a backslash", scene -> scene.ask("/hostile\\x")),
                within(Cause.BAD_PATH, "UTF-8", scene -> scene.ask("/hostile\u00c3\u00a9")),
                within(
                                Cause.UPGRADE_REFUSED,
                                "a protocol that the route does not allow",
                                scene -> upgrade(scene, "telnet"))
                        .by(HTTP1, HTTP2),
                idle1(Cause.REQUEST_TIMEOUT, "no byte of the body")
                        .doing(scene -> begin(scene, false))
                        .with("listener", "body-timeout: 100ms")
                        .by(HTTP1),
                idle1(Cause.DOWNSTREAM_GONE, "the caller goes, HTTP/1.1 upstream")
                        .doing(CauseRows::leave)
                        .saysNothing(),
                idle2(Cause.DOWNSTREAM_GONE, "the caller goes, HTTP/2 upstream")
                        .doing(CauseRows::leave)
                        .saysNothing(),
                idle2(Cause.DOWNSTREAM_PROTOCOL, "WINDOW_UPDATE of 0")
                        .by(HTTP2, GRPC)
                        .doing(CauseRows::breakRule)
                        .saysNothing());
    }

    /** What the gateway decides. */
    private static List<CauseRow> routing() {
        return List.of(
                within(Cause.NO_ROUTE, "a path that no route has", scene -> scene.ask("/nowhere")),
                within(Cause.INTERNAL, "a filter throws", scene -> scene.ask("/hostile", "x-break", "1")),
                idle1(Cause.GRPC_OVER_HTTP1, "gRPC to an HTTP/1.1 cluster")
                        .by(GRPC)
                        .next(Next.OTHER),
                idle2(Cause.PROTOCOL_UNSUPPORTED, "a WebSocket to an upstream without extended CONNECT")
                        .by(HTTP1, HTTP2)
                        .doing(scene -> upgrade(scene, "websocket")),
                idle1(Cause.DRAINING, "the drain timeout passes, HTTP/1.1 upstream")
                        .doing(CauseRows::drain)
                        .next(Next.NOBODY),
                idle2(Cause.DRAINING, "the drain timeout passes, HTTP/2 upstream")
                        .doing(CauseRows::drain)
                        .next(Next.NOBODY));
    }

    /** What look-ups find. */
    private static List<CauseRow> lookups() {
        return List.of(
                within(Cause.NO_ROUTE_KEY, "no key", scene -> scene.ask("/jobs")),
                within(Cause.BAD_ROUTE_KEY, "a key with a brace", scene -> scene.ask("/jobs", "jobid", "a{b")),
                within(Cause.KEY_UNKNOWN, "a key that nobody stored", scene -> scene.ask("/jobs", "jobid", "unknown")),
                within(Cause.STORE_UNAVAILABLE, "Redis is away", scene -> scene.ask("/lost", "jobid", "any")),
                within(
                        Cause.MALFORMED_TARGET,
                        "a value without a port",
                        scene -> scene.ask("/jobs", "jobid", "malformed")),
                within(Cause.TARGET_NOT_ALLOWED, "a public address", scene -> scene.ask("/jobs", "jobid", "far")),
                within(
                                Cause.NAME_UNRESOLVED,
                                "a name without address",
                                scene -> scene.ask("/jobs", "jobid", "nameless"))
                        .by(HTTP1, GRPC));
    }

    /** No connection. */
    private static List<CauseRow> connecting() {
        return List.of(
                within(Cause.NO_ENDPOINT, "nobody tells of any", scene -> scene.ask("/hostile"))
                        .with("endpoints", "discovery: {consul: {url: \"http://127.0.0.1:1\", service: none}}")
                        .next(Next.OTHER),
                idle1(Cause.CONNECT_REFUSED, "HTTP/1.1")
                        .doing(CauseRows::askNobody)
                        .next(Next.OTHER),
                idle2(Cause.CONNECT_REFUSED, "HTTP/2")
                        .doing(CauseRows::askNobody)
                        .next(Next.OTHER),
                idle1(Cause.CONNECT_TIMEOUT, "no TLS handshake")
                        .from(() -> HostileOrigin.raw(connection -> connection.skip(Long.MAX_VALUE)))
                        .with("upstream", "connect-timeout: 100ms, queue-timeout: 10s, tls: {}")
                        .next(Next.OTHER),
                within(Cause.CONNECT_TIMEOUT, "no SETTINGS", scene -> scene.ask("/hostile"))
                        .from(() -> HostileOrigin.raw(connection -> connection.skip(Long.MAX_VALUE)))
                        .with("protocol", "h2c")
                        .with("upstream", "connect-timeout: 100ms, queue-timeout: 10s")
                        .next(Next.OTHER),
                within(Cause.TLS_FAILED, "clear text in the place of TLS", scene -> scene.ask("/hostile"))
                        .from(() -> HostileOrigin.raw(connection -> connection.send("HTTP/1.1 400 Bad\r\n\r\n")))
                        .by(HTTP1, HTTP2)
                        .with("upstream", "tls: {}")
                        .next(Next.OTHER),
                within(Cause.TLS_FAILED, "clear text in the place of TLS with h2", scene -> scene.ask("/hostile"))
                        .from(() -> HostileOrigin.raw(connection -> connection.send("HTTP/1.1 400 Bad\r\n\r\n")))
                        .with("protocol", "h2")
                        .with("upstream", "tls: {}")
                        .next(Next.OTHER),
                within(Cause.UPSTREAM_PROTOCOL, "HTTP/1.1 in the place of HTTP/2", scene -> scene.ask("/hostile"))
                        .from(() -> HostileOrigin.raw(connection -> connection.send("HTTP/1.1 400 Bad\r\n\r\n")))
                        .with("protocol", "h2c")
                        .next(Next.OTHER));
    }

    /** Upstreams that are silent. */
    private static List<CauseRow> silent() {
        return List.of(
                idle1(Cause.FIRST_BYTE_TIMEOUT, "first-byte-timeout, HTTP/1.1")
                        .with("upstream", "first-byte-timeout: 100ms"),
                idle2(Cause.FIRST_BYTE_TIMEOUT, "first-byte-timeout, HTTP/2")
                        .by(HTTP1, HTTP2)
                        .with("upstream", "first-byte-timeout: 100ms"),
                http2(Cause.UPSTREAM_IDLE, "read-timeout, HTTP/2", (peer, stream) -> {
                            peer.head(stream, false, ":status", "200");
                            peer.data(stream, "ab", false);
                        })
                        .by(HTTP1, HTTP2)
                        .with("upstream", "read-timeout: 100ms")
                        .breaksOff(),
                http2(Cause.UPSTREAM_NOT_READING, "no window, HTTP/2", (peer, stream) -> peer.withoutCredit())
                        .by(HTTP1, HTTP2)
                        .with("upstream", "replay-bytes: 0B, http2: {zero-window-timeout: 200ms}")
                        .doing(scene -> begin(scene, true)),
                idle2(Cause.FIRST_BYTE_TIMEOUT, "per-try-timeout, HTTP/2")
                        .with("cluster", "retry: {attempts: 1, per-try-timeout: 100ms}"),
                http1(Cause.UPSTREAM_IDLE, "read-timeout, HTTP/1.1", connection -> {
                            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
                            connection.ended();
                        })
                        .with("upstream", "read-timeout: 100ms")
                        .breaksOff(),
                idle1(Cause.UPSTREAM_NOT_READING, "write-timeout, HTTP/1.1")
                        .with("upstream", "write-timeout: 200ms, replay-bytes: 0B")
                        .doing(scene -> begin(scene, true)),
                idle1(Cause.DEADLINE, "timeout of the route, HTTP/1.1")
                        .with("upstream", "connect-timeout: 100ms")
                        .with("route", "timeout: 100ms"),
                idle2(Cause.DEADLINE, "timeout of the route, HTTP/2")
                        .with("upstream", "connect-timeout: 100ms")
                        .with("route", "timeout: 100ms"),
                idle2(Cause.DEADLINE, "grpc-timeout")
                        .by(GRPC)
                        .doing(scene -> scene.ask("/hostile", "grpc-timeout", "100m")));
    }

    /** Upstreams that answer, and wrongly. */
    private static List<CauseRow> answering() {
        return List.of(
                http1(Cause.UPSTREAM_RESET, "HTTP/1.1", Http1Origin.Connection::reset),
                http1(Cause.UPSTREAM_RESET, "HTTP/1.1, within the body", connection -> {
                            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
                            connection.close();
                        })
                        .breaksOff(),
                http2(Cause.UPSTREAM_RESET, "HTTP/2", (peer, stream) -> peer.reset(stream, WireFrame.INTERNAL_ERROR)),
                http2(Cause.UPSTREAM_RESET, "HTTP/2, its connection", (peer, stream) -> peer.abort()),
                http2(Cause.UPSTREAM_RESET, "HTTP/2, within the body", (peer, stream) -> {
                            peer.grpcResponse(stream);
                            peer.data(stream, "ab", false);
                            peer.reset(stream, WireFrame.INTERNAL_ERROR);
                        })
                        .by(HTTP2, GRPC)
                        .breaksOff(),
                http2(
                        Cause.UPSTREAM_REFUSED,
                        "REFUSED_STREAM",
                        (peer, stream) -> peer.reset(stream, WireFrame.REFUSED_STREAM)),
                http2(Cause.UPSTREAM_GOAWAY, "GOAWAY", (peer, stream) -> peer.goaway(0, WireFrame.NO_ERROR)),
                http1(Cause.UPSTREAM_PROTOCOL, "no status line", connection -> connection.send("NONSENSE\r\n\r\n")),
                http2(
                        Cause.UPSTREAM_PROTOCOL,
                        "an upper-case name",
                        (peer, stream) -> peer.head(stream, true, ":status", "200", "Bad", "x")),
                http1(
                        Cause.UPSTREAM_HEADER_TOO_LARGE,
                        "HTTP/1.1",
                        connection -> connection.send("HTTP/1.1 200 OK\r\nx: " + "x".repeat(70_000) + "\r\n\r\n")),
                http2(
                        Cause.UPSTREAM_HEADER_TOO_LARGE,
                        "HTTP/2",
                        (peer, stream) -> peer.head(stream, true, ":status", "200", "x", "x".repeat(20_000))));
    }

    /** Full, or broken. */
    private static List<CauseRow> limits() {
        return List.of(
                idle1(Cause.TOO_MANY_CONNECTIONS, "the only one is taken")
                        .with("upstream", "max-connections: 1, queue-timeout: 300ms")
                        .doing(CauseRows::askWhileOccupied),
                idle2(Cause.TOO_MANY_STREAMS, "the only one is taken")
                        .with(
                                "upstream",
                                "max-connections: 1, queue-timeout: 300ms, http2: {max-concurrent-streams: 1}")
                        .doing(CauseRows::askWhileOccupied),
                idle1(Cause.OVERLOADED, "the bulkhead is full, HTTP/1.1 upstream")
                        .with("cluster", "bulkhead: {max-active: 1}")
                        .doing(CauseRows::askWhileOccupied),
                idle2(Cause.OVERLOADED, "the bulkhead is full, HTTP/2 upstream")
                        .with("cluster", "bulkhead: {max-active: 1}")
                        .doing(CauseRows::askWhileOccupied),
                http1(Cause.CIRCUIT_OPEN, "after a failure, HTTP/1.1", Http1Origin.Connection::reset)
                        .with("cluster", "breaker: {failures: 1}, retry: {attempts: 1}")
                        .doing(CauseRows::askTwice)
                        .next(Next.OTHER),
                http2(
                                Cause.CIRCUIT_OPEN,
                                "after a failure, HTTP/2",
                                (peer, stream) -> peer.reset(stream, WireFrame.INTERNAL_ERROR))
                        .with("cluster", "breaker: {failures: 1}, retry: {attempts: 1}")
                        .doing(CauseRows::askTwice)
                        .next(Next.OTHER));
    }

    /** What filters find. */
    private static List<CauseRow> filters() {
        return List.of(
                idle1(Cause.BODY_TOO_LARGE, "while it streams, HTTP/1.1 upstream")
                        .doing(scene -> begin(scene, true))
                        .with("filter", "{name: f, limit-body: {request: 1KiB}}")
                        .with("route", "filters: [f]"),
                idle2(Cause.BODY_TOO_LARGE, "while it streams, HTTP/2 upstream")
                        .doing(scene -> begin(scene, true))
                        .with("filter", "{name: f, limit-body: {request: 1KiB}}")
                        .with("route", "filters: [f]"),
                within(Cause.BAD_DIGEST, "none where one is wanted", scene -> begin(scene, false))
                        .by(HTTP2, GRPC)
                        .with("filter", "{name: f, digest: {request: require}}")
                        .with("route", "filters: [f]"),
                http1(
                                Cause.RESPONSE_TOO_LARGE,
                                "by its length",
                                connection -> connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n"))
                        .with("filter", "{name: f, limit-body: {response: 1KiB}}")
                        .with("route", "filters: [f]"),
                http2(Cause.RESPONSE_TOO_LARGE, "while it streams", (peer, stream) -> {
                            peer.grpcResponse(stream);
                            peer.data(stream, "x".repeat(2000), false);
                        })
                        .by(HTTP2, GRPC)
                        .with("filter", "{name: f, limit-body: {response: 1KiB}}")
                        .with("route", "filters: [f]")
                        .breaksOff(),
                http1(
                                Cause.UPSTREAM_BAD_DIGEST,
                                "a body that is another one",
                                connection -> connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
                                        + "Content-Digest: sha-256=:AAAA:\r\n\r\nhello"))
                        .with("filter", "{name: f, digest: {response: check}}")
                        .with("route", "filters: [f]")
                        .breaksOff(),
                within(
                                Cause.ADDRESS_DENIED,
                                "a client that is listed",
                                scene -> scene.ask("/hostile", "x-forwarded-for", "127.0.0.9"))
                        .with("filter", "{name: f, address-list: {deny: [127.0.0.9]}}")
                        .with("route", "filters: [f]"),
                within(Cause.RATE_LIMITED, "one too many", CauseRows::oneTooMany)
                        .with(
                                "filter",
                                "{name: f, rate-limit: {layers: [{key: [\"header:x-user\"], rate: 1/h, burst: 5}]}}")
                        .with("route", "filters: [f]"),
                within(Cause.CHECK_UNAVAILABLE, "nobody is there to be asked", scene -> scene.ask("/hostile"))
                        .with("filter", "{name: f, external: {cluster: nobody}}")
                        .with("route", "filters: [f]")
                        .next(Next.OTHER));
    }

    /** What callers show of themselves. */
    private static List<CauseRow> credentials() {
        String filter = "{name: f, jwt: {issuers: [{secret: \"${SHARED}\"}]}}";
        return List.of(
                within(Cause.CREDENTIALS_MISSING, "no token", scene -> scene.ask("/hostile"))
                        .with("filter", filter)
                        .with("route", "filters: [f]")
                        .next(Next.OTHER),
                within(
                                Cause.BAD_CREDENTIALS,
                                "a token that is none",
                                scene -> scene.ask("/hostile", "authorization", "Bearer nonsense"))
                        .with("filter", filter)
                        .with("route", "filters: [f]")
                        .next(Next.OTHER),
                within(
                                Cause.CREDENTIALS_EXPIRED,
                                "an old token",
                                scene -> scene.ask(
                                        "/hostile", "authorization", "Bearer " + TestTokens.shared("exp", 1000)))
                        .with("filter", filter)
                        .with("route", "filters: [f]")
                        .next(Next.OTHER),
                within(Cause.CREDENTIALS_REPLAYED, "a nonce again", CauseRows::signTwice)
                        .with(
                                "filter",
                                "{name: f, signature: {keys: [{id: k1, secret: \"${SHARED}\"}], components: [\"@path\"]}}")
                        .with("route", "filters: [f]")
                        .next(Next.OTHER),
                within(
                                Cause.CREDENTIALS_REVOKED,
                                "a token that was taken back",
                                scene -> scene.ask(
                                        "/hostile", "authorization", "Bearer " + TestTokens.shared("jti", "taken")))
                        .with(
                                "filter",
                                "{name: f, jwt: {issuers: [{secret: \"${SHARED}\"}], revocation: {store: file}}}")
                        .with("route", "filters: [f]")
                        .next(Next.OTHER),
                within(
                                Cause.PERMISSION_DENIED,
                                "a token without the scope",
                                scene -> scene.ask("/hostile", "authorization", "Bearer " + TestTokens.shared()))
                        .with(
                                "filter",
                                filter + ", {name: may, permissions: {rules: [{path: /**, any: [hostile:read]}]}}")
                        .with("route", "filters: [f, may]")
                        .next(Next.OTHER),
                within(
                                Cause.CHECK_UNAVAILABLE,
                                "nobody publishes the keys",
                                scene -> scene.ask("/hostile", "authorization", "Bearer " + TestTokens.shared()))
                        .with("filter", "{name: f, jwt: {issuers: [{jwks: {cluster: nobody}}]}}")
                        .with("route", "filters: [f]")
                        .next(Next.OTHER));
    }

    // ---- steps ----

    private static Seen begin(CauseScene scene, boolean pour) {
        CauseCaller caller = scene.caller();
        caller.begin("/hostile", NOTHING);
        if (pour) {
            caller.pour();
        }
        return caller.seen();
    }

    private static Seen oneTooMany(CauseScene scene) {
        for (int i = 0; i < 5; i++) {
            scene.ask("/hostile", "x-user", "anna");
            scene.ended(null);
        }
        return scene.ask("/hostile", "x-user", "anna");
    }

    private static Seen signTwice(CauseScene scene) {
        String[] fields = TestSignatures.of("/hostile")
                .key("k1", TestSignatures.shared(TestTokens.SHARED))
                .components("@path")
                .fields();
        scene.ask("/hostile", fields);
        scene.ended(null);
        return scene.ask("/hostile", fields);
    }

    private static Seen trace(CauseScene scene) {
        CauseCaller caller = scene.caller();
        caller.trace("/hostile");
        return caller.seen();
    }

    private static Seen upgrade(CauseScene scene, String protocol) {
        CauseCaller caller = scene.caller();
        caller.upgrade("/hostile", protocol);
        return caller.seen();
    }

    private static Seen breakRule(CauseScene scene) throws InterruptedException {
        CauseCaller caller = scene.caller();
        caller.begin("/hostile", NOTHING);
        scene.origin().awaitRequest();
        caller.breakRule();
        return caller.seen();
    }

    private static Seen leave(CauseScene scene) throws InterruptedException {
        CauseCaller caller = scene.caller();
        caller.send("/hostile");
        scene.origin().awaitRequest();
        caller.leave();
        return Seen.NOTHING;
    }

    private static Seen drain(CauseScene scene) throws InterruptedException {
        CauseCaller caller = scene.caller();
        caller.send("/hostile");
        scene.origin().awaitRequest();
        scene.gateway().gateway().drain();
        return caller.seen();
    }

    private static Seen askNobody(CauseScene scene) throws Exception {
        scene.origin().stopAccepting();
        return scene.ask("/hostile");
    }

    private static Seen askWhileOccupied(CauseScene scene) throws InterruptedException {
        scene.occupy();
        return scene.ask("/hostile");
    }

    private static Seen askTwice(CauseScene scene) {
        scene.ask("/hostile");
        return scene.ask("/hostile");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange;

import static io.penstock.gateway.exchange.Blame.DOWNSTREAM;
import static io.penstock.gateway.exchange.Blame.GATEWAY;
import static io.penstock.gateway.exchange.Blame.UPSTREAM;

import java.util.Locale;

/**
 * Why an exchange did not end as its peers wanted: the one table of refusals and failures.
 *
 * <p>Each row fixes who is to blame, the HTTP status and the gRPC status that the downstream sees, and whether nothing reached
 * the upstream's application, so that another attempt is safe. The {@link #slug()} is stable: it appears in the access log, as a
 * metric label and, for trusted callers, in {@code x-penstock-cause}.
 *
 * <p>The two statuses are chosen separately. gRPC's published mapping from HTTP statuses is for clients that got no {@code
 * grpc-status} and must not be used by a server to pick one.
 */
public enum Cause {
    /** The request breaks HTTP (RFC 9113 §8.1.1), and the stream could still be answered. */
    MALFORMED_REQUEST(DOWNSTREAM, 400, GrpcStatus.INTERNAL, false),
    /** The decoded field section is larger than the listener allows. */
    HEADER_TOO_LARGE(DOWNSTREAM, 431, GrpcStatus.RESOURCE_EXHAUSTED, false),
    /** The request's target is longer than the listener allows (RFC 9110 §15.5.15). */
    URI_TOO_LONG(DOWNSTREAM, 414, GrpcStatus.RESOURCE_EXHAUSTED, false),
    /** A request line names a major version of HTTP that is not spoken there (RFC 9110 §15.6.6). */
    VERSION_UNSUPPORTED(DOWNSTREAM, 505, GrpcStatus.UNIMPLEMENTED, false),
    /**
     * A method that this gateway serves for no resource: CONNECT without a protocol, and TRACE where the listener does not permit it. So it
     * is 501 and not 405, which tells what the one resource allows (RFC 9110 §15.6.2, §15.5.6).
     */
    METHOD_NOT_SERVED(GATEWAY, 501, GrpcStatus.UNIMPLEMENTED, false),
    /** The request's path is one that the listener rejects: dot segments, encoded slashes, bytes outside of ASCII and the like. */
    BAD_PATH(DOWNSTREAM, 400, GrpcStatus.INVALID_ARGUMENT, false),
    /** An upgrade to a protocol that the route does not allow. */
    UPGRADE_REFUSED(GATEWAY, 403, GrpcStatus.UNIMPLEMENTED, false),
    /** The rest of a request did not come in time. */
    REQUEST_TIMEOUT(DOWNSTREAM, 408, GrpcStatus.CANCELLED, false),
    /** The request's body is longer than the route allows. */
    BODY_TOO_LARGE(DOWNSTREAM, 413, GrpcStatus.RESOURCE_EXHAUSTED, false),
    /** The request's body is not what its {@code content-digest} says, or that is missing where the route wants it. */
    BAD_DIGEST(DOWNSTREAM, 400, GrpcStatus.INVALID_ARGUMENT, false),
    /** The route wants to know who calls, and the request shows nothing. */
    CREDENTIALS_MISSING(DOWNSTREAM, 401, GrpcStatus.UNAUTHENTICATED, false),
    /** What the request shows of its caller is malformed, unknown or wrong. */
    BAD_CREDENTIALS(DOWNSTREAM, 401, GrpcStatus.UNAUTHENTICATED, false),
    /** What the request shows of its caller no longer holds, or not yet. */
    CREDENTIALS_EXPIRED(DOWNSTREAM, 401, GrpcStatus.UNAUTHENTICATED, false),
    /** What the request shows of its caller is good for one request, and came before. */
    CREDENTIALS_REPLAYED(DOWNSTREAM, 401, GrpcStatus.UNAUTHENTICATED, false),
    /** What the request shows of its caller was taken back. */
    CREDENTIALS_REVOKED(DOWNSTREAM, 401, GrpcStatus.UNAUTHENTICATED, false),
    /** It is known who calls, and no rule allows that one this request. */
    PERMISSION_DENIED(DOWNSTREAM, 403, GrpcStatus.PERMISSION_DENIED, false),
    /** The caller's address is one from which requests are not taken. */
    ADDRESS_DENIED(DOWNSTREAM, 403, GrpcStatus.PERMISSION_DENIED, false),
    /** The caller, or all together, have sent more requests than a limit allows. */
    RATE_LIMITED(DOWNSTREAM, 429, GrpcStatus.RESOURCE_EXHAUSTED, true),
    /** The downstream reset its stream or its connection ended; logged only, never sent. */
    DOWNSTREAM_GONE(DOWNSTREAM, 499, GrpcStatus.CANCELLED, false),
    /** The downstream's connection broke a protocol rule or a limit and was ended; logged only. */
    DOWNSTREAM_PROTOCOL(DOWNSTREAM, 400, GrpcStatus.INTERNAL, false),
    /** No route matches. */
    NO_ROUTE(GATEWAY, 404, GrpcStatus.UNIMPLEMENTED, false),
    /** The route looks a target up by a header, and the request does not carry that header. */
    NO_ROUTE_KEY(DOWNSTREAM, 400, GrpcStatus.INVALID_ARGUMENT, false),
    /** The route key is too long or has characters that are not allowed. */
    BAD_ROUTE_KEY(DOWNSTREAM, 400, GrpcStatus.INVALID_ARGUMENT, false),
    /** The store answered, and has no target under this key. */
    KEY_UNKNOWN(DOWNSTREAM, 404, GrpcStatus.NOT_FOUND, false),
    /** The store did not answer in time or refused, and no usable earlier answer is held. */
    STORE_UNAVAILABLE(UPSTREAM, 503, GrpcStatus.UNAVAILABLE, false),
    /** The store's value is not {@code host:port}. */
    MALFORMED_TARGET(UPSTREAM, 502, GrpcStatus.INTERNAL, false),
    /** The target's address or port is outside of what the lookup allows. */
    TARGET_NOT_ALLOWED(GATEWAY, 403, GrpcStatus.PERMISSION_DENIED, false),
    /** The target's name has no address, and no earlier answer is held. */
    NAME_UNRESOLVED(UPSTREAM, 502, GrpcStatus.UNAVAILABLE, true),
    /** The cluster has no endpoint that may be used now. */
    NO_ENDPOINT(UPSTREAM, 503, GrpcStatus.UNAVAILABLE, true),
    /** The endpoint refused the connection, or the network did. */
    CONNECT_REFUSED(UPSTREAM, 502, GrpcStatus.UNAVAILABLE, true),
    /** No connection within the connect timeout. */
    CONNECT_TIMEOUT(UPSTREAM, 504, GrpcStatus.UNAVAILABLE, true),
    /** This machine has no port or address left for one more connection to that place (EADDRNOTAVAIL): most often TIME_WAIT has them. */
    NO_LOCAL_PORT(GATEWAY, 503, GrpcStatus.UNAVAILABLE, true),
    /** No TLS with the upstream: its certificate, its name or its versions. */
    TLS_FAILED(UPSTREAM, 502, GrpcStatus.UNAVAILABLE, true),
    /** The upstream's response head did not come within the first-byte timeout. */
    FIRST_BYTE_TIMEOUT(UPSTREAM, 504, GrpcStatus.UNAVAILABLE, false),
    /** The upstream fell silent in the middle of a response. */
    UPSTREAM_IDLE(UPSTREAM, 504, GrpcStatus.UNAVAILABLE, false),
    /** The upstream took no request bytes for the write timeout. */
    UPSTREAM_NOT_READING(UPSTREAM, 504, GrpcStatus.UNAVAILABLE, false),
    /** The upstream's head is larger than the limit. */
    UPSTREAM_HEADER_TOO_LARGE(UPSTREAM, 502, GrpcStatus.INTERNAL, false),
    /** The response's body is longer than the route allows. */
    RESPONSE_TOO_LARGE(UPSTREAM, 502, GrpcStatus.RESOURCE_EXHAUSTED, false),
    /** The response's body is not what its {@code content-digest} says, or that is missing where the route wants it. */
    UPSTREAM_BAD_DIGEST(UPSTREAM, 502, GrpcStatus.DATA_LOSS, false),
    /** The service that has to be asked about the request gave no answer, or none that says yes or no. */
    CHECK_UNAVAILABLE(GATEWAY, 503, GrpcStatus.UNAVAILABLE, false),
    /** Every upstream connection is taken, and none became free within the queue's time or room. */
    TOO_MANY_CONNECTIONS(UPSTREAM, 503, GrpcStatus.UNAVAILABLE, true),
    /** The circuit breaker is open. */
    CIRCUIT_OPEN(UPSTREAM, 503, GrpcStatus.UNAVAILABLE, true),
    /** gRPC needs trailers and HTTP/2, and the cluster speaks HTTP/1.1. */
    GRPC_OVER_HTTP1(GATEWAY, 502, GrpcStatus.UNIMPLEMENTED, true),
    /** The upstream reset the stream, or its connection ended, before the response was complete. */
    UPSTREAM_RESET(UPSTREAM, 502, GrpcStatus.UNAVAILABLE, false),
    /** The upstream refused the stream before processing it (REFUSED_STREAM, RFC 9113 §8.7). */
    UPSTREAM_REFUSED(UPSTREAM, 503, GrpcStatus.UNAVAILABLE, true),
    /** The upstream is going away and did not process this stream (RFC 9113 §6.8). */
    UPSTREAM_GOAWAY(UPSTREAM, 503, GrpcStatus.UNAVAILABLE, true),
    /** The upstream broke HTTP. */
    UPSTREAM_PROTOCOL(UPSTREAM, 502, GrpcStatus.INTERNAL, false),
    /** The route's protocol to its upstream is not served yet. */
    PROTOCOL_UNSUPPORTED(GATEWAY, 501, GrpcStatus.UNIMPLEMENTED, false),
    /** The deadline of the exchange passed. */
    DEADLINE(UPSTREAM, 504, GrpcStatus.DEADLINE_EXCEEDED, false),
    /** A queue or a budget of this gateway is full. */
    OVERLOADED(GATEWAY, 503, GrpcStatus.UNAVAILABLE, true),
    /** Every upstream stream is taken, and none became free within the queue's time or room. */
    TOO_MANY_STREAMS(UPSTREAM, 503, GrpcStatus.UNAVAILABLE, true),
    /** The gateway is draining and takes nothing new. */
    DRAINING(GATEWAY, 503, GrpcStatus.UNAVAILABLE, true),
    /** A defect of this gateway. */
    INTERNAL(GATEWAY, 500, GrpcStatus.INTERNAL, false);

    private final Blame blame;
    private final int httpStatus;
    private final GrpcStatus grpcStatus;
    private final boolean unprocessed;
    private final String slug;

    Cause(Blame blame, int httpStatus, GrpcStatus grpcStatus, boolean unprocessed) {
        this.blame = blame;
        this.httpStatus = httpStatus;
        this.grpcStatus = grpcStatus;
        this.unprocessed = unprocessed;
        this.slug = name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public Blame blame() {
        return blame;
    }

    public int httpStatus() {
        return httpStatus;
    }

    public GrpcStatus grpcStatus() {
        return grpcStatus;
    }

    /** Whether it is certain that the upstream's application saw nothing, so that another attempt is safe. */
    public boolean unprocessed() {
        return unprocessed;
    }

    /** The stable code of this cause: its name in kebab-case. */
    public String slug() {
        return slug;
    }
}

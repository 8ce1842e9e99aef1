// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.cluster;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GrpcStatus;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What counts as a failure of an endpoint: for its balancer, its outlier detection and its circuit breaker.
 *
 * @param statuses HTTP statuses, default {@code 500-599}; for gRPC only when a response has no {@code grpc-status}
 * @param grpcStatuses names of gRPC statuses, default {@code UNKNOWN, INTERNAL, UNAVAILABLE, DATA_LOSS}
 * @param causes slugs of causes of which the upstream can be to blame; default all of them that speak of one endpoint
 */
public record FailureConfig(List<StatusRange> statuses, List<GrpcStatus> grpcStatuses, List<Cause> causes) {
    static final List<GrpcStatus> USUAL_GRPC =
            List.of(GrpcStatus.UNKNOWN, GrpcStatus.INTERNAL, GrpcStatus.UNAVAILABLE, GrpcStatus.DATA_LOSS);
    static final List<Cause> USUAL_CAUSES = List.of(
            Cause.NAME_UNRESOLVED,
            Cause.CONNECT_REFUSED,
            Cause.CONNECT_TIMEOUT,
            Cause.TLS_FAILED,
            Cause.FIRST_BYTE_TIMEOUT,
            Cause.UPSTREAM_IDLE,
            Cause.UPSTREAM_NOT_READING,
            Cause.UPSTREAM_HEADER_TOO_LARGE,
            Cause.UPSTREAM_RESET,
            Cause.UPSTREAM_REFUSED,
            Cause.UPSTREAM_PROTOCOL);

    public FailureConfig {
        statuses = List.copyOf(statuses);
        grpcStatuses = List.copyOf(grpcStatuses);
        causes = List.copyOf(causes);
    }

    static FailureConfig from(ConfigNode node) {
        return new FailureConfig(
                node.parsedList("statuses", List.of(new StatusRange(500, 599)), StatusRange::parse),
                node.parsedList("grpc-statuses", USUAL_GRPC, FailureConfig::grpcStatus),
                node.parsedList("causes", USUAL_CAUSES, FailureConfig::cause));
    }

    static GrpcStatus grpcStatus(String text) {
        Optional<GrpcStatus> found = Arrays.stream(GrpcStatus.values())
                .filter(status -> status.name().equals(text) && status != GrpcStatus.OK)
                .findFirst();
        return found.orElseThrow(
                () -> Check.failed(Check.quoted(text), "is not a failure of gRPC, expected one such as UNAVAILABLE"));
    }

    private static Cause cause(String text) {
        return Arrays.stream(Cause.values())
                .filter(cause ->
                        cause.slug().equals(text) && cause.blame() == io.penstock.gateway.exchange.Blame.UPSTREAM)
                .findFirst()
                .orElseThrow(() -> Check.failed(
                        Check.quoted(text),
                        "is no cause of an upstream, expected some of "
                                + USUAL_CAUSES.stream().map(Cause::slug).collect(Collectors.joining(", "))));
    }
}

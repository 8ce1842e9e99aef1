// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.guard;

import io.penstock.gateway.config.cluster.FailureConfig;
import io.penstock.gateway.config.cluster.StatusRange;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GrpcStatus;
import java.util.EnumSet;
import org.jspecify.annotations.Nullable;

/** What counts as a failure of an endpoint. Immutable. */
public final class Failures {
    private final boolean[] statuses = new boolean[600];
    private final boolean[] grpcStatuses = new boolean[GrpcStatus.values().length];
    private final EnumSet<Cause> causes = EnumSet.noneOf(Cause.class);

    public Failures(FailureConfig config) {
        for (int status = 100; status < statuses.length; status++) {
            statuses[status] = StatusRange.anyHas(config.statuses(), status);
        }
        config.grpcStatuses().forEach(status -> grpcStatuses[status.code()] = true);
        causes.addAll(config.causes());
    }

    /** Whether this HTTP status is one. */
    public boolean status(int status) {
        return status >= 0 && status < statuses.length && statuses[status];
    }

    /** Whether this {@code grpc-status} is one. */
    public boolean grpcStatus(int status) {
        return status >= 0 && status < grpcStatuses.length && grpcStatuses[status];
    }

    public boolean cause(Cause cause) {
        return causes.contains(cause);
    }

    /** Whether the cause says that an endpoint had no room for as long as an exchange may wait: there is no use in waiting there again. */
    public static boolean full(@Nullable Cause cause) {
        return cause == Cause.TOO_MANY_STREAMS || cause == Cause.TOO_MANY_CONNECTIONS;
    }

    /** Whether the cause says that there was no connection. */
    public static boolean connect(Cause cause) {
        return switch (cause) {
            case CONNECT_REFUSED, CONNECT_TIMEOUT, TLS_FAILED, NAME_UNRESOLVED -> true;
            default -> false;
        };
    }
}

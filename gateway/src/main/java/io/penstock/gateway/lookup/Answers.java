// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.lookup;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns values into answers. Equal values give the same answer for as long as any key has it: a million keys name few targets. */
final class Answers {
    static final Answer ABSENT = new Answer.Absent();

    private final AllowList allow;
    private final NameCache names;
    private final Cache<String, Answer> known =
            Caffeine.newBuilder().weakValues().executor(Runnable::run).build();

    Answers(AllowList allow, NameCache names) {
        this.allow = allow;
        this.names = names;
    }

    /** The answer for this value of the store; never waits. */
    Answer of(@Nullable String value) {
        return value == null ? ABSENT : known.get(HostPort.trimmed(value), this::parse);
    }

    private Answer parse(String value) {
        HostPort hostPort;
        try {
            hostPort = HostPort.parse(value);
        } catch (GatewayException e) {
            return new Answer.Refused(value, List.of(), e.reason(), e.detail());
        }
        if (hostPort.literal() == null) {
            return new Answer.Named(value, hostPort.port(), names.name(hostPort.host()), allow);
        }
        InetSocketAddress address = new InetSocketAddress(hostPort.literal(), hostPort.port());
        String refusal = allow.refusal(hostPort.literal(), hostPort.port());
        if (refusal != null) {
            return new Answer.Refused(value, List.of(address), Cause.TARGET_NOT_ALLOWED, value + ": " + refusal);
        }
        return new Answer.Literal(new Target(value, address));
    }
}

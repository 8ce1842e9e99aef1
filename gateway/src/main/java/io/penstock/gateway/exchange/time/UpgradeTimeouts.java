// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange.time;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The time limits of one exchange that asks for an upgrade: for the answer, and then for the silence and the life of what both sides have
 * become. Whatever the protocols, the upkeep of the downstream's connection looks at them; no timer is set. Used by the upkeep thread
 * alone.
 */
public final class UpgradeTimeouts {
    /** How long one side may outlive the other in silence. */
    static final long HALF_OPEN_NANOS = 60_000_000_000L;

    private final Exchange exchange;
    private final long answerNanos;
    private final long idleNanos;
    private final long lifeNanos;
    private long moved;
    private long movedNanos;

    /**
     * Limits the exchange.
     *
     * @param answer until it is upgraded; all of it, when it is not
     * @param idle ends it once upgraded when no byte has moved for this long; absent means no limit
     * @param life ends it at this age; absent means no limit
     */
    public UpgradeTimeouts(Exchange exchange, Duration answer, Optional<Duration> idle, Optional<Duration> life) {
        this.exchange = exchange;
        this.answerNanos = answer.toNanos();
        this.idleNanos = idle.map(Duration::toNanos).orElse(Long.MAX_VALUE);
        this.lifeNanos = life.map(Duration::toNanos).orElse(Long.MAX_VALUE);
    }

    /**
     * Which limit has passed, or null.
     *
     * @param halfEnded whether one side has ended what it sends
     */
    public @Nullable GatewayException passed(long now, boolean halfEnded) {
        long age = now - exchange.startedNanos();
        if (!exchange.openEnded()) {
            return age > answerNanos ? late("the deadline has passed") : null;
        }
        long bytes = exchange.requestBytes() + exchange.responseBytes();
        if (movedNanos == 0 || bytes != moved) {
            moved = bytes;
            movedNanos = now;
        }
        if (age > lifeNanos) {
            return late("max-stream-life has passed");
        }
        if (now - movedNanos > idleNanos) {
            return late("no byte moved for max-upgrade-idle");
        }
        return halfEnded && now - movedNanos > HALF_OPEN_NANOS
                ? late("one side has ended, and the other was silent for a minute")
                : null;
    }

    private static GatewayException late(String detail) {
        return new GatewayException(Cause.DEADLINE, detail);
    }
}

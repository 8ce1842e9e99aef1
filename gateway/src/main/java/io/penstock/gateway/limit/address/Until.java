// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.limit.address;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** How long something counts. */
sealed interface Until {

    /** For good. */
    record Ever() implements Until {
        @Override
        public Optional<Duration> left(Clocks now) {
            return Optional.empty();
        }
    }

    /** Until a date. */
    record Date(Instant end) implements Until {
        @Override
        public Optional<Duration> left(Clocks now) {
            return Optional.of(Duration.between(now.wall().instant(), end));
        }
    }

    /** For a time that had begun: no clock that is put right or wrong changes it. */
    record Nanos(long end) implements Until {
        @Override
        public Optional<Duration> left(Clocks now) {
            return Optional.of(Duration.ofNanos(end - now.nanos().getAsLong()));
        }
    }

    static Until in(Duration time, Clocks now) {
        return new Nanos(now.nanos().getAsLong() + time.toNanos());
    }

    /** How long still, zero or less when it is over; absent for good. */
    Optional<Duration> left(Clocks now);

    default boolean over(Clocks now) {
        Optional<Duration> left = left(now);
        return left.isPresent() && !left.get().isPositive();
    }
}

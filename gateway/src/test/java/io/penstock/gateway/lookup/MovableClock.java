// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.lookup;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that only moves when told. */
public final class MovableClock implements InstantSource {
    private final AtomicLong millis = new AtomicLong(1_767_225_600_000L);

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis.get());
    }

    public void forward(Duration duration) {
        millis.addAndGet(duration.toMillis());
    }
}

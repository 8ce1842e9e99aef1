// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange.time;

import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.Head;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * The {@code Date} of responses that have none (RFC 9110 §6.6.1): one field for all that are sent within a second. Safe for any thread.
 */
public final class HttpDate {
    private static final String NAME = "date";
    /** IMF-fixdate (RFC 9110 §5.6.7), which has two digits for the day, unlike the JDK's formatter for RFC 1123. */
    private static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final InstantSource clock;
    /** A benign race: within one second two threads may both make it. */
    private volatile Second now;

    private record Second(long number, Field field) {}

    public HttpDate(InstantSource clock) {
        this.clock = clock;
        this.now = made(seconds());
    }

    /** Adds the field to a final response that lacks it. */
    public void addTo(Head response) {
        if (!response.has(NAME)) {
            response.add(field());
        }
    }

    /** The field of this second. */
    public Field field() {
        long second = seconds();
        Second known = now;
        if (known.number != second) {
            known = made(second);
            now = known;
        }
        return known.field;
    }

    private long seconds() {
        return Math.floorDiv(clock.millis(), 1000L);
    }

    private static Second made(long second) {
        Field field = Field.of(NAME, FORMAT.format(Instant.ofEpochSecond(second)));
        field.markChecked();
        return new Second(second, field);
    }
}

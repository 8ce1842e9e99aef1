// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.read;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations and sizes as a configuration file writes them: {@code 250ms 2s 5m 1h} and {@code 512B 64KiB 1MiB 1GiB}. */
public final class Units {
    private static final Pattern DURATION = Pattern.compile("(0|[1-9][0-9]{0,11})(ms|s|m|h)");
    private static final Pattern SIZE = Pattern.compile("(0|[1-9][0-9]{0,9})(B|KiB|MiB|GiB)");

    private Units() {}

    /** The length of time that a text such as {@code 250ms} says. */
    public static Optional<Duration> duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long count = Long.parseLong(matcher.group(1));
        return Optional.of(
                switch (matcher.group(2)) {
                    case "ms" -> Duration.ofMillis(count);
                    case "s" -> Duration.ofSeconds(count);
                    case "m" -> Duration.ofMinutes(count);
                    default -> Duration.ofHours(count);
                });
    }

    /** Bytes; empty as well for 2 GiB and more, which no key takes. */
    public static OptionalInt size(String text) {
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            return OptionalInt.empty();
        }
        int shift =
                switch (matcher.group(2)) {
                    case "B" -> 0;
                    case "KiB" -> 10;
                    case "MiB" -> 20;
                    default -> 30;
                };
        long count = Long.parseLong(matcher.group(1));
        return count > Integer.MAX_VALUE >> shift ? OptionalInt.empty() : OptionalInt.of((int) count << shift);
    }

    /** In the largest unit that needs no fraction. */
    public static String text(Duration duration) {
        if (duration.getNano() % 1_000_000 != 0) {
            return duration.toString();
        }
        if (duration.getNano() != 0) {
            return duration.toMillis() + "ms";
        }
        long seconds = duration.getSeconds();
        if (seconds == 0 || seconds % 60 != 0) {
            return seconds + "s";
        }
        return seconds % 3600 == 0 ? seconds / 3600 + "h" : seconds / 60 + "m";
    }

    /** In the largest unit that needs no fraction. */
    public static String sizeText(int bytes) {
        if (bytes == 0 || bytes % 1024 != 0) {
            return bytes + "B";
        }
        if (bytes % (1024 * 1024) != 0) {
            return bytes / 1024 + "KiB";
        }
        return bytes % (1024 * 1024 * 1024) != 0 ? bytes / (1024 * 1024) + "MiB" : bytes / (1024 * 1024 * 1024) + "GiB";
    }
}

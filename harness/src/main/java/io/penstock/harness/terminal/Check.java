// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.terminal;

import java.time.Duration;

/** Checks of option values that end in exit code 2. */
public final class Check {

    private Check() {}

    /** Refuses a number out of range. */
    public static void range(String option, long found, long least, long most) {
        if (found < least || found > most) {
            throw new UsageException(option + ": " + found + " is outside " + least + " to " + most);
        }
    }

    /** Refuses a length of time out of range. */
    public static void range(String option, Duration found, Duration least, Duration most) {
        if (found.compareTo(least) < 0 || found.compareTo(most) > 0) {
            throw new UsageException(option + ": " + text(found) + " is outside " + text(least) + " to " + text(most));
        }
    }

    private static String text(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
    }
}

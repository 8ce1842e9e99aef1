// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.lab;

import java.util.ArrayList;
import java.util.Locale;

/**
 * Tells a machine that was busy with something else from a gateway that did not do what it ought to. The laboratory's own load leaves most
 * of two processors idle and begins its calls within a few milliseconds of their time; where it cannot, calls pile up that no claim is about.
 */
final class Busy {
    private static final double LEAST_IDLE = 0.25;
    private static final double MOST_LATE_MILLIS = 150;

    private Busy() {}

    /** Why what was measured in a stage proves nothing; empty when the machine had time for it. */
    static String why(StageRun run) {
        var reasons = new ArrayList<String>();
        if (run.idle() < LEAST_IDLE) {
            reasons.add(String.format(Locale.ROOT, "%.0f %% idle", run.idle() * 100));
        }
        if (run.lateMillis() > MOST_LATE_MILLIS) {
            reasons.add(String.format(Locale.ROOT, "calls up to %.0f ms late", run.lateMillis()));
        }
        return reasons.isEmpty() ? "" : "the machine was too busy to judge this: " + String.join(", ", reasons);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.lab;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Gives failures the cause that the gateway wrote into its log, where it does not tell callers. The log knows the second only, so that a
 * failure may stand in the second beside its own; no failure is added.
 */
final class LoggedCauses {
    /** What callers see of it. */
    static final String TOLD = "unavailable";

    private LoggedCauses() {}

    /**
     * Calls that failed for lack of a port have that as their cause.
     *
     * @param logged EADDRNOTAVAIL in the log, by second since 1970
     */
    static List<Moment> in(List<Moment> moments, Map<Long, Long> logged) {
        var told = new ArrayList<>(moments);
        new TreeMap<>(logged).forEach((second, count) -> {
            long left = count;
            for (int i = 0; i < told.size() && left > 0; i++) {
                long apart = told.get(i).atMillis() - second * 1000;
                // Those that share a part of that second, and the one before, as a failure is logged after its call
                // began.
                if (apart > -2000 && apart < 1000) {
                    left -= move(told, i, left);
                }
            }
        });
        return List.copyOf(told);
    }

    private static long move(List<Moment> moments, int index, long most) {
        var moment = moments.get(index);
        long moved = Math.min(most, moment.failed().getOrDefault(TOLD, 0L));
        if (moved > 0) {
            var causes = new HashMap<>(moment.failed());
            causes.merge(TOLD, -moved, Long::sum);
            causes.remove(TOLD, 0L);
            causes.merge(StageRun.NO_PORT, moved, Long::sum);
            moments.set(index, moment.failed(causes));
        }
        return moved;
    }
}

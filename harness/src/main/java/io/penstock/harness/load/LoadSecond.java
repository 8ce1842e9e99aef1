// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.load;

import java.util.Map;

/**
 * What became of the calls that were intended to begin in one second of a load.
 *
 * @param second counted from the end of the warm-up
 * @param atMillis when it began, since 1970
 * @param ok calls that ended with OK
 * @param unsent calls that could not begin before the run was over
 * @param failed the others by cause: what the gateway said in {@code x-penstock-cause}, otherwise the gRPC status
 * @param p50Millis from the intended begin to the end, whatever it was
 * @param inFlight calls under way at most when one of these had begun, itself among them; 0 in the closed loop
 * @param crowded calls of the open loop that began while all the plan's places were taken
 * @param lateMillis how long after its intended begin a call began, at most; 0 in the closed loop
 */
public record LoadSecond(
        int second,
        long atMillis,
        long ok,
        long unsent,
        Map<String, Long> failed,
        double p50Millis,
        double p99Millis,
        double maxMillis,
        int inFlight,
        long crowded,
        double lateMillis) {

    public LoadSecond {
        failed = Map.copyOf(failed);
    }
}

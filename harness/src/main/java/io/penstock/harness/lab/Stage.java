// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.lab;

import java.time.Duration;

/**
 * What one gateway was put through.
 *
 * @param subject which gateway
 * @param id the stage: {@code 1}, {@code 2-reuse}, {@code 3} and so on
 * @param title for people
 * @param ports local ports of the namespace, for each destination
 * @param rate calls that begin each second
 * @param burst how many of them begin together
 * @param length of the load
 * @param value of the kernel setting that is tried; 0 where none is
 * @param timerSeconds the longest TIME_WAIT timer right after the load; 0 when there was none
 */
public record Stage(
        String subject,
        String id,
        String title,
        int ports,
        double rate,
        int burst,
        Duration length,
        long value,
        int timerSeconds) {

    /** The kernel's constant, TCP_TIMEWAIT_LEN: so long each port is taken after its connection was closed. */
    public static final int TIME_WAIT_SECONDS = 60;

    /** New connections that each second allows for one destination, on average over a minute. */
    public double ceiling() {
        return ports / (double) TIME_WAIT_SECONDS;
    }

    /** After so many seconds with a connection for each call no port is left. */
    public double secondsToCeiling() {
        return ports / rate;
    }
}

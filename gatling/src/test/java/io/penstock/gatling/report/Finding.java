// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling.report;

/**
 * One thing that had to be so.
 *
 * @param says with both numbers where two were compared
 */
public record Finding(boolean holds, String says) {

    /** Two counts that must be the same. */
    public static Finding same(String what, long found, long expected) {
        return new Finding(
                found == expected,
                what + ": " + found + (found == expected ? ", as expected" : ", expected " + expected));
    }

    /** A count that must be in a range. */
    public static Finding within(String what, long found, long least, long most) {
        return new Finding(
                found >= least && found <= most, what + ": " + found + ", expected " + least + " to " + most);
    }
}

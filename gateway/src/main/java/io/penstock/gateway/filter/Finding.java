// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

/**
 * What a filter would do with a request, for who asks why.
 *
 * @param words a few, without secrets: what it does, or what it would decide and why
 * @param ends whether it would answer by itself, so that nothing further down runs
 */
public record Finding(String words, boolean ends) {

    public static Finding goesOn(String words) {
        return new Finding(words, false);
    }

    public static Finding answers(String words) {
        return new Finding(words, true);
    }
}

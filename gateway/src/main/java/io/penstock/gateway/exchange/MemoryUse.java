// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange;

/**
 * What one bounded part of the gateway keeps in memory now.
 *
 * @param part what keeps it, such as {@code lookup} or {@code filter}
 * @param name which one of these; empty where there is only one
 * @param unit of the next two: {@code bytes}, which are about right, or {@code entries}
 * @param used 0 or more
 * @param capacity at which something is evicted, or refused
 * @param evicted how often that made room
 */
public record MemoryUse(String part, String name, Unit unit, long used, long capacity, long evicted) {

    /** What is counted. */
    public enum Unit {
        BYTES,
        ENTRIES
    }
}

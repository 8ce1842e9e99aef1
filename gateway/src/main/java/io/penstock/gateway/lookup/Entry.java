// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.lookup;

/**
 * What the cache has for one key: the answer, when the store gave it, and whether the store said since that it changed. Shared
 * between threads; replaced, not changed, by the next answer.
 */
final class Entry {
    private final Answer answer;
    private final long loadedAt;
    private final long generation;
    private volatile boolean outdated;
    /** The generation in which the store was found to be away, so that this entry serves although it may be old. */
    private volatile long awayGeneration = -1;

    private volatile long askAgainAt = Long.MIN_VALUE;

    /**
     * Makes an entry.
     *
     * @param loadedAt milliseconds of the clock
     * @param generation the lookup's before the store was asked
     */
    Entry(Answer answer, long loadedAt, long generation) {
        this.answer = answer;
        this.loadedAt = loadedAt;
        this.generation = generation;
    }

    Answer answer() {
        return answer;
    }

    boolean absent() {
        return answer == Answers.ABSENT;
    }

    long ageMillis(long now) {
        return now - loadedAt;
    }

    /** Whether nothing was heard that makes this answer doubtful. */
    boolean current(long nowGeneration) {
        return !outdated && generation == nowGeneration;
    }

    /** Marks the answer as doubtful: the next request asks the store. */
    void outdate() {
        outdated = true;
        awayGeneration = -1;
    }

    /** Lets this entry serve in its doubtful state, since the store is away; it is to be asked again at that time. */
    void serveWhileAway(long nowGeneration, long askAgainAtMillis) {
        askAgainAt = askAgainAtMillis;
        awayGeneration = nowGeneration;
    }

    boolean servesWhileAway(long nowGeneration) {
        return awayGeneration == nowGeneration;
    }

    /** Whether the pause after a failed attempt to confirm this entry is over. */
    boolean toBeAsked(long now) {
        return now >= askAgainAt;
    }
}

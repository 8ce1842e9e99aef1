// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.cluster;

import io.penstock.gateway.upstream.balance.Balancer;
import io.penstock.gateway.upstream.balance.Excluded;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Which endpoints can be picked, by priority; replaced as a whole when that changes. Immutable; a pick allocates nothing. */
final class Levels {
    /** Nothing can be picked. */
    static final Levels NONE = new Levels(new Level[0], new int[0]);

    /** The endpoints of one priority that can be picked, in the order of the balancer's places. */
    @SuppressWarnings("ArrayRecordComponent") // never changed, and read for each exchange
    record Level(Member[] members, Balancer balancer) {}

    private final Level[] levels;
    private final int[] shares;

    /**
     * Stores them.
     *
     * @param levels one or more endpoints each
     * @param shares percent of the traffic of each, which sum to 100
     */
    Levels(Level[] levels, int[] shares) {
        this.levels = levels;
        this.shares = shares;
    }

    /** Says which members must not be picked. */
    interface Tried extends Excluded {
        /** From here on places are those of this level. */
        void lookAt(Level level);
    }

    /**
     * A member that was not tried, or null. First of the level that is drawn, then of the others.
     *
     * @param byKey whether the key draws the level
     */
    @Nullable
    Member pick(long key, boolean byKey, Tried tried, RandomGenerator random, long nowNanos) {
        int first = levels.length < 2 ? 0 : level(byKey ? (int) Long.remainderUnsigned(key, 100) : random.nextInt(100));
        for (int i = 0; i < levels.length; i++) {
            Level level = levels[(first + i) % levels.length];
            tried.lookAt(level);
            int place = level.balancer().pick(key, tried, nowNanos);
            if (place != Balancer.NONE) {
                return level.members()[place];
            }
        }
        return null;
    }

    private int level(int percent) {
        int left = percent;
        for (int i = 0; i < shares.length; i++) {
            left -= shares[i];
            if (left < 0) {
                return i;
            }
        }
        return 0;
    }

    /** The member of this cookie among those that can be picked, or null. */
    @Nullable
    Member named(String cookie) {
        for (Level level : levels) {
            for (Member member : level.members()) {
                if (member.cookie().equals(cookie)) {
                    return member;
                }
            }
        }
        return null;
    }
}

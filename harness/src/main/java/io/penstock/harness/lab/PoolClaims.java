// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.lab;

import static io.penstock.harness.lab.Claims.text;

/** Stages 3 to 5: what pools end, what they do not, and what takes their place. */
final class PoolClaims {
    /** The article's pools. */
    private static final int POOL = 40;

    private final Claims claims;
    private final StageRun run;
    private final Stage stage;

    PoolClaims(Claims claims) {
        this.claims = claims;
        this.run = claims.run();
        this.stage = run.stage();
    }

    void redisPool() {
        kept("a pool of 40 ends the churn to Redis", 1, run.added(sample -> sample.waiting(Sample.REDIS)));
        long predicted = Math.min(run.ok(), stage.ports());
        long waiting = run.added(sample -> sample.waiting(Sample.BACKEND));
        claims.claim(
                "but not that to the backend",
                text("%d in TIME_WAIT, one for each call", predicted),
                text("%d", waiting),
                predicted > 0 && Math.abs(waiting - predicted) <= predicted / 10 + PortClaims.FEW);
    }

    void both() {
        kept("pools of 40 end the churn of fewer calls at once", 2, run.added(Sample::waiting));
    }

    /**
     * A connection is closed only when its call began while every place was taken, or failed. Where those are many, the claim is about calls
     * that were not made.
     */
    private void kept(String claim, int pools, long waiting) {
        long calls = run.ok() + run.failed();
        // Without a port nothing was opened that could be closed.
        long lost = run.failed() - run.noPort();
        long excused = run.crowded() + lost;
        long most = pools * (POOL + excused);
        claims.claim(
                claim,
                text("at most %d in TIME_WAIT, of %d calls", most, calls),
                text(
                        "%d; up to %d in flight, %d began above %d, %d failed",
                        waiting, run.inFlight(), run.crowded(), POOL, lost),
                waiting <= most && run.ok() > 0 && excused * 10 <= calls);
    }

    /** Those that began above the pool's places, as measured, have nowhere to put their connections. */
    void churn() {
        long waiting = run.added(sample -> sample.waiting(Sample.BACKEND));
        claims.claim(
                "still churns above the pool's places",
                text("%d at once: one for each of the %d calls above %d", stage.burst(), run.crowded(), POOL),
                text("%d in TIME_WAIT to the backend, of %d calls", waiting, run.ok()),
                run.crowded() * 4 >= run.ok() && waiting >= 0.75 * run.crowded() && run.ok() > 0);
    }

    void nothing() {
        long opened = run.grown(Counter.ACTIVE_OPENS);
        long waiting = run.most(Sample::waiting);
        claims.claim(
                "opens nothing at steady load",
                "0 connections",
                text("%d connections", opened),
                opened == 0 && run.ok() > 0);
        claims.claim("under 100 in TIME_WAIT in all", "0", text("%d", waiting), waiting < 100 && run.ok() > 0);
        claims.claim(
                "no call fails",
                "0",
                text("%d of %d", run.failed(), run.ok() + run.failed()),
                run.failed() == 0 && run.ok() > 0);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What must come out of each stage. None of it compares processor time or latency, which a busy machine changes; all of it is arithmetic of
 * ports and of the kernel's counters.
 */
public final class Verdicts {
    /** Sockets of a call that is still under way. */
    private static final int FEW = 8;
    /** The article's pools. */
    private static final int POOL = 40;

    private final StageRun run;
    private final List<Finding> findings = new ArrayList<>();

    private Verdicts(StageRun run) {
        this.run = run;
    }

    /** All of them, in the order of the stages. */
    public static List<Finding> of(LabRun lab) {
        var findings = new ArrayList<Finding>();
        findings.add(new Finding(
                "kernel",
                "2",
                "tcp_tw_recycle does not exist",
                "no such file since Linux 4.12",
                lab.recycleExists() ? "the file exists" : "no such file",
                !lab.recycleExists()));
        lab.runs().forEach(run -> findings.addAll(of(run)));
        return findings;
    }

    static List<Finding> of(StageRun run) {
        var claims = new Verdicts(run);
        switch (run.stage().id()) {
            case "1" -> claims.ceiling();
            case "2-fin" -> claims.stillSixtySeconds();
            case "2-cookies" -> claims.sameCeiling("tcp_syncookies changes nothing");
            case "2-reuse" -> claims.reuse();
            case "2-all" -> claims.together();
            case "2-buckets" -> claims.buckets();
            case "3" -> claims.redisPool();
            case "4" -> claims.pools();
            case "4-rush" -> claims.churn();
            case "5" -> claims.nothing();
            default ->
                throw new IllegalArgumentException(
                        "no claim for stage " + run.stage().id());
        }
        return claims.findings;
    }

    private void claim(String claim, String predicted, String measured, boolean holds) {
        findings.add(new Finding(run.stage().subject(), run.stage().id(), claim, predicted, measured, holds));
    }

    @SuppressWarnings("AnnotateFormatMethod") // private, and every form stands beside its call
    private static String text(String form, Object... values) {
        return String.format(Locale.ROOT, form, values);
    }

    /** Within the first minute no port comes back: as many calls succeed as there are ports, and one minute later those of then. */
    private void ceiling() {
        var stage = run.stage();
        double most = stage.ports() * (1 + run.moments().size() / Stage.TIME_WAIT_SECONDS) + FEW;
        double first = run.firstFailure();
        claim(
                "reaches the ceiling",
                text("%d ports last %.1f s", stage.ports(), stage.secondsToCeiling()),
                Double.isNaN(first) ? "no call failed" : text("first failure after %.1f s", first),
                first >= 0.9 * stage.secondsToCeiling() - 1);
        claim(
                "a port for each call",
                text("at most %.0f calls", most),
                text("%d calls succeeded", run.ok()),
                run.ok() <= most && run.ok() >= 0.9 * stage.ports());
        claim(
                "fails calls above it: EADDRNOTAVAIL",
                text("about %.0f", stage.rate() * Math.min(60, run.moments().size()) - stage.ports()),
                text("%d, of %d that failed", run.noPort(), run.failed()),
                run.noPort() > 0 && run.noPort() * 10 >= run.failed() * 9);
    }

    private void stillSixtySeconds() {
        int timer = run.stage().timerSeconds();
        claim(
                "tcp_fin_timeout leaves TIME_WAIT at 60 s",
                text("more than the %d s of the setting", run.stage().value()),
                text("right after the load a socket has %d s left", timer),
                timer > run.stage().value() && timer <= Stage.TIME_WAIT_SECONDS);
        sameCeiling("tcp_fin_timeout changes no ceiling");
    }

    private void sameCeiling(String claim) {
        long most = (long) run.stage().ports() + FEW;
        claim(
                claim,
                text("at most %d calls succeed", most),
                text("%d of %d", run.ok(), run.ok() + run.failed()),
                run.ok() <= most && run.noPort() > 0);
    }

    /** Each port serves once in a second, and the first second is free. */
    private void reuse() {
        var stage = run.stage();
        double without = stage.ports() + FEW;
        claim(
                "tcp_tw_reuse raises the ceiling",
                text("more than the %.0f calls without it", without),
                text("%d calls, TWRecycled +%d", run.ok(), run.grown(Sample::recycled)),
                run.ok() > 1.5 * without && run.grown(Sample::recycled) > stage.ports() / 2);
        double most = stage.ports() * (run.moments().size() + 1.0) + FEW;
        claim(
                "and only after its delay of 1 s",
                text("at most %d/s, %.0f in all", stage.ports(), most),
                text("%d in all, %d failed", run.ok(), run.noPort()),
                run.ok() <= most && run.noPort() > 0);
    }

    private void buckets() {
        long buckets = run.stage().value();
        long waiting = run.most(Sample::waiting);
        long destroyed = run.grown(Sample::overflowed);
        // What was there before the limit stays.
        long most = Math.max(buckets, run.samples().getFirst().waiting());
        claim(
                "tcp_max_tw_buckets destroys sockets",
                text("%d stay, TCPTimeWaitOverflow grows", most),
                text("%d stayed, TCPTimeWaitOverflow +%d", waiting, destroyed),
                waiting <= most + FEW && destroyed > 0);
    }

    /** Sockets from before count against tcp_max_tw_buckets, so that which of the two settings frees a port depends on the history. */
    private void together() {
        long freed = run.grown(Sample::recycled) + run.grown(Sample::overflowed);
        claim(
                "together: ports reused or taken away",
                text("more than the %d calls without them", run.stage().ports() + FEW),
                text(
                        "%d calls, TWRecycled +%d, TCPTimeWaitOverflow +%d",
                        run.ok(), run.grown(Sample::recycled), run.grown(Sample::overflowed)),
                run.ok() > 1.5 * (run.stage().ports() + FEW)
                        && freed > run.stage().ports() / 2);
    }

    private void redisPool() {
        kept("a pool of 40 ends the churn to Redis", run.added(Sample::waitRedis));
        long predicted = Math.min(run.ok(), run.stage().ports());
        long waiting = run.added(Sample::waitBackend);
        claim(
                "but not that to the backend",
                text("%d in TIME_WAIT, one for each call", predicted),
                text("%d", waiting),
                predicted > 0 && Math.abs(waiting - predicted) <= predicted / 10 + FEW);
    }

    private void pools() {
        kept("pools of 40 end the churn of fewer calls at once", run.added(Sample::waiting));
    }

    /** Where a busy machine delays the load, more calls than a burst are in flight for once: a tenth of them are allowed for. */
    private void kept(String claim, long waiting) {
        long calls = run.ok() + run.failed();
        long most = 2 * POOL + calls / 10;
        claim(
                claim,
                text("at most %d in TIME_WAIT, of %d calls", most, calls),
                text("%d, %d calls ok", waiting, run.ok()),
                waiting <= most && run.ok() * 10 >= calls * 9);
    }

    private void churn() {
        var stage = run.stage();
        double share = Math.max(0, stage.burst() - POOL) / (double) stage.burst();
        long waiting = run.added(Sample::waitBackend);
        claim(
                "still churns above the pool's places",
                text("%d at once: %.0f, %.0f%% of the calls", stage.burst(), run.ok() * share, share * 100),
                text("%d in TIME_WAIT to the backend, of %d calls", waiting, run.ok()),
                waiting >= 0.75 * share * run.ok() && run.ok() > 0);
    }

    private void nothing() {
        long opened = run.grown(Sample::activeOpens);
        claim("opens nothing at steady load", "0 connections", text("%d connections", opened), opened == 0);
        claim(
                "under 100 in TIME_WAIT in all",
                "0",
                text("%d", run.most(Sample::waiting)),
                run.most(Sample::waiting) < 100 && run.ok() > 0);
        claim("no call fails", "0", text("%d of %d", run.failed(), run.ok() + run.failed()), run.failed() == 0);
    }
}

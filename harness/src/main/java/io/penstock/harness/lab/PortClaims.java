// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.lab;

import static io.penstock.harness.lab.Claims.text;

/** Stages 1 and 2: where a connection for each call ends, and what kernel settings change about it. */
final class PortClaims {
    /** Sockets of a call that is still under way. */
    static final int FEW = 8;

    private final Claims claims;
    private final StageRun run;
    private final Stage stage;

    PortClaims(Claims claims) {
        this.claims = claims;
        this.run = claims.run();
        this.stage = run.stage();
    }

    /** Within the first minute no port comes back: as many calls succeed as there are ports, and one minute later those of then. */
    void ceiling() {
        double most = stage.ports() * (1 + Math.floor(run.seconds() / Stage.TIME_WAIT_SECONDS)) + FEW;
        double first = run.firstNoPort();
        claims.claim(
                "reaches the ceiling",
                text("%d ports last %.1f s", stage.ports(), stage.secondsToCeiling()),
                Double.isNaN(first) ? "no call lacked a port" : text("the first call without one after %.1f s", first),
                first >= 0.9 * stage.secondsToCeiling() - 1);
        claims.claim(
                "a port for each call",
                text("at most %.0f calls", most),
                text("%d calls succeeded", run.ok()),
                run.ok() <= most && run.ok() >= 0.9 * stage.ports());
        claims.claim(
                "fails calls above it: EADDRNOTAVAIL",
                text("about %.0f", stage.rate() * Math.min(60, run.moments().size()) - stage.ports()),
                text("%d, of %d that failed", run.noPort(), run.failed()),
                run.noPort() > 0 && run.noPort() * 10 >= run.failed() * 9);
    }

    void stillSixtySeconds() {
        int timer = stage.timerSeconds();
        claims.claim(
                "tcp_fin_timeout leaves TIME_WAIT at 60 s",
                text("more than the %d s of the setting", stage.value()),
                text("right after the load a socket has %d s left", timer),
                timer > stage.value() && timer <= Stage.TIME_WAIT_SECONDS);
        sameCeiling("tcp_fin_timeout changes no ceiling");
    }

    void sameCeiling(String claim) {
        long most = (long) stage.ports() + FEW;
        claims.claim(
                claim,
                text("at most %d calls succeed, then EADDRNOTAVAIL", most),
                text("%d of %d, %d without a port", run.ok(), run.ok() + run.failed(), run.noPort()),
                run.ok() <= most && run.noPort() > 0);
    }

    /** Each port serves once in a second, and the first second is free. */
    void reuse() {
        long recycled = run.grown(Counter.RECYCLED);
        boolean reused = recycled > stage.ports() / 2;
        claims.claim(
                "tcp_tw_reuse raises the ceiling",
                text("more than the %d calls without it", stage.ports() + FEW),
                text("%d calls, TWRecycled +%d", run.ok(), recycled),
                reused && run.ok() > 1.5 * (stage.ports() + FEW));
        double most = stage.ports() * (Math.ceil(run.seconds()) + 1) + FEW;
        claims.claim(
                "and only after its delay of 1 s",
                text("some reused, at most %d/s or %.0f in all, others refused", stage.ports(), most),
                text("%d in all, TWRecycled +%d, %d without a port", run.ok(), recycled, run.noPort()),
                reused && run.ok() <= most && run.noPort() > 0);
    }

    void buckets() {
        // What was there before the limit stays.
        long most = Math.max(stage.value(), run.samples().getFirst().waiting());
        long waiting = run.most(Sample::waiting);
        long destroyed = run.grown(Counter.OVERFLOWED);
        claims.claim(
                "tcp_max_tw_buckets destroys sockets",
                text("%d stay, TCPTimeWaitOverflow grows", most),
                text("%d stayed, TCPTimeWaitOverflow +%d", waiting, destroyed),
                waiting <= most + FEW && destroyed > 0);
    }

    /** Sockets from before count against tcp_max_tw_buckets, so that which of the two settings frees a port depends on the history. */
    void together() {
        long recycled = run.grown(Counter.RECYCLED);
        long destroyed = run.grown(Counter.OVERFLOWED);
        claims.claim(
                "together: ports reused or taken away",
                text("more than the %d calls without them", stage.ports() + FEW),
                text("%d calls, TWRecycled +%d, TCPTimeWaitOverflow +%d", run.ok(), recycled, destroyed),
                run.ok() > 1.5 * (stage.ports() + FEW) && recycled + destroyed > stage.ports() / 2);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.lab;

import java.util.ArrayList;
import java.util.List;

/**
 * What must come out of each stage. None of it compares processor time or latency, which a busy machine changes; all of it is arithmetic of
 * ports, of calls in flight and of the kernel's counters.
 */
public final class Verdicts {

    private Verdicts() {}

    /** All of them, in the order of the stages. */
    public static List<Finding> of(LabRun lab) {
        var findings = new ArrayList<Finding>();
        if (lab.stages().stream().anyMatch(stage -> stage.startsWith("2"))) {
            findings.add(recycle(lab.recycleExists()));
        }
        lab.runs().forEach(run -> findings.addAll(of(run)));
        return findings;
    }

    private static Finding recycle(boolean exists) {
        return new Finding(
                "kernel",
                "2",
                "tcp_tw_recycle does not exist",
                "no such file since Linux 4.12",
                exists ? "the file exists" : "no such file",
                exists ? Outcome.FAILS : Outcome.HOLDS,
                "");
    }

    static List<Finding> of(StageRun run) {
        var claims = new Claims(run);
        var ports = new PortClaims(claims);
        var pools = new PoolClaims(claims);
        switch (run.stage().id()) {
            case "1" -> ports.ceiling();
            case "2-fin" -> ports.stillSixtySeconds();
            case "2-cookies" -> ports.sameCeiling("tcp_syncookies changes nothing");
            case "2-reuse" -> ports.reuse();
            case "2-all" -> ports.together();
            case "2-buckets" -> ports.buckets();
            case "3" -> pools.redisPool();
            case "4" -> pools.both();
            case "4-rush" -> pools.churn();
            case "5" -> pools.nothing();
            default ->
                throw new IllegalArgumentException(
                        "no claim for stage " + run.stage().id());
        }
        return claims.findings();
    }
}

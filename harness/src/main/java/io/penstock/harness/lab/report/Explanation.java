// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.lab.report;

import io.penstock.harness.lab.LabRun;
import io.penstock.harness.lab.Stage;
import io.penstock.harness.lab.StageRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Why there is a ceiling, and where it is. */
final class Explanation {
    private Explanation() {}

    static List<String> of(LabRun lab) {
        var words = new ArrayList<String>();
        words.add("Whoever closes a TCP connection first keeps its port in TIME_WAIT for " + Stage.TIME_WAIT_SECONDS
                + " s, and as long nobody else on that machine can connect from that port to the same address and port."
                + " So each destination allows no more new connections, on average, than ports / 60 s. Linux' range of"
                + " 28,232 ports makes 470 connections/s; a gateway that opens one for each call fails those above with"
                + " EADDRNOTAVAIL, however idle its processors are.");
        words.add(
                "In the first minute no port comes back: all ports are used up after ports / rate seconds, and then every"
                        + " call fails until the first sockets are 60 s old.");
        lab.runs().stream().findFirst().ifPresent(run -> words.add(narrow(lab, run.stage())));
        if (!lab.left().isEmpty()) {
            words.add(lab.left());
        }
        return words;
    }

    private static String narrow(LabRun lab, Stage first) {
        var text = lab.shortForm()
                ? "This is the short form: its namespaces have a narrower port range, and a tenth of the article's"
                        + " tcp_max_tw_buckets, so that the ceilings are reached within seconds. The arithmetic is the same."
                : "The namespaces have a narrower port range (--ports), so that the ceiling is reached at a rate that this"
                        + " machine bears, and the settings of stage 2 a narrower one still; the arithmetic is the same.";
        return text
                + String.format(
                        Locale.ROOT,
                        " Every stage gets %.0f calls/s in bursts of %d, which the backend answers after 20 ms; the stages that say"
                                + " rush get the same rate in bursts of 80, answered after 200 ms.",
                        first.rate(),
                        first.burst());
    }

    static String of(StageRun run) {
        var stage = run.stage();
        var causes = run.causes().entrySet().stream()
                .map(cause -> cause.getKey() + " " + cause.getValue())
                .collect(Collectors.joining(", "));
        return String.format(
                Locale.ROOT,
                "%d ports: %.0f connections/s for each destination; with one for each call used up after %.1f s."
                        + " %d calls ok, %d failed%s; %.0f connections opened/s.",
                stage.ports(),
                stage.ceiling(),
                stage.secondsToCeiling(),
                run.ok(),
                run.failed(),
                causes.isEmpty() ? "" : " (" + causes + ")",
                run.openedPerSecond());
    }
}

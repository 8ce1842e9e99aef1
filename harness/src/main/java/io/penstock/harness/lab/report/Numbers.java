// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.lab.report;

import io.penstock.harness.lab.Counter;
import io.penstock.harness.lab.LabRun;
import io.penstock.harness.lab.Sample;
import io.penstock.harness.lab.StageRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** The figures of each stage as two tables that are no wider than the page: what callers saw, and what the kernel did. */
final class Numbers {
    private static final List<String> CALLS =
            List.of("ports", "ok", "no port", "other", "in flight", "late ms", "p50 ms", "p99 ms", "CPU us", "idle %");
    private static final List<String> KERNEL = List.of(
            "opened/s", "TIME_WAIT", "ActiveOpens", "PassiveOpens", "TW", "TWRecycled", "Overflow", "ListenOv.");

    private Numbers() {}

    static String of(LabRun lab) {
        return "<h2>Numbers</h2>\n"
                + table(lab, CALLS, Numbers::calls)
                + "<p class='dim'>Calls by outcome; other: failed for another cause than a missing port; in flight, late: at most;"
                + " CPU: processor time of the gateway for each call; idle: of all processors.</p>\n"
                + table(lab, KERNEL, Numbers::kernel)
                + "<p class='dim'>TIME_WAIT: at most; the others: how much each counter of the kernel grew. Overflow is"
                + " TCPTimeWaitOverflow, ListenOv. ListenOverflows.</p>\n";
    }

    private static String table(LabRun lab, List<String> titles, Function<StageRun, List<String>> row) {
        var html = new StringBuilder("<div class='scroll'><table><tr><th>stage</th><th>subject</th>");
        titles.forEach(
                title -> html.append("<th class='n'>").append(Html.text(title)).append("</th>"));
        html.append("</tr>\n");
        for (var run : lab.runs()) {
            html.append("<tr><td>").append(Html.text(run.stage().id())).append("</td><td>");
            html.append(Html.text(run.stage().subject())).append("</td>");
            row.apply(run)
                    .forEach(cell -> html.append("<td class='n'>").append(cell).append("</td>"));
            html.append("</tr>\n");
        }
        return html.append("</table></div>\n").toString();
    }

    private static List<String> calls(StageRun run) {
        return List.of(
                whole(run.stage().ports()),
                whole(run.ok()),
                whole(run.noPort()),
                whole(run.failed() - run.noPort()),
                whole(run.inFlight()),
                rounded("%.0f", run.lateMillis()),
                rounded("%.1f", run.medianP50()),
                rounded("%.1f", run.medianP99()),
                rounded("%.0f", run.cpuMicrosPerCall()),
                rounded("%.0f", run.idle() * 100));
    }

    private static List<String> kernel(StageRun run) {
        var cells = new ArrayList<String>();
        cells.add(rounded("%.0f", run.openedPerSecond()));
        cells.add(whole(run.most(Sample::waiting)));
        for (var counter : List.of(
                Counter.ACTIVE_OPENS,
                Counter.PASSIVE_OPENS,
                Counter.TIME_WAITED,
                Counter.RECYCLED,
                Counter.OVERFLOWED,
                Counter.LISTEN_OVERFLOWS)) {
            cells.add(whole(run.grown(counter)));
        }
        return cells;
    }

    private static String whole(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String rounded(String form, double number) {
        return String.format(Locale.ROOT, form, number);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.lab.report;

import io.penstock.harness.lab.Finding;
import io.penstock.harness.lab.LabRun;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;

/** The report as one HTML file: no script, nothing loaded from elsewhere, dark or light as the reader's system is. */
public final class HtmlReport {
    private static final String STYLE = """
            :root { color-scheme: light dark; --paper: #ffffff; --ink: #1c2024; --dim: #5c6670; --rule: #d5dade; --card: #f6f8fa;
              --c1: #b35900; --c2: #1f6feb; --c3: #1a7f37; --c4: #cf222e; }
            @media (prefers-color-scheme: dark) { :root { --paper: #14171a; --ink: #e4e8eb; --dim: #98a2ab; --rule: #363d44;
              --card: #1d2226; --c1: #f0a04b; --c2: #6cb2ff; --c3: #5fd17a; --c4: #ff7b72; } }
            body { background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 1040px;
              padding: 24px 16px; }
            h1 { font-size: 24px; margin: 0 0 4px; } h2 { font-size: 18px; margin: 32px 0 8px; } h3 { font-size: 15px; margin: 16px 0 4px; }
            .dim { color: var(--dim); } code { font-size: 13px; } .scroll { overflow-x: auto; }
            table { border-collapse: collapse; font-size: 14px; width: 100%; }
            th, td { border-bottom: 1px solid var(--rule); padding: 4px 10px 4px 0; text-align: left; vertical-align: top; }
            td:nth-child(-n+2) { white-space: nowrap; }
            th { color: var(--dim); font-weight: 600; } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
            .holds { color: var(--c3); font-weight: 600; } .fails { color: var(--c4); font-weight: 600; } .unjudged { color: var(--c1); font-weight: 600; }
            .charts { display: grid; gap: 12px; grid-template-columns: repeat(auto-fit, minmax(min(400px, 100%), 1fr)); }
            .charts svg { background: var(--card); border-radius: 6px; width: 100%; }
            polyline { fill: none; stroke-width: 1.8; } .grid { stroke: var(--rule); stroke-width: 0.7; }
            text { fill: var(--ink); } text.t { font: 600 12px system-ui, sans-serif; } text.a { fill: var(--dim); font: 11px system-ui, sans-serif; }
            .c1 { stroke: var(--c1); } .c2 { stroke: var(--c2); } .c3 { stroke: var(--c3); } .c4 { stroke: var(--c4); }
            .c1.fill { fill: var(--c1); } .c2.fill { fill: var(--c2); } .c3.fill { fill: var(--c3); } .c4.fill { fill: var(--c4); }
            """;

    private final LabRun lab;
    private final List<Finding> findings;
    private final Formatter html = new Formatter(Locale.ROOT);

    private HtmlReport(LabRun lab, List<Finding> findings) {
        this.lab = lab;
        this.findings = findings;
    }

    /** The whole file. */
    public static String of(LabRun lab, List<Finding> findings) {
        return new HtmlReport(lab, findings).write();
    }

    private String write() {
        html.format(
                "<!doctype html>%n<html lang='en'><head><meta charset='utf-8'><meta name='viewport' "
                        + "content='width=device-width, initial-scale=1'><title>TIME_WAIT laboratory</title>%n"
                        + "<style>%n%s</style></head><body>%n<h1>TIME_WAIT laboratory</h1>%n"
                        + "<p class='dim'><code>%s</code>, %s, Linux %s</p>%n",
                STYLE, Html.text(lab.command()), Html.text(lab.date()), Html.text(lab.kernel()));
        ceiling();
        outcome();
        html.format("%s", Numbers.of(lab));
        lab.stages().forEach(this::stage);
        return html.format("</body></html>%n").toString();
    }

    private void ceiling() {
        Explanation.of(lab).forEach(words -> html.format("<p>%s</p>%n", Html.text(words)));
    }

    private void outcome() {
        html.format(
                "<h2>What must come out</h2><div class='scroll'><table><tr><th>stage</th><th>subject</th><th>claim</th>"
                        + "<th>predicted</th><th>measured</th><th></th></tr>%n");
        for (var finding : findings) {
            html.format(
                    "<tr><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s%s</td><td class='%s'>%s</td></tr>%n",
                    Html.text(finding.stage()),
                    Html.text(finding.subject()),
                    Html.text(finding.claim()),
                    Html.text(finding.predicted()),
                    Html.text(finding.measured()),
                    finding.why().isEmpty() ? "" : "<br><span class='dim'>" + Html.text(finding.why()) + "</span>",
                    finding.outcome().name().toLowerCase(Locale.ROOT),
                    finding.outcome().word());
        }
        html.format("</table></div>%n");
    }

    private void stage(String id) {
        boolean first = true;
        for (var subject : lab.subjects()) {
            var found = lab.run(id, subject);
            if (found.isEmpty()) {
                continue;
            }
            var run = found.get();
            if (first) {
                html.format(
                        "<h2>Stage %s: %s</h2>%n",
                        Html.text(id), Html.text(run.stage().title()));
                first = false;
            }
            html.format(
                    "<h3>%s</h3><p class='dim'>%s</p><div class='charts'>%s</div>%n",
                    Html.text(subject), Html.text(Explanation.of(run)), String.join("\n", StageCharts.of(run)));
        }
    }
}

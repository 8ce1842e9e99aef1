// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling.report;

import java.util.List;

/** What the gateway counted, as a part of the report's page in the page's own colours. */
public final class Section {

    private Section() {}

    /** HTML of the counts, the lines beside them and the findings. */
    public static String of(List<Outcome.Count> counts, List<String> tables, List<Finding> findings) {
        var html = new StringBuilder(
                "<div class=\"schema geant\" id=\"gateway\" style=\"padding: 1.5em; height: auto\">\n");
        html.append("<h3>Gateway</h3>\n<table style=\"margin: 1em 0; border-spacing: 1.5em 0.2em\">\n");
        html.append("<tr><th>route</th><th>requests of callers</th><th>exchanges of the gateway</th><th></th></tr>\n");
        for (var count : counts) {
            html.append("<tr><td>%s</td><td>%d</td><td>%d</td><td>%s</td></tr>%n"
                    .formatted(
                            escaped(count.route()),
                            count.gatling(),
                            count.gateway(),
                            count.agrees() ? "agree" : "DISAGREE"));
        }
        html.append("</table>\n<pre style=\"color: inherit\">");
        tables.forEach(line -> html.append(escaped(line)).append('\n'));
        html.append("</pre>\n<ul>\n");
        findings.forEach(finding -> html.append(
                "<li>%s: %s</li>%n".formatted(finding.holds() ? "holds" : "FAILED", escaped(finding.says()))));
        return html.append("</ul>\n</div>\n").toString();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}

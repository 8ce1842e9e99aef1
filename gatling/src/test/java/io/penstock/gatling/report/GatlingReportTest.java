// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatlingReportTest {

    @TempDir
    private Path folder;

    private GatlingReport report(String html) throws IOException {
        Files.writeString(folder.resolve("index.html"), html);
        return GatlingReport.in(folder);
    }

    private static String row(String id, String name, String... cells) {
        var row = new StringBuilder("<tr id=\"" + id + "\" data-parent=\"ROOT\"><td><span class=\"ellipsed-name\">"
                + name + "</span></td>\n");
        for (int i = 0; i < cells.length; i++) {
            row.append("<td class=\"value total col-%d\">%s</td>%n".formatted(i + 2, cells[i]));
        }
        return row + "</tr>";
    }

    @Test
    void readsTheRowsOfRequestsAndNoOthers() throws IOException {
        var report = report(row("ROOT", "All Requests", "9", "9", "0", "0", "1", "1", "1", "1", "1", "1")
                + row("req_a", "calls: a", "7", "6", "1", "14", "1", "1", "20", "30", "40", "50")
                + row("req_b", "b", "2", "0", "2", "100", "1", "-", "-", "-", "-", "-"));

        assertThat(report.requests())
                .containsExactly(new Requests("calls: a", 7, 6, 1, 20, 50), new Requests("b", 2, 0, 2, -1, -1));
        assertThat(report.requests()).extracting(Requests::family).containsExactly("calls", "b");
    }

    @Test
    void saysThatATableCannotBeRead() throws IOException {
        var empty = report("<html></html>");

        assertThatThrownBy(empty::requests)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no table of requests");
        assertThatThrownBy(() -> empty.add("x")).isInstanceOf(IOException.class).hasMessageContaining("no place");
    }

    @Test
    void putsTheGatewaysCountsBeforeTheCharts() throws IOException {
        var report = report("<body><div class=\"schema geant\">chart</div></body>");

        report.add(Section.of(
                List.of(new Outcome.Count("a", 3, 3), new Outcome.Count("b", 3, 4)),
                List.of("opened <20>"),
                List.of(Finding.same("opened", 20, 21))));

        assertThat(Files.readString(report.page()))
                .containsSubsequence(
                        "<td>a</td><td>3</td><td>3</td><td>agree</td>",
                        "<td>b</td><td>3</td><td>4</td><td>DISAGREE</td>",
                        "opened &lt;20&gt;",
                        "FAILED: opened: 20, expected 21",
                        "chart");
    }
}

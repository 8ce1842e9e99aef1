// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void write() throws IOException {
        write(
                "facts",
                "kernel\t6.18\ndate\t2026-11-30 01:00\ncommand\tscripts/lab timewait --short\nshort\tyes\nrecycle\tno\n");
        write("stages", "penstock\t1\tno <reuse>\t2000\t500\t80\t8\t0\t59\t0\n");
        write(
                "penstock.1.samples",
                "0\t0\t0\t1\t1\t4\t10\t4\t0\t0\t0\t0\t1000\n1000\t400\t410\t1\t2\t4\t820\t4\t0\t0\t0\t0\t151000\n");
        write(
                "penstock.1.series",
                "{\"second\":0,\"at_ms\":10,\"ok\":400,\"unsent\":0,\"p50_ms\":20.5,\"p99_ms\":25,\"max_ms\":30,"
                        + "\"failed\":{\"no-local-port\":100}}\n");
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    @Test
    void readsWhatTheScriptNotes() throws Exception {
        var lab = new RunFolder(folder).read();

        assertThat(lab.shortForm()).isTrue();
        assertThat(lab.recycleExists()).isFalse();
        assertThat(lab.subjects()).containsExactly("penstock");
        var run = lab.run("1", "penstock").orElseThrow();
        assertThat(run.ok()).isEqualTo(400);
        assertThat(run.noPort()).isEqualTo(100);
        assertThat(run.grown(Sample::activeOpens)).isEqualTo(810);
        assertThat(run.most(Sample::waiting)).isEqualTo(810);
        assertThat(run.cpuMicrosPerCall()).isEqualTo(300);
        assertThat(run.stage().secondsToCeiling()).isEqualTo(4);
    }

    @Test
    void drawsAPageThatIsWholeByItself() throws Exception {
        var lab = new RunFolder(folder).read();

        var page = HtmlReport.of(lab, Verdicts.of(lab));

        assertThat(page)
                .contains("no &lt;reuse&gt;", "narrower port range", "prefers-color-scheme: dark", "no-local-port")
                .doesNotContain("<script", "http://", "https://", "src=", "NaN", "no <reuse>");
        assertThat(page.split("<svg", -1)).hasSize(5);
    }

    @Test
    void saysWhichFileIsBroken() throws Exception {
        write("penstock.1.samples", "0\t1\n");

        assertThatThrownBy(() -> new RunFolder(folder).read())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("penstock.1: a sample has 2 columns, expected 13");
    }

    @Test
    void endsItsAxisAtARoundNumber() {
        assertThat(Chart.nice(0)).isEqualTo(1);
        assertThat(Chart.nice(28_232)).isEqualTo(50_000);
        assertThat(Chart.nice(500)).isEqualTo(500);
        assertThat(Chart.nice(501)).isEqualTo(1000);
    }
}

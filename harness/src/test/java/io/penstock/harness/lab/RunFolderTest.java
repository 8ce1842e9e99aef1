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
        write("stages", "penstock\t1\tno <reuse>\t2000\t500\t80\t8\t0\t59\n");
        write("penstock.1.samples", sample(0, 0, 10, 1000, 900) + sample(1000, 400, 820, 151_000, 1_900));
        write(
                "penstock.1.series",
                "{\"second\":0,\"at_ms\":10,\"ok\":400,\"unsent\":0,\"p50_ms\":20.5,\"p99_ms\":25,\"max_ms\":30,"
                        + "\"in_flight\":21,\"crowded\":3,\"late_ms\":1.5,\"failed\":{\"no-local-port\":100}}\n");
        write("penstock.1.logged", "");
    }

    private static String sample(int at, int waiting, int opens, int cpu, int idle) {
        return ("{\"at_ms\":%d,\"sockets\":{\"redis\":{\"TIME_WAIT\":%d,\"ESTABLISHED\":1},\"backend\":{\"TIME_WAIT\":%d,"
                        + "\"SYN_SENT\":2},\"other\":{\"LISTEN\":1}},\"ActiveOpens\":%d,\"PassiveOpens\":4,\"ListenOverflows\":0,"
                        + "\"TW\":0,\"TWRecycled\":0,\"TCPTimeWaitOverflow\":0,\"cpu_us\":%d,\"machine_us\":%d,\"idle_us\":%d}\n")
                .formatted(at, waiting, waiting + at / 100, opens, cpu, at * 2, idle);
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
        assertThat(run.grown(Counter.ACTIVE_OPENS)).isEqualTo(810);
        assertThat(run.most(Sample::waiting)).isEqualTo(810);
        assertThat(run.cpuMicrosPerCall()).isEqualTo(300);
        assertThat(run.stage().secondsToCeiling()).isEqualTo(4);
        assertThat(run.samples().getLast().waiting(Sample.REDIS)).isEqualTo(400);
        assertThat(run.samples().getLast().between()).isEqualTo(2);
        assertThat(run.inFlight()).isEqualTo(21);
        assertThat(run.crowded()).isEqualTo(3);
        assertThat(run.idle()).isEqualTo(0.5);
    }

    @Test
    void givesFailuresTheCauseThatTheSubjectLogged() throws Exception {
        write("penstock.1.series", second(10_300, 5) + second(11_300, 40) + second(12_300, 60));
        write("penstock.1.logged", "11 30\n12 60\n15 7\n");

        var moments =
                new RunFolder(folder).read().run("1", "penstock").orElseThrow().moments();

        assertThat(moments).extracting(Moment::noPort).containsExactly(5L, 40L, 45L);
        assertThat(moments).extracting(Moment::failures).containsExactly(5L, 40L, 60L);
    }

    private static String second(int at, int unavailable) {
        return ("{\"at_ms\":%d,\"ok\":1,\"unsent\":0,\"p50_ms\":1,\"p99_ms\":1,\"in_flight\":1,\"crowded\":0,\"late_ms\":0,"
                        + "\"failed\":{\"unavailable\":%d}}\n")
                .formatted(at, unavailable);
    }

    @Test
    void saysWhichFileIsBroken() throws Exception {
        write("penstock.1.samples", "{\"at_ms\":1}\n");

        assertThatThrownBy(() -> new RunFolder(folder).read())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("penstock.1: a sample has ActiveOpens null, expected a number");
    }
}

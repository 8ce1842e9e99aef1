// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What callers get when this machine has no local port left, in a network namespace that has few. */
@Timeout(120)
class NoLocalPortTest {
    private static final String FEW_PORTS = "ip link set lo up && echo 0 >/proc/sys/net/ipv4/tcp_tw_reuse"
            + " && echo '40000 40031' >/proc/sys/net/ipv4/ip_local_port_range && exec \"$@\"";

    @ParameterizedTest
    @ValueSource(strings = {"upstream", "store"})
    void hasACauseOfItsOwn(String which, @TempDir Path folder) throws Exception {
        assumeThat(run(folder, List.of("true")))
                .as("network namespaces may be made here")
                .isEmpty();

        String said = run(
                folder,
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        NoLocalPortScene.class.getName(),
                        which));

        assertThat(said).endsWith("NO_LOCAL_PORT 503 -1\n");
    }

    /** What it said; something when it failed, too. */
    private static String run(Path folder, List<String> command) throws IOException, InterruptedException {
        List<String> whole = new ArrayList<>(List.of("unshare", "-rn", "sh", "-c", FEW_PORTS, "sh"));
        whole.addAll(command);
        File output = Files.createTempFile(folder, "scene", ".out").toFile();
        try {
            int code = new ProcessBuilder(whole)
                    .redirectErrorStream(true)
                    .redirectOutput(output)
                    .start()
                    .waitFor();
            return Files.readString(output.toPath()) + (code == 0 ? "" : "exit code " + code);
        } catch (IOException e) {
            return e.toString();
        }
    }
}

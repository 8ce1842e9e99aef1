// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator's log rotation relies on. */
@Tag("process")
class LogRotationTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    static Path folder;

    @Test
    void writesToANewFileOnceTheOldOneWasMovedAndAHangupSent() throws Exception {
        Path log = folder.resolve("access.log");
        Path moved = folder.resolve("access.log.1");
        try (GatewayProcess gateway = GatewayProcess.start(folder, """
                        listeners: [{name: public, address: 127.0.0.1, port: 0}]
                        clusters: [{name: nowhere, endpoints: ["127.0.0.1:1"]}]
                        routes: [{name: all, path-prefix: /served, cluster: nowhere}]
                        admin: {port: 0}
                        access-log: {output: "%s"}
                        """.formatted(log));
                HostilePeer peer = HostilePeer.connect(gateway.address())) {
            peer.status("/before");
            Await.until("a line in the first file", SOON, () -> lines(log) == 1);
            Files.move(log, moved);

            gateway.signal("HUP");
            Await.until("the new file", SOON, () -> Files.exists(log));
            peer.status("/after");

            Await.until("a line in the new file", SOON, () -> lines(log) == 1);
            assertThat(Files.readString(log)).contains("\"path\":\"/after\"");
            assertThat(Files.readString(moved)).contains("\"path\":\"/before\"").doesNotContain("/after");
        }
    }

    private static long lines(Path file) {
        if (!Files.exists(file)) {
            return 0;
        }
        try (var lines = Files.lines(file)) {
            return lines.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

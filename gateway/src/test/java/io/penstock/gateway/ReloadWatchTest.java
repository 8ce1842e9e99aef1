// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code run --watch}: a changed file is read again without anybody asking. */
@Tag("process")
class ReloadWatchTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    private static final String YAML = """
            listeners: [{name: public, address: 127.0.0.1, port: 0}]
            clusters: [{name: nowhere, endpoints: ["127.0.0.1:1"]}]
            routes: [{name: all, path-prefix: /one, cluster: nowhere}]
            admin: {port: 0}
            access-log: {output: none}
            """;

    @TempDir
    Path folder;

    private GatewayProcess watching(Path config) throws IOException {
        GatewayProcess process =
                GatewayProcess.launch(folder, List.of(), List.of(), "run", "--watch", "--config", config.toString());
        process.awaitOutput("admin ready on port ");
        return process;
    }

    /** As editors and deployments do it: nobody ever reads half of it. */
    private void replace(Path config, String yaml) throws IOException {
        Path fresh = Files.writeString(Files.createTempFile(folder, "fresh", ".yaml"), yaml);
        Files.move(fresh, config, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void awaitReloads(GatewayProcess process, int applied, int rejected) {
        Await.until("the counters of reloads", SOON, () -> {
            String metrics = metrics(process);
            return metrics.contains("gateway_config_reloads_total{result=\"applied\"} " + applied + ".0")
                    && metrics.contains("gateway_config_reloads_total{result=\"rejected\"} " + rejected + ".0");
        });
    }

    private static String metrics(GatewayProcess process) {
        try {
            return process.admin("/metrics").body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Test
    void appliesWhatHasChangedAndRejectsWhatIsWrong() throws Exception {
        Path config = Files.writeString(folder.resolve("gateway.yaml"), YAML);
        try (GatewayProcess process = watching(config);
                HostilePeer peer = HostilePeer.connect(process.address())) {
            assertThat(peer.status("/one")).isEqualTo("502");

            replace(config, YAML.replace("/one", "/two"));
            awaitReloads(process, 1, 0);
            assertThat(peer.status("/one")).isEqualTo("404");
            assertThat(peer.status("/two")).isEqualTo("502");

            replace(config, YAML.replace("path-prefix", "path-prefx"));
            awaitReloads(process, 1, 1);
            assertThat(process.output()).contains("not applied, the one before stays in force", "path-prefx");
            assertThat(peer.status("/two")).isEqualTo("502");

            replace(config, YAML + "clusterz: []\n");
            awaitReloads(process, 1, 2);
            replace(config, YAML.replace("access-log: {output: none}", "stores: [{name: s, embedded: {file: /}}]"));
            awaitReloads(process, 1, 3);
            assertThat(process.output()).contains("stores[0].embedded.file: ");
            replace(config, YAML);
            awaitReloads(process, 2, 3);
            assertThat(peer.status("/one")).isEqualTo("502");
        }
    }

    /** The way in which Kubernetes mounts files: the name stays the same link, what it leads to changes. */
    @Test
    void followsALinkToAnotherFile() throws Exception {
        Path first = Files.createDirectory(folder.resolve("first"));
        Path second = Files.createDirectory(folder.resolve("second"));
        Files.writeString(first.resolve("gateway.yaml"), YAML);
        Files.writeString(second.resolve("gateway.yaml"), YAML.replace("/one", "/two"));
        Path current = Files.createSymbolicLink(folder.resolve("current"), first);
        try (GatewayProcess process = watching(current.resolve("gateway.yaml"));
                HostilePeer peer = HostilePeer.connect(process.address())) {
            assertThat(peer.status("/two")).isEqualTo("404");

            Path next = Files.createSymbolicLink(folder.resolve("next"), second);
            Files.move(next, current, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);

            awaitReloads(process, 1, 0);
            assertThat(peer.status("/two")).isEqualTo("502");
        }
    }
}

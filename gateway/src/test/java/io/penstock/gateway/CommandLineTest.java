// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What the command line prints and with what it ends. */
class CommandLineTest {
    @TempDir
    Path folder;

    private record Ran(int code, String out, String err) {}

    private static Ran run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = new CommandLine(new Main())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
        return new Ran(code, out.toString(), err.toString());
    }

    private String file(String yaml) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "gateway", ".yaml"), yaml)
                .toString();
    }

    @Test
    void saysItsVersion() {
        Ran ran = run("version");

        assertThat(ran.code()).isZero();
        assertThat(ran.out()).startsWith("penstock-gateway ").contains("Java ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "run", "check", "explain", "version"})
    void explainsItself(String command) {
        Ran ran = command.isEmpty() ? run("--help") : run(command, "--help");

        assertThat(ran.code()).isZero();
        assertThat(ran.out()).contains("Usage: gateway " + command);
        assertThat(ran.err()).isEmpty();
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        assertThat(run().code()).isEqualTo(2);
        assertThat(run("fly").code()).isEqualTo(2);
        assertThat(run("run").code()).isEqualTo(2);
        assertThat(run("check", "--config").err()).contains("--config");
    }

    @Test
    void findsAGoodFileFine() throws IOException {
        Ran ran = run("check", "--config", file(LocalGateway.toOrigin(9, "")));

        assertThat(ran.code()).isZero();
        assertThat(ran.out()).endsWith(": fine\n");
    }

    private static final String TWO_LISTENERS = """
            listeners:
              - {name: both, port: 1, max-connections: 100, http2: {max-concurrent-streams: 10, max-head-bytes: 16KiB,
                 stream-window-bytes: 128KiB}}
              - {name: old, port: 2, protocols: [http1], max-connections: 8, http1: {max-head-bytes: 16KiB}}
            routes: [{name: all, cluster: a}]
            clusters:
              - {name: a, endpoints: ["a:1"], upstream: {replay-bytes: 64KiB, http2: {stream-window-bytes: 256KiB}}}
              - {name: b, endpoints: ["b:1"], upstream: {replay-bytes: 0B, http2: {stream-window-bytes: 64KiB}}}
            """;

    @Test
    void saysHowMuchMayWaitForSlowPeers() throws IOException {
        Ran ran = run("check", "--config", file(TWO_LISTENERS));

        assertThat(ran.out())
                .contains(
                        "listener both: at most 453 MiB wait for slow peers (100 connections x 10 streams x 464 KiB)\n")
                .contains("listener old: at most 3.0 MiB wait for slow peers (8 connections x 1 streams x 384 KiB)\n");
        assertThat(ran.err()).isEmpty();
    }

    @Test
    void listsEveryProblemOfABadFile() throws IOException {
        Ran ran = run("check", "--config", file("""
                listeners: [{name: public, port: 99999, head-timeout: 1ms}]
                routes: [{name: all, cluster: none}]
                clusterz: []
                """));

        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err())
                .contains("listeners[0].port: ")
                .contains("listeners[0].head-timeout: ")
                .contains("clusterz")
                .contains("did you mean `clusters`?");
    }

    @Test
    void namesAFileThatDoesNotExist() {
        Ran ran = run("check", "--config", folder.resolve("none.yaml").toString());

        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).contains("none.yaml").doesNotContain("Exception").hasLineCount(1);
    }

    private String withBrokenFiles() throws IOException {
        String broken = Files.writeString(folder.resolve("broken.pem"), "-----BEGIN CERTIFICATE-----\n%\n-----END")
                .toString();
        String entries =
                Files.writeString(folder.resolve("entries.json"), "{\"a\": 1}").toString();
        return file("""
                listeners:
                  - {name: one, port: 1, tls: {certificate: /none/chain.pem, key: /none/key.pem}}
                  - {name: two, port: 2, tls: {certificate: "%1$s", key: "%1$s"}}
                routes: [{name: all, cluster: a}]
                clusters:
                  - {name: a, endpoints: ["a:1"]}
                  - name: b
                    endpoints: ["b:1"]
                    upstream: {protocol: h2, tls: {ca: /none/ca.pem, certificate: "%2$s", key: "%2$s"}}
                stores:
                  - {name: near, embedded: {file: "%3$s"}}
                  - {name: far, redis: {url: "rediss://localhost", trust: /none/trust.pem}}
                  - {name: odd, redis: {url: "redis://user@localhost"}}
                lookups:
                  - {name: l, store: near, key: "${jobid}", upstream: {protocol: h2, tls: {ca: "%1$s"}}}
                access-log: {output: /none/access.log}
                """.formatted(broken, folder, entries));
    }

    private String[] problemsOfTheFiles() {
        String broken = folder.resolve("broken.pem").toString();
        return new String[] {
            "listeners[0].tls.certificate: /none/chain.pem does not exist",
            "listeners[0].tls.key: /none/key.pem does not exist",
            "listeners[1].tls.certificate: " + broken
                    + " holds a broken certificate that begins in line 1, expected PEM (",
            "listeners[1].tls.key: " + broken + " holds no PRIVATE KEY, expected PEM with PKCS#8 that is not encrypted",
            "lookups[0].upstream.tls.ca: " + broken
                    + " holds a broken certificate that begins in line 1, expected PEM (",
            "clusters[1].upstream.tls.ca: /none/ca.pem does not exist",
            "clusters[1].upstream.tls.certificate: " + folder + " is a folder",
            "clusters[1].upstream.tls.key: " + folder + " is a folder",
            "stores[0].embedded.file: " + folder.resolve("entries.json") + ":1:",
            "stores[1].redis.trust: /none/trust.pem does not exist",
            "stores[2].redis.url: redis url has no colon between user and password",
            "access-log.output: /none/access.log cannot be made: its folder does not exist"
        };
    }

    @Test
    void readsTheFilesThatTheConfigurationNamesAndListsEveryProblem() throws IOException {
        Ran ran = run("check", "--config", withBrokenFiles());

        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.out()).isEmpty();
        String[] problems = problemsOfTheFiles();
        assertThat(ran.err().lines()).hasSize(problems.length);
        for (int i = 0; i < problems.length; i++) {
            assertThat(ran.err().lines().toList().get(i))
                    .startsWith(problems[i])
                    .matches(".* \\(.*:\\d+:\\d+\\)");
        }
    }

    @Test
    void makesNoFileThatItChecks() throws IOException {
        Path log = folder.resolve("access.log");
        Path entries = folder.resolve("new.json");

        Ran ran = run("check", "--config", file("""
                listeners: [{name: one, port: 1}]
                routes: [{name: all, lookup: l}]
                stores: [{name: near, embedded: {file: "%s", seed: {a: "127.0.0.1:1"}}}]
                lookups: [{name: l, store: near, key: "${jobid}"}]
                access-log: {output: "%s"}
                """.formatted(entries, log)));

        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(log).doesNotExist();
        assertThat(entries).doesNotExist();
    }

    @Test
    @Tag("process")
    void doesNotRunABadFile() throws Exception {
        assertRunFails(2, "listeners: [{port: 0}]\n", "routes");
    }

    @Test
    @Tag("process")
    void namesThePortThatIsTakenAndItsKey() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());

            assertRunFails(
                    1,
                    LocalGateway.toOrigin(9, "").replace("port: 0}]\nroutes", "port: " + port + "}]\nroutes"),
                    "127.0.0.1:" + port,
                    "in use",
                    "listeners[0].address");
            assertRunFails(
                    1,
                    LocalGateway.toOrigin(9, "").replace("admin: {port: 0}", "admin: {port: " + port + "}"),
                    "127.0.0.1:" + port,
                    "admin.port");
        }
    }

    @Test
    @Tag("process")
    void doesNotRunWithFilesThatCannotBeUsed() throws Exception {
        assertRunFails(2, Files.readString(Path.of(withBrokenFiles())), problemsOfTheFiles());
    }

    private void assertRunFails(int code, String yaml, String... said) throws Exception {
        try (GatewayProcess process =
                GatewayProcess.launch(folder, List.of(), List.of(), "run", "--config", file(yaml))) {
            assertThat(process.awaitExit()).as(process.output()).isEqualTo(code);
            assertThat(process.output()).contains(said).doesNotContain("\tat ");
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.penstock.harness.backend.Backends;
import io.penstock.harness.terminal.Reading;
import io.penstock.harness.websocket.WebSocketBackend;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MainTest {

    private static Backends backends;

    @BeforeAll
    static void start() throws Exception {
        backends = Backends.start(Backends.Ports.any());
    }

    @AfterAll
    static void stop() {
        backends.close();
    }

    private record Ran(int exitCode, String out, String err) {}

    private static Ran run(String... args) {
        var out = new StringWriter();
        var err = new StringWriter();
        int code = Main.commands()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
        return new Ran(code, out.toString(), err.toString());
    }

    private static String a() {
        return "127.0.0.1:" + backends.grpcA();
    }

    private static Map<?, ?> json(String text) throws Exception {
        return Objects.requireNonNull((Map<?, ?>) Reading.json(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "call --kind sideways",
                "call --to 127.0.0.1",
                "call --to 127.0.0.1:70000",
                "call --to 192.0.2.1:80",
                "call --timeout 5",
                "call -H nocolon",
                "call -H a{b:c",
                "call -H print-bin:??",
                "call --timeout 0ms",
                "call --count 0",
                "call --size 1GiB",
                "load --rate 10 --concurrency 2",
                "load --rate -1",
                "load --poisson",
                "load --kind get",
                "load --duration 11m",
                "load --to 192.0.2.1:80",
                "latency",
                "latency --redis 127.0.0.1:6379 --rounds 0",
                "latency --redis 192.0.2.1:6379",
                "latency --redis 127.0.0.1:6379 --bodies bytes",
                "soak --max 1KiB",
                "soak --in-flight 1MiB",
                "soak --cancel 101",
                "demo --gateway nowhere",
                "hold --to 192.0.2.1:80",
                "hold --connections 0",
                "http-load --to http://192.0.2.1/",
                "http-load --to https://127.0.0.1:1/",
                "http-load --to 127.0.0.1:1/{",
                "http-load --rate 0",
                "http-load --method get",
                "interop --to nowhere",
                "interop --timeout 1ms",
                "avalanche --backends 1,2",
                "avalanche --rate 0",
                "avalanche --to 192.0.2.1:80",
                "avalanche --slice 1ms",
                "websocket --sockets 0",
                "websocket --to 192.0.2.1:80",
                "sign --key-id k --key env:NOWHERE_AT_ALL http://127.0.0.1:1/",
                "sign --key-id k --key secret http://127.0.0.1:1/",
                "sign --key-id k --key file:nowhere nonsense",
                "sink --port 99999",
                "sink --backlog 0",
                "tokens",
                "tokens --key k --out o --count 0",
                "tokens --key k --out o --algorithm none",
                "tokens --key k --out o --subjects 0",
                "tokens --key k --out o --scope a\"b",
                "websocket-backend --port 99999",
                "websocket-backend --name {}",
                "backends --http 99999",
                "controlled-backends --ports 99999",
                "controlled-backends --control 99999",
                "backends --max-streams 0"
            })
    void refusesWrongUsageWithTwo(String line) {
        var ran = run(line.isEmpty() ? new String[0] : line.split(" ", -1));

        assertThat(ran.exitCode()).isEqualTo(2);
        assertThat(ran.err()).isNotBlank();
        assertThat(ran.out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "backends ",
                "call ",
                "controlled-backends ",
                "demo ",
                "hold ",
                "http-load ",
                "interop ",
                "latency ",
                "lines ",
                "load ",
                "sign ",
                "sink ",
                "soak ",
                "tokens ",
                "websocket ",
                "websocket-backend "
            })
    void explainsItselfInEightyColumns(String command) {
        var ran = run((command + "--help").split(" ", -1));

        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out().lines()).isNotEmpty().allSatisfy(l -> assertThat(l).hasSizeLessThanOrEqualTo(80));
    }

    @Test
    void runsCommandsLineByLine(@TempDir Path folder) throws Exception {
        var file = folder.resolve("said");
        var lines = "one " + file + " call --to " + a() + " --json\ntwo " + folder.resolve("other") + " nonsense\n";
        var out = new StringWriter();

        int code = new CommandLine(new LinesCommand(new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8))))
                .setOut(new PrintWriter(out, true))
                .execute();

        assertThat(code).isEqualTo(1);
        assertThat(out.toString().lines()).containsExactlyInAnyOrder("one 0", "two 2");
        assertThat(json(Files.readString(file)).get("status")).isEqualTo("OK");
    }

    @Test
    void refusesALineThatIsNoCommand() {
        var ran = new CommandLine(
                        new LinesCommand(new ByteArrayInputStream("one two\n".getBytes(StandardCharsets.UTF_8))))
                .setErr(new PrintWriter(new StringWriter()))
                .execute();

        assertThat(ran).isNotZero();
    }

    @Test
    void listsHostileBehaviours() {
        var ran = run("backends", "--behaviours");

        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out()).contains("rst-after-head", "goaway-zero", "zero-window");
        assertThat(ran.out().lines()).allSatisfy(l -> assertThat(l).hasSizeLessThanOrEqualTo(80));
    }

    @Test
    void namesThePortThatIsTaken() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var ran = run(("backends --grpc-a 0 --grpc-b 0 --http 0 --silent 0 --hostile " + taken.getLocalPort())
                    .split(" ", -1));

            assertThat(ran.exitCode()).isEqualTo(2);
            assertThat(ran.err()).contains("port " + taken.getLocalPort(), "--hostile");
        }
    }

    @Test
    void callsAndSaysHowItWent() throws Exception {
        var table = run("call", "--to", a(), "--kind", "bidi", "--count", "2", "--jobid", "demo-1");
        var json = run("call", "--to", a(), "-H", "echo-trailer-cost: 12", "--json");

        assertThat(table.exitCode()).isZero();
        assertThat(table.out()).contains("status   OK", "backend  a", "messages=2 bytes=32");
        assertThat(json(json.out()).get("succeeded")).isEqualTo(true);
        assertThat(json.out()).contains("[\"cost\",\"12\"]");
    }

    @Test
    void failsWithOneWhenTheCallFailed() {
        var refused = run("call", "--to", a(), "-H", "echo-status: 7 not you");
        var web = run("call", "--to", "127.0.0.1:" + backends.http(), "--kind", "get", "--path", "/status/503");
        var away = run("call", "--to", "127.0.0.1:" + backends.hostile(), "--kind", "get", "--path", "/close");

        assertThat(List.of(refused.exitCode(), web.exitCode(), away.exitCode())).isEqualTo(List.of(1, 1, 1));
        assertThat(refused.out()).contains("PERMISSION_DENIED", "not you");
        assertThat(web.out()).contains("503");
        assertThat(away.out()).contains("FAILED");
    }

    @Test
    void loadsAndReportsAsJson() throws Exception {
        var ran = run("load", "--to", a(), "--rate", "100", "--duration", "300ms", "--json");

        var report = json(ran.out());
        assertThat(ran.exitCode()).isZero();
        assertThat(report.get("requests")).isEqualTo(30);
        assertThat(ran.out()).contains("\"from\":\"intended begin\"");
    }

    @Test
    void loadsAndReportsAsATable() {
        var ran = run("load", "--to", a(), "--concurrency", "2", "--duration", "200ms");

        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out()).contains("closed loop, 2 callers", "p99.9", "backend a");
        assertThat(ran.out().lines()).allSatisfy(l -> assertThat(l).hasSizeLessThanOrEqualTo(80));
    }

    @Test
    void loadsOverHttpAndChecksTheBytes() throws Exception {
        var url = "http://127.0.0.1:" + backends.http() + "/bytes/10";

        var right = run("http-load", "--to", url, "--rate", "50", "--duration", "400ms", "--expect-bytes", "10");
        var wrong = run("http-load", "--to", url, "--duration", "200ms", "--expect-bytes", "11", "--json");

        assertThat(right.exitCode()).isZero();
        assertThat(right.out()).contains("open loop, 64 connections", "200 bytes", "backend http  20");
        assertThat(right.out().lines()).allSatisfy(l -> assertThat(l).hasSizeLessThanOrEqualTo(80));
        assertThat(wrong.exitCode()).isEqualTo(1);
        assertThat(json(wrong.out()).get("errors")).isEqualTo(0);
    }

    @Test
    void opensWebSocketsAndSaysWhichStayedOpen() throws Exception {
        try (var backend = WebSocketBackend.start("ws", 0)) {
            var to = "127.0.0.1:" + backend.port();

            var open = run("websocket", "--to", to, "--sockets", "3", "--interval", "50ms", "--duration", "300ms");
            var closed =
                    run("websocket", "--to", to + "/close/1001", "--sockets", "2", "--duration", "300ms", "--json");

            assertThat(open.exitCode()).isZero();
            assertThat(open.out()).contains("3 of 3 opened", "still open  3");
            assertThat(closed.exitCode()).isEqualTo(1);
            assertThat(json(closed.out()).get("closed")).isEqualTo(Map.of("1001", 2));
        }
    }

    @Test
    void holdsConnectionsAndSaysHowManyStayedOpen() {
        var ran = run("hold", "--to", "127.0.0.1:" + backends.http(), "--connections", "10", "--duration", "1ms");

        assertThat(ran.out().lines()).containsExactly("holding 10 of 10", "open 10 of 10");
        assertThat(ran.exitCode()).isZero();
    }

    @Test
    void soaksAndSaysThatItPassed() {
        var ran = run("soak", "--to", a(), "--streams", "20", "--duration", "1s", "--max", "256KiB", "--cancel", "5");

        assertThat(ran.out()).contains("soak        passed", "20 at once");
        assertThat(ran.exitCode()).isZero();
    }

    @Test
    void demonstratesEachKindAndTheConnectionsBehindThem() throws Exception {
        var admin = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        var ledger = "{\"connections\":[{\"target\":\"127.0.0.1:9101\",\"opened\":1,\"reused\":3,\"open\":1,"
                + "\"streams\":0,\"later\":{}}],\"redis\":null}";
        admin.createContext("/v1/connections", exchange -> {
            exchange.sendResponseHeaders(200, ledger.length());
            exchange.getResponseBody().write(ledger.getBytes(StandardCharsets.UTF_8));
            exchange.close();
        });
        admin.start();
        try {
            // The hostile backend answers all five kinds of call properly as long as nothing else is asked for.
            var gateway = "127.0.0.1:" + backends.hostile();
            var adminAt = "127.0.0.1:" + admin.getAddress().getPort();

            var table = run("demo", "--gateway", gateway, "--admin", adminAt);
            var json = run("demo", "--gateway", gateway, "--admin", adminAt, "--json");

            assertThat(table.out()).contains("client-stream", "web-1", "127.0.0.1:9101  1       3");
            assertThat(table.exitCode()).isZero();
            assertThat(((List<?>) json(json.out()).get("calls"))).hasSize(5);
        } finally {
            admin.stop(0);
        }
    }

    @Test
    void runsInteropCasesAndTellsPassedFromFailed() {
        var passed = run("interop", "--to", a(), "--case", "empty_unary", "--jobid", "demo-1");
        var failed = run("interop", "--to", "127.0.0.1:1", "--case", "empty_unary");

        assertThat(passed.out()).contains("1 of 1 passed");
        assertThat(passed.exitCode()).isZero();
        assertThat(failed.out()).contains("FAILED", "UNAVAILABLE");
        assertThat(failed.exitCode()).isEqualTo(1);
    }

    @Test
    void failsTheDemonstrationWhenACallFailed() {
        var ran = run("demo", "--gateway", a(), "--admin", "127.0.0.1:1");

        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.out()).contains("no connections known");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.config.read.Problem;
import io.penstock.gateway.config.route.TargetConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

public class ConfigReaderTest {
    static final String SMALLEST = """
            listeners: [{port: 0}]
            routes: [{name: all, cluster: origin}]
            clusters: [{name: origin, endpoints: ["localhost:1"]}]
            """;

    @TempDir
    Path folder;

    @Test
    void readsTheSmallestFile() {
        GatewayConfig config = ConfigReader.read(SMALLEST, Map.of());

        assertThat(config.listeners()).hasSize(1);
        assertThat(config.listeners().get(0).name()).isEqualTo("default");
        assertThat(config.routes().get(0).action()).isEqualTo(new TargetConfig.ClusterTarget("origin"));
        assertThat(config.clusters().get(0).upstream().connectTimeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.trusted()).isEmpty();
    }

    @Test
    void reportsEveryProblemAtOnceInTheOrderOfTheFile() {
        String text = """
                listeners:
                  - port: http
                    max-conections: 5
                  - {name: second}
                routes:
                  - {name: all, cluster: orign, path-prefix: v1}
                clusters:
                  - name: origin
                    endpoints: [localhost]
                    upstream: {connect-timeout: 2m, max-connections: 0, idle-timeout: 5}
                """;

        assertThat(problems(text))
                .containsExactly(
                        "listeners[0].port: http is not valid, expected a whole number (config:2:11)",
                        "listeners[0].max-conections: is not a known key, did you mean `max-connections`? (config:3:21)",
                        "listeners[1].port: is missing, expected a whole number (config:4:5)",
                        "routes[0].cluster: orign is not in clusters, did you mean `origin`? (config:6:26)",
                        "routes[0].path-prefix: v1 is not a path of whole segments, expected one such as /v1 or /pkg.Service"
                                + " (config:6:46)",
                        "clusters[0].endpoints[0]: localhost is not host:port, expected a DNS name, an IPv4 or a bracketed"
                                + " IPv6 address, and a port of 1 to 65535 (config:9:17)",
                        "clusters[0].upstream.connect-timeout: 2m is outside 1ms to 1m (config:10:33)",
                        "clusters[0].upstream.max-connections: 0 is outside 1 to 65535 (config:10:54)",
                        "clusters[0].upstream.idle-timeout: 5 is not valid, expected a duration with its unit, such as"
                                + " 250ms, 2s, 5m or 1h (config:10:71)");
    }

    @ParameterizedTest
    @CsvSource({
        "max-conections, max-connections",
        "maxConnections, max-connections",
        "max_connections, max-connections",
        "adress, address",
        "prot, port",
        "idletimeout, idle-timeout",
        "htpt2, http2"
    })
    void namesTheNearestKnownKey(String wrong, String meant) {
        String text = SMALLEST.replace("{port: 0}", "{port: 0, " + wrong + ": 1}");

        assertThat(problems(text))
                .singleElement()
                .asString()
                .contains(wrong + ": is not a known key, did you mean `" + meant);
    }

    @Test
    void listsTheKnownKeysWhenNoneIsNear() {
        assertThat(problems(SMALLEST + "drain: {zzzzzzzzzz: 1}\n"))
                .containsExactly("drain.zzzzzzzzzz: is not a known key, expected timeout, notice (config:4:21)");
    }

    @Test
    void refusesAKeyThatIsGivenTwice() {
        assertThat(problems(SMALLEST + "drain: {timeout: 1s, timeout: 2s}\n"))
                .containsExactly("drain.timeout: is given twice, expected once; the first is on line 4 (config:4:22)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "drain: [1] | drain: is a list, expected keys with values",
                "drain: 5s | drain: is a text or number, expected keys with values",
                "drain: | drain: is without a value, expected keys with values",
                "drain: {timeout: } | drain.timeout: is without a value, expected a duration",
                "drain: {timeout: {a: 1}} | drain.timeout: is a block of keys, expected a duration",
                "trusted: 127.0.0.1 | trusted: is a text or number, expected a list",
                "trusted: [[1]] | trusted[0]: is a list, expected a text",
                "trusted: [localhost] | trusted[0]: localhost is not an IP network",
                "trusted: [10.1.0.0/8] | trusted[0]: 10.1.0.0/8 has bits after its prefix, expected 10.0.0.0/8",
                "admin: {port: 1.5} | admin.port: 1.5 is not valid, expected a whole number",
                "admin: {port: 010} | admin.port: 010 is not valid, expected a whole number",
                "admin: {port: -1} | admin.port: -1 is outside 0 to 65535",
                "admin: {port: 99999999999} | admin.port: 99999999999 is outside 0 to 65535",
                "admin: {port: -99999999999999999999} | admin.port: -99999999999999999999 is outside 0 to 65535",
                "admin: {address: 'a b'} | admin.address: \"a b\" is neither an IP address nor a DNS name",
                "access-log: {output: ''} | access-log.output: is blank, expected a text",
            })
    void refusesAValueOfTheWrongKind(String line, String problem) {
        assertThat(problems(SMALLEST + line + "\n")).singleElement().asString().contains(problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n", "# only a comment\n", "---\n", "null\n", "~"})
    void saysThatAFileIsEmpty(String text) {
        assertThat(problems(text))
                .singleElement()
                .asString()
                .startsWith("config: is empty, expected at least listeners");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a: [",
                "a: b: c",
                "\t- x",
                "a: 'x",
                "{a: 1}}",
                "%YAML 9.9\n---\na: 1",
                "a: \u0007",
                "- a\nb: c",
                "a: *b",
                "&a a: *a",
                "a: !!int 5",
                "!x {a: 1}",
                "? [a]\n: b",
                "a: 1\n---\nb: 2",
                "%YAML 99999999999.1\n--- a",
                "a: &b {c: *b}"
            })
    void saysOnceThatAFileIsNotYaml(String text) {
        assertThat(problems(text)).singleElement().asString().startsWith("config: ");
    }

    @Test
    void neverQuotesTheFileWhenItIsNotYaml() {
        assertThat(problems("stores: [{name: a, redis: {url: 'redis://:hunter2@localhost}}]\n"))
                .singleElement()
                .asString()
                .doesNotContain("hunter2");
    }

    @Test
    void refusesWhatIsNotABlockOfKeys() {
        assertThat(problems("just text"))
                .containsExactly(
                        "config: is a text or number, expected keys with values (config:1:1)",
                        "listeners: is empty, expected one or more (config:1:1)",
                        "routes: is empty, expected one or more (config:1:1)");
    }

    @Test
    void keepsEachProblemOnOneLine() {
        assertThat(problems(SMALLEST + "\"a\\nb\": 1\nadmin: {address: \"c\\nd\"}\n"))
                .hasSize(2)
                .noneMatch(problem -> problem.contains("\n"));
    }

    @Test
    void boundsTheDepth() {
        assertThat(problems("a: " + "[".repeat(500_000)))
                .singleElement()
                .asString()
                .contains("nested deeper than 32");
    }

    @Test
    void boundsWhatAliasesExpandTo() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 20; i++) {
            bomb.append("a" + i + ": &a" + i + " [")
                    .append(("*a" + (i - 1) + ", ").repeat(10))
                    .append("x]\n");
        }

        assertThat(problems(bomb.toString())).singleElement().asString().contains("more than 100000 values");
    }

    @Test
    void boundsTheLength() {
        assertThat(problems(SMALLEST + "#".repeat(1024 * 1024)))
                .singleElement()
                .asString()
                .matches("config: has 1048\\d{3} characters, expected at most 1048576");
    }

    @Test
    void boundsTheNumberOfProblems() {
        String text = SMALLEST.replace("\"localhost:1\"", "x, ".repeat(90_000) + "x");

        assertThat(problems(text))
                .hasSize(101)
                .last()
                .asString()
                .isEqualTo("config: may have further problems, these are the first 100");
    }

    @Test
    void understandsAnchorsAndAliases() {
        GatewayConfig config = ConfigReader.read("""
                listeners: [{port: 0, http2: &limits {max-pings: 7}}]
                routes: [{name: all, cluster: origin}]
                clusters: [{name: origin, endpoints: ["localhost:1"], upstream: {http2: *limits}}]
                """, Map.of());

        assertThat(config.clusters().get(0).upstream().http2().maxPings()).isEqualTo(7);
    }

    @Test
    void readsAFileAndNamesItInProblems() throws IOException {
        Path file = Files.writeString(folder.resolve("gate.yaml"), SMALLEST + "x: 1\n");

        ConfigException e = catchThrowableOfType(ConfigException.class, () -> ConfigReader.read(file, Map.of()));

        assertThat(e).hasMessageEndingWith("(" + file + ":4:4)");
    }

    @Test
    void saysWhyAFileCannotBeRead() throws IOException {
        Path broken = Files.write(folder.resolve("latin1.yaml"), new byte[] {'a', ':', ' ', (byte) 0xe9});
        Path large = Files.write(folder.resolve("large.yaml"), new byte[1024 * 1024 + 1]);

        assertThat(List.of(folder.resolve("none.yaml"), folder, broken, large))
                .extracting(this::message)
                .satisfiesExactly(
                        message -> assertThat(message)
                                .endsWith("none.yaml: does not exist, expected a configuration file"),
                        message -> assertThat(message).endsWith("it is a folder"),
                        message -> assertThat(message)
                                .matches(
                                        "(?s).*latin1.yaml: has the byte 0x[0-9a-f]{2} at \\d+, in line \\d+, expected UTF-8 text"),
                        message -> assertThat(message)
                                .matches("(?s).*large.yaml: has \\d{7} bytes, expected at most 1048576"));
    }

    private String message(Path file) {
        ConfigException e = catchThrowableOfType(ConfigException.class, () -> ConfigReader.read(file, Map.of()));
        return String.valueOf(e.getMessage());
    }

    static List<String> problems(String text) {
        return problems(text, Map.of());
    }

    static List<String> problems(String text, Map<String, String> environment) {
        ConfigException e = catchThrowableOfType(ConfigException.class, () -> ConfigReader.read(text, environment));
        assertThat(e).as("nothing is wrong with %s", text).isNotNull();
        return e.problems().stream().map(Problem::toString).toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "listenerz: [{port: 0}] | listenerz: is not a known key, did you mean `listeners`?",
                "listeners: [{prot: 0}] | listeners[0].prot: is not a known key, did you mean `port`?",
                "listeners: [{prot: x}] | listeners[0].prot: is not a known key, did you mean `port`?"
            })
    void reportsAMisspeltKeyAndNotThatTheMeantOneIsMissing(String listeners, String problem) {
        String text = SMALLEST.replace("listeners: [{port: 0}]", listeners);

        assertThat(problems(text)).anyMatch(found -> found.startsWith(problem)).hasSize(1);
    }

    @Test
    void reportsAMisspeltSectionAndNotThatItsNamesAreMissing() {
        String text = SMALLEST.replace("clusters: [{name", "cluster: [{name");

        assertThat(problems(text))
                .containsExactly("cluster: is not a known key, did you mean `clusters`? (config:3:10)");
    }

    @Test
    void reportsABadNameAndNotThatNobodyHasIt() {
        String text = SMALLEST.replace("origin", "\"my origin\"");

        assertThat(problems(text))
                .singleElement()
                .asString()
                .startsWith("clusters[0].name: \"my origin\" is not a name");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{port: ${P:8180}}", "{name: a, port: ${PORT}}", "{port: 1, address: ${A}}"})
    void saysHowAVariableInBracesIsWritten(String listener) {
        String variable = listener.replaceAll(".*(\\$\\{[^}]*}).*", "$1");

        assertThat(problems("listeners: [" + listener + "]"))
                .singleElement()
                .asString()
                .contains("config: is not YAML: ")
                .contains("; " + variable + " has to be in quotes between { } or [ ]: \"" + variable + "\" (config:1:");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "path-prefix: '/x/*' | expected it without the star: a prefix takes everything below",
                "path-prefix: '/x*' | expected path-template with a place such as {id}",
                "path-prefix: '/users/:id' | expected path-template with a place such as {id}",
                "path: '/x/**' | expected path-prefix without the star, which takes everything below",
                "path: '/users/{id}' | expected path-template with a place such as {id}",
                "path-template: '/x/{id}/*' | expected /... at its end, which takes everything below",
                "path-template: '/x/{rest...}' | expected /... at its end, which takes everything below",
                "path-template: '/x/:id' | expected a place such as {id}",
                "host: '*' | expected no key: a route without it takes every host",
                "host: '.example.test' | expected *. and the name",
                "host: 'api.*' | expected a DNS name, or *. and a DNS name",
                "host: '~^api' | expected a DNS name, or *. and a DNS name",
                "methods: ['*'] | expected no key: a route without it takes every method",
                "grpc: {service: a.B, method: '*'} | expected no key: a route without it takes every method",
                "headers: [{name: 'x-*', present: true}] | expected one whole name"
            })
    void saysWhatToWriteInPlaceOfAPatternWhereALiteralIsMeant(String route, String advice) {
        String text = SMALLEST.replace("{name: all,", "{name: all, " + route + ",");

        assertThat(problems(text)).singleElement().asString().contains(advice);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "path-prefix: /v1/items:batch",
                "path: '/a@b;c=1'",
                "path-template: '/v1/{id}/...'",
                "host: '*.a.test'"
            })
    void takesWhatOnlyLooksLikeAPattern(String route) {
        String text = SMALLEST.replace("{name: all,", "{name: all, " + route + ",");

        assertThat(ConfigReader.read(text, Map.of()).routes()).hasSize(1);
    }

    @Test
    void takesAnIpv6HostWithBracketsAndWithout() {
        for (String host : List.of("[::1]", "::1")) {
            GatewayConfig config =
                    ConfigReader.read(SMALLEST.replace("{name: all,", "{name: all, host: \"" + host + "\","), Map.of());

            assertThat(config.routes().getFirst().match().host()).hasValue("::1");
        }
        assertThat(problems(SMALLEST.replace("{port: 0}", "{port: 0, address: \"[::1]\"}")))
                .containsExactly("listeners[0].address: [::1] has brackets, expected the address alone (config:1:32)");
    }

    @Test
    void tellsAtWhichByteAFileIsNotUtf8() throws IOException {
        Path file = Files.write(folder.resolve("cut.yaml"), new byte[] {'a', '\n', 'b', (byte) 0xc3, 'c'});

        assertThat(catchThrowableOfType(ConfigException.class, () -> ConfigReader.read(file, Map.of())))
                .hasMessage(file + ": has the byte 0xc3 at 3, in line 2, expected UTF-8 text");
    }
}

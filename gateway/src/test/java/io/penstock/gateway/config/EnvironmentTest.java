// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config;

import static io.penstock.gateway.config.ConfigReaderTest.problems;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentTest {
    private static final String FILE = """
            listeners: [{port: "${PORT:8091}"}]
            routes: [{name: all, lookup: job}]
            lookups: [{name: job, store: jobs, key: "${KEY_PREFIX:}${jobid}"}]
            stores:
              - name: jobs
                redis: {url: "${REDIS_URL:}", max-connections: "${REDIS_CONNECTIONS:16}"}
            """;

    @Test
    void fallsBackToDefaults() {
        GatewayConfig config = ConfigReader.read(FILE, Map.of());

        assertThat(config.listeners().get(0).port()).isEqualTo(8091);
        assertThat(config.lookups().get(0).key()).isEqualTo("${jobid}");
        assertThat(config.stores().get(0).redis()).isEmpty();
    }

    @Test
    void putsVariablesInBeforeTypesAreLookedAt() {
        GatewayConfig config = ConfigReader.read(
                FILE, Map.of("PORT", "9", "KEY_PREFIX", "job:", "REDIS_URL", "redis://:pw@cache:6379/2"));

        assertThat(config.listeners().get(0).port()).isEqualTo(9);
        assertThat(config.lookups().get(0).key()).isEqualTo("job:${jobid}");
        assertThat(config.stores().get(0).redis().orElseThrow().url()).isEqualTo("redis://:pw@cache:6379/2");
    }

    @Test
    void reportsAVariableThatIsNotSet() {
        assertThat(problems(FILE.replace("${PORT:8091}", "${PORT}")))
                .singleElement()
                .asString()
                .startsWith("listeners[0].port: ${PORT} is not set in the environment and has no default");
    }

    @ParameterizedTest
    @ValueSource(strings = {"${PORT", "${PORT-8091}", "${PORT:${OTHER:1}}", "${PORT:1}${Port}"})
    void reportsWhatOnlyLooksLikeAVariable(String text) {
        assertThat(problems(FILE.replace("${PORT:8091}", text)))
                .singleElement()
                .asString()
                .startsWith("listeners[0].port: has a ${ that is neither ${NAME} nor ${NAME:default}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PORT | s3cretX",
                "PORT | 123456789",
                "PORT | ''",
                "REDIS_URL | s3cretX",
                "REDIS_URL | redis://user:s3cretX@",
                "REDIS_URL | redis://user:s3cretX@a,b",
                "REDIS_URL | rediss://user:s3cretX@a:99999",
                "REDIS_CONNECTIONS | 123456789",
                "KEY_PREFIX | s3cretX${",
            })
    void neverEchoesTheValueOfAVariable(String name, String value) {
        assertThat(problems(FILE, Map.of(name, value)))
                .isNotEmpty()
                .allSatisfy(problem -> assertThat(problem).doesNotContain("s3cretX", "123456789"));
    }

    @Test
    void namesTheVariableInsteadOfItsValue() {
        assertThat(problems(FILE, Map.of("PORT", "70000")))
                .containsExactly("listeners[0].port: value of ${PORT} is outside 0 to 65535 (config:1:20)");
    }

    @Test
    void neverEchoesANameThatCameFromTheEnvironment() {
        String file = FILE.replace("name: job,", "name: \"${SECRET}\",").replace("lookup: job", "lookup: top-secrat");

        assertThat(problems(file, Map.of("SECRET", "top-secret")))
                .singleElement()
                .asString()
                .contains("top-secrat is not in lookups, did you mean `value of ${SECRET}`?");
    }

    @Test
    void neverEchoesThePasswordOfAUrlInTheFile() {
        assertThat(problems(FILE.replace("${REDIS_URL:}", "redis://user:s3cretX@host:port/0")))
                .singleElement()
                .asString()
                .startsWith("stores[0].redis.url: has a host that is not valid")
                .doesNotContain("s3cretX");
        assertThat(problems(FILE.replace("all, lookup: job", "all, lookup: 'redis://user:s3cretX@host'")))
                .singleElement()
                .asString()
                .contains("redis://***@host");
    }

    @Test
    void neverEchoesThePasswordOfAUrlThatBecameAKey() {
        String key = "? 'redis://user:s3cretX@host'\n: 1\n";

        assertThat(problems(FILE + key + key))
                .hasSize(2)
                .allSatisfy(problem ->
                        assertThat(problem).startsWith("redis://***@host: is ").doesNotContain("s3cretX"));
    }

    @Test
    void cannotAddKeys() {
        GatewayConfig config = ConfigReader.read(
                FILE.replace("name: jobs\n", "name: jobs\n    embedded: {file: \"${FILE}\"}\n"),
                Map.of("FILE", "x}, seed: {a: 'b:1'} #\n\"'"));

        assertThat(config.stores().get(0).embedded().seed()).isEmpty();
        assertThat(config.stores().get(0).embedded().file().orElseThrow().toString())
                .isEqualTo("x}, seed: {a: 'b:1'} #\n\"'");
    }

    @Test
    void isNotAskedAgainByAValue() {
        String file = FILE.replace("name: jobs\n", "name: jobs\n    embedded: {file: \"${FILE}\"}\n");

        GatewayConfig config = ConfigReader.read(file, Map.of("FILE", "${PORT}", "PORT", "1"));

        assertThat(config.stores().get(0).embedded().file().orElseThrow().toString())
                .isEqualTo("${PORT}");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config;

import static io.penstock.gateway.config.ConfigReaderTest.problems;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GatewayConfigTest {
    private static final String LISTENERS = "listeners: [{port: 0}]\n";
    private static final String CLUSTERS = "clusters: [{name: origin, endpoints: ['localhost:1']}]\n";
    private static final String ROUTES = "routes: [{name: all, cluster: origin}]\n";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[{name: a, cluster: other}] | routes[0].cluster: other is not in clusters, expected one of origin",
                "[{name: a, lookup: job}] | routes[0].lookup: job is not in lookups, which has no names",
                "[{name: a, cluster: origin, lookup: job}] | routes[0].lookup: is given beside cluster, expected exactly one",
                "[{name: a}] | routes[0].cluster: is missing, expected exactly one of cluster and lookup",
                "[{name: a, cluster: origin}, {name: a, cluster: origin, host: h}] | routes[1].name: a is the name of routes[0]",
                "[{name: a, cluster: origin}, {name: b, cluster: origin}] | routes[1]: \"a and b match the same host and path",
                "[{name: a, cluster: origin, host: H.x, path-prefix: /v/}, {name: b, cluster: origin, host: h.X, path-prefix: /v}]"
                        + " | routes[1]: \"a and b match the same host",
                "[{name: a, cluster: origin, timeout: 500ms}] | routes[0].timeout: 500ms is shorter than connect-timeout",
                "[{name: a, cluster: origin, timeout: 2s, max-idle: 3s}] | routes[0].max-idle: 3s is longer than timeout",
                "[{name: a b, cluster: origin}] | routes[0].name: \"a b\" is not a name",
                "[{name: '', cluster: origin}] | routes[0].name: \"\" is not a name",
                "[{name: a, cluster: origin, host: 'h:80'}] | routes[0].host: h:80 is neither an IP address nor a DNS name",
                "[{name: a, cluster: origin, path-prefix: /a/../b}] | routes[0].path-prefix: /a/../b has a dot segment",
                "[{name: a, cluster: origin, path-prefix: /a//b}] | routes[0].path-prefix: /a//b is not a path",
                "[{name: a, cluster: origin, path-prefix: '/a?b'}] | routes[0].path-prefix: /a?b is not a path",
                "[{name: a, cluster: origin, authority: 'a b'}] | routes[0].authority: \"a b\" is not an authority",
                "[] | routes: is empty, expected one or more",
            })
    void refusesRoutesThatDoNotFit(String routes, String problem) {
        assertThat(problems(LISTENERS + CLUSTERS + "routes: " + routes))
                .singleElement()
                .asString()
                .contains(problem.replace("\"a and b", "a and b"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{name: a, cluster: origin}, {name: b, cluster: origin, host: h}]",
                "[{name: a, cluster: origin, path-prefix: /v1}, {name: b, cluster: origin, path-prefix: /v2}]",
                "[{name: a, cluster: origin, path-prefix: /grpc.testing.TestService/, authority: target}]",
                "[{name: a, cluster: origin, host: '::1', authority: 'example.org:8080', timeout: 1s, max-idle: 1s}]"
            })
    void acceptsRoutesThatFit(String routes) {
        assertThatCode(() -> ConfigReader.read(LISTENERS + CLUSTERS + "routes: " + routes, Map.of()))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[{name: a, port: 80}, {name: b, port: 80}] | listeners[1].port: 80 is taken by listeners[0]",
                "[{name: a, port: 80, address: '::'}, {name: b, port: 80, address: 10.0.0.1}] | 80 is taken by listeners[0]",
                "[{name: a, port: 80, address: '::1'}, {name: b, port: 80, address: '0:0::1'}] | 80 is taken by listeners[0]",
                "[{port: 9901}] | listeners[0].port: 9901 is taken by admin",
                "[{port: 80}, {port: 81}] | listeners[1].name: default is the name of listeners[0] already",
            })
    void refusesListenersThatMeet(String listeners, String problem) {
        assertThat(problems("listeners: " + listeners + "\n" + CLUSTERS + ROUTES))
                .singleElement()
                .asString()
                .contains(problem);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{name: a, port: 0}, {name: b, port: 0}]",
                "[{name: a, port: 80, address: 10.0.0.1}, {name: b, port: 80, address: 10.0.0.2}]",
                "[{port: 9901, address: 10.0.0.1}]"
            })
    void acceptsListenersThatDoNotMeet(String listeners) {
        assertThatCode(() -> ConfigReader.read("listeners: " + listeners + "\n" + CLUSTERS + ROUTES, Map.of()))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "listeners: [{port: 0, http2: {stream-window-bytes: 8MiB}}] | listeners[0].http2.connection-window-bytes: 4MiB is"
                        + " smaller than stream-window-bytes",
                "listeners: [{port: 0, address: http://x}] | listeners[0].address: http://x is neither",
                "clusters: [{name: origin, endpoints: ['a:1', 'a:1']}] | clusters[0].endpoints[1]: a:1 is given twice",
                "clusters: [{name: origin, endpoints: ['1.2.3.4.5:1']}] | clusters[0].endpoints[0]: 1.2.3.4.5:1 is not host:port",
                "clusters: [{name: origin, endpoints: ['a:0']}] | clusters[0].endpoints[0]: a:0 is not host:port",
                "clusters: [{name: origin, endpoints: ['::1:1']}] | clusters[0].endpoints[0]: ::1:1 is not host:port",
                "clusters: [{name: origin, endpoints: ['a:1'], upstream: {ping-after: 10m}}] | upstream.ping-after: 10m is longer",
                "clusters: [{name: origin, endpoints: ['a:1'], upstream: {protocol: h2}}] | protocol: h2 is not valid, expected h2c"
                        + " or http1",
                "drain: {timeout: 500ms} | drain.notice: 1s is longer than timeout",
                "lookups: [{name: j, store: x, key: '${a}'}] | lookups[0].store: x is not in stores, which has no names",
                "stores: [{name: s, embedded: {seed: {a: b}}}] | stores[0].embedded.seed.a: b is not host:port",
                "stores: [{name: s, embedded: {max-entries: 1, seed: {a: 'b:1', c: 'b:1'}}}] | stores[0].embedded.seed: 2 keys are",
                "stores: [{name: s, embedded: {seed: [a]}}] | stores[0].embedded.seed: is a list, expected keys with values",
            })
    void refusesWhatDoesNotFitTogether(String line, String problem) {
        String section = line.substring(0, line.indexOf(':'));
        List<String> rest = new ArrayList<>(List.of(LISTENERS, CLUSTERS, ROUTES));
        rest.removeIf(other -> other.startsWith(section));

        assertThat(problems(line + "\n" + String.join("", rest)))
                .singleElement()
                .asString()
                .contains(problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "key: jobid | lookups[0].key: jobid names no header",
                "key: '${JobId}' | lookups[0].key: has a ${ that is neither ${NAME} nor ${NAME:default}, nor a header in lower",
                "key: '${}' | lookups[0].key: ${} names no header",
                "key: '${a}${b c}' | lookups[0].key: \"${a}${b c}\" has a ${ that names no header",
                "key: '${a', | lookups[0].key: ${a names no header",
                "key: '${a}', key-characters: 'z-a' | lookups[0].key-characters: z-a is not a character class",
                "key: '${a}', key-characters: '' | lookups[0].key-characters: \"\" is not a character class",
                "key: '${a}', key-characters: '^a' | lookups[0].key-characters: ^a is not a character class",
                "key: '${a}', key-characters: 'a].[b' | lookups[0].key-characters: a].[b is not a character class",
                "key: '${a}', key-characters: 'a&&b' | lookups[0].key-characters: a&&b is not a character class",
                "key: '${a}', key-characters: 'a\\' | lookups[0].key-characters: a\\ is not a character class",
                "key: '${a}', fresh-for: 500ms | lookups[0].absent-for: 1s is longer than fresh-for",
                "key: '${a}', fresh-for: 2h | lookups[0].stale-for: 1h is shorter than fresh-for",
                "key: '${a}', allow: {networks: []} | lookups[0].allow.networks: is empty, expected one or more",
                "key: '${a}', allow: {ports: [80-70]} | lookups[0].allow.ports[0]: 80-70 runs backwards",
                "key: '${a}', allow: {ports: [0]} | lookups[0].allow.ports[0]: 0 is outside 1 to 65535",
                "key: '${a}', allow: {ports: [65536]} | lookups[0].allow.ports[0]: 65536 is outside 1 to 65535",
                "key: '${a}', allow: {ports: [http]} | lookups[0].allow.ports[0]: http is not a port range",
            })
    void refusesLookupsThatCannotWork(String keys, String problem) {
        String text =
                LISTENERS + CLUSTERS + ROUTES + "stores: [{name: s}]\nlookups: [{name: j, store: s, " + keys + "}]";

        assertThat(problems(text)).singleElement().asString().contains(problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"${jobid}", "job:${jobid}", "${x-tenant}/${jobid}", "$${a}", "{${a}}"})
    void acceptsKeysWithHeaders(String key) {
        String text = LISTENERS + CLUSTERS + ROUTES + "stores: [{name: s}]\nlookups: [{name: j, store: s, key: '" + key
                + "'}]";

        assertThat(ConfigReader.read(text, Map.of()).lookups().get(0).key()).isEqualTo(key);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "url: 'http://a' | redis.url: is not a Redis URL",
                "url: 'redis://' | redis.url: is not a Redis URL",
                "url: 'redis://a/x' | redis.url: is not a Redis URL",
                "url: 'redis://a,b' | redis.url: names several hosts, expected one unless topology",
                "url: 'redis://a/1', topology: cluster | redis.url: names a database, expected none",
                "url: 'redis://a', topology: sentinel | redis.sentinel-master: is missing",
                "url: 'redis://a', sentinel-master: m | redis.sentinel-master: is given, expected topology: sentinel",
                "url: 'redis://a', sentinel-password: m | redis.sentinel-password: is given, expected topology: sentinel",
                "url: 'redis://a', trust: ca.pem | redis.trust: is given, expected a rediss:// URL",
                "url: 'redis://a', topology: ring | redis.topology: ring is not valid, expected single or sentinel or cluster",
                "url: '', read-timeout: 2m | redis.read-timeout: 2m is outside 1ms to 1m",
            })
    void refusesRedisThatCannotBeReached(String keys, String problem) {
        String text = LISTENERS + CLUSTERS + ROUTES + "stores: [{name: s, redis: {" + keys + "}}]";

        assertThat(problems(text)).singleElement().asString().contains(problem);
    }

    @ParameterizedTest
    @CsvSource({
        "redis://cache,SINGLE",
        "redis://:p%40ss@cache:6379/15,SINGLE",
        "redis://user:p/a?s#s@w@cache:6379,SINGLE",
        "rediss://user:pw@[::1]:6379/0,SINGLE",
        "'redis://a:1,b:2,c:3/1',SENTINEL",
        "'redis://a:1,b:2/0',CLUSTER"
    })
    void acceptsRedisUrlsAndHidesTheirPasswords(String url, RedisConfig.Topology topology) {
        Optional<String> master = topology == RedisConfig.Topology.SENTINEL ? Optional.of("m") : Optional.empty();
        var second = Duration.ofSeconds(1);

        var redis =
                new RedisConfig(url, topology, master, Optional.empty(), Optional.<Path>empty(), 16, second, second);

        assertThat(redis.toString())
                .doesNotContain("p%40ss", "p/a", "pw", "user")
                .contains(topology.name());
    }

    @Test
    void keepsListsThatNobodyCanChange() {
        List<String> endpoints = new ArrayList<>(List.of("a:1"));
        GatewayConfig config = ConfigReader.read(LISTENERS + CLUSTERS + ROUTES, Map.of());
        var cluster = new ClusterConfig("a", endpoints, config.clusters().get(0).upstream());

        endpoints.clear();

        assertThat(cluster.endpoints()).containsExactly("a:1");
        assertThatThrownBy(() -> config.routes().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void checksRecordsThatAreNotFromAFile() {
        assertThatThrownBy(() -> new AdminConfig("a b", 70_000))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "address: \"a b\" is neither an IP address nor a DNS name, expected one of them without port\n"
                                + "port: 70000 is outside 0 to 65535");
    }
}

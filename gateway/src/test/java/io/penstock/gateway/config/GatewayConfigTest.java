// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config;

import static io.penstock.gateway.config.ConfigReaderTest.problems;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.gateway.config.cluster.FailureConfig;
import io.penstock.gateway.config.cluster.StatusRange;
import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.config.store.RedisConfig;
import io.penstock.gateway.config.upstream.UpstreamConfig;
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
                "endpoints: ['a:1'], discovery: {consul: {service: a}} | clusters[0].endpoints: is given beside discovery",
                "discovery: {consul: {service: a}, dns: {name: a, port: 1}} | clusters[0].discovery.consul: is given beside dns",
                "discovery: {dns: {name: a, records: srv, port: 1}} | clusters[0].discovery.dns.port: is given, expected none",
                "discovery: {dns: {name: a, port: 1, servers: ['a:53']}} | clusters[0].discovery.dns.servers[0]: a:53 is not an IP",
                "discovery: {dns: {name: a, port: 1, min-refresh: 10m}} | clusters[0].discovery.dns.max-refresh: 5m is shorter",
                "discovery: {consul: {service: a, url: 'a:1'}} | clusters[0].discovery.consul.url: a:1 is not http://host:port",
            })
    void refusesClustersThatAreNotDiscoveredInOneWay(String keys, String problem) {
        assertThat(problems(LISTENERS + ROUTES + "clusters: [{name: origin, " + keys + "}]\n"))
                .singleElement()
                .asString()
                .contains(problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[{name: a, cluster: other}] | routes[0].cluster: other is not in clusters, expected one of origin",
                "[{name: a, lookup: job}] | routes[0].lookup: job is not in lookups, which has no names",
                "[{name: a, cluster: origin, lookup: job}] | routes[0].lookup: is given beside cluster, expected exactly one",
                "[{name: a}] | routes[0].cluster: is missing, expected exactly one of cluster, clusters, lookup",
                "[{name: a, cluster: origin}, {name: a, cluster: origin, host: h}] | routes[1].name: a is the name of routes[0]",
                "[{name: a, cluster: origin}, {name: b, cluster: origin}] | routes[1]: \"a and b can match the same request",
                "[{name: a, cluster: origin, host: H.x, path-prefix: /v/}, {name: b, cluster: origin, host: h.X, path-prefix: /v}]"
                        + " | routes[1]: \"a and b can match the same request",
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
                "[{name: a, cluster: origin, path: /a, path-prefix: /b}] | routes[0].path: is given beside path-prefix",
                "[{name: a, cluster: origin, path: a}] | routes[0].path: a is not a path",
                "[{name: a, cluster: origin, path-template: '/a/{x}/{x}'}] | path-template: /a/{x}/{x} names a place twice",
                "[{name: a, cluster: origin, path-template: '/a/{x}.json'}] | path-template: /a/{x}.json is not a template",
                "[{name: a, cluster: origin, path-regex: '/a('}] | routes[0].path-regex: /a( is not a regular expression of RE2",
                "[{name: a, cluster: origin, grpc: {service: a/b}}] | routes[0].grpc.service: a/b is not a gRPC service",
                "[{name: a, cluster: origin, grpc: {method: 'a b'}}] | routes[0].grpc.method: \"a b\" is not a gRPC method",
                "[{name: a, cluster: origin, host: '*.*.x'}] | routes[0].host: *.*.x is neither an IP address nor a DNS name",
                "[{name: a, cluster: origin, methods: ['G T']}] | routes[0].methods[0]: \"G T\" is not a method",
                "[{name: a, cluster: origin, headers: [{name: x, regex: '('}]}] | routes[0].headers[0].regex: ( is not a regular",
                "[{name: a, cluster: origin, headers: [{name: x, exact: a, prefix: b}]}] | headers[0].prefix: is given beside exact",
                "[{name: a, cluster: origin, query: [{name: x, present: yes}]}] | query[0].present: yes is not valid, expected true",
                "[{name: a, cluster: origin, upgrade: 'a b'}] | routes[0].upgrade: \"a b\" is not a protocol",
                "[{name: a, cluster: origin, upgrades: ['a b']}] | routes[0].upgrades[0]: \"a b\" is not a protocol",
                "[{name: a, clusters: []}] | routes[0].clusters: is empty, expected one or more",
                "[{name: a, clusters: [{cluster: origin, weight: 0}]}] | routes[0].clusters: have no weight",
                "[{name: a, clusters: [{cluster: origin}, {cluster: origin}]}] | clusters[1].cluster: origin is given twice",
                "[{name: a, clusters: [{cluster: other}]}] | routes[0].clusters[0].cluster: other is not in clusters",
                "[{name: a, cluster: origin, authority: '::1'}] | routes[0].authority: ::1 is not an authority",
                "[{name: a, cluster: origin, authority: 'a:99999'}] | routes[0].authority: a:99999 is not an authority",
                "[{name: a, redirect: {host: 'a:'}}] | routes[0].redirect.host: a: is not an authority",
                "[{name: a, redirect: {host: '[::1]x'}}] | routes[0].redirect.host: [::1]x is not an authority",
                "[{name: a, redirect: {status: 304, host: b}}] | routes[0].redirect.status: 304 is not a redirection",
                "[{name: a, redirect: {host: '{*}.b'}}] | routes[0].redirect.host: {*}.b names what * stands for, expected a host such as",
                "[{name: a, host: '*.b', redirect: {host: '{*}{*}.b'}}] | routes[0].redirect.host: {*}{*}.b is not an authority",
                "[{name: a, host: b.c, cluster: origin, authority: '{*}.b'}] | routes[0].authority: {*}.b names what * stands for",
                "[{name: a, redirect: {scheme: ftp}}] | routes[0].redirect.scheme: ftp is not a scheme",
                "[{name: a, path: /x, redirect: {path-prefix: /y}}] | routes[0].redirect.path-prefix: has no prefix to replace",
                "[{name: a, answer: {status: 204, body: x}}] | routes[0].answer.body: 204 is given for a status that has none",
                "[{name: a, answer: {headers: {content-length: 1}}}] | answer.headers: content-length belongs to one connection",
                "[{name: a, cluster: origin, rewrite: {path: '/x/{y}'}}] | routes[0].rewrite.path: /x/{y} names the capture y, which",
                "[{name: a, cluster: origin, path: /x, rewrite: {path: '/y/...'}}] | routes[0].rewrite.path: /y/... has a /... that",
                "[{name: a, cluster: origin, path-regex: '/(?P<z>.*)', rewrite: {path: '/{y}'}}] | names the capture y, which",
                "[{name: a, cluster: origin, rewrite: {path: /x/../y}}] | routes[0].rewrite.path: /x/../y is not a path",
                "[{name: a, cluster: origin, request-headers: {set: {Host: x}}}] | request-headers.set: host belongs to one connection",
                "[{name: a, cluster: origin, response-headers: {add: {x: ' y'}}}] | response-headers.add.x: \" y\" is not a field's",
                "[{name: a, cluster: origin, response-headers: {remove: ['a b']}}] | remove[0]: \"a b\" is not a field's name",
                "[{name: a, cluster: origin, forwarded: {fields: [x-ip]}}] | forwarded.fields[0]: x-ip is not a forwarded field",
                "[{name: a, cluster: origin, forwarded: {fields: [via, via]}}] | forwarded.fields: names a field twice",
            })
    void refusesRoutesThatDoNotFit(String routes, String problem) {
        assertThat(problems(LISTENERS + CLUSTERS + "routes: " + routes))
                .singleElement()
                .asString()
                .contains(problem.replace("\"a and b", "a and b"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // what one of two routes asks for, what the other does
                "path-template: '/u/{id}' | path-template: '/u/{name}'",
                "grpc: {service: a.B} | grpc: {service: a.B}, methods: []",
                "methods: [GET, PUT] | methods: [PUT]",
                "headers: [{name: X, exact: a}] | headers: [{name: y, exact: b}]",
                "headers: [{name: x, prefix: a}] | headers: [{name: x, prefix: ab}]",
                "headers: [{name: x, regex: a}] | headers: [{name: x, present: true}]",
                "query: [{name: x, exact: a}] | query: [{name: X, exact: b}]",
                "client: [10.1.0.0/16] | client: [10.0.0.0/16, 10.1.0.0/16]",
                "path-regex: '/a/b.*' | path-regex: '/a/.*b'",
                "path-regex: '/(a)?b.*c' | path-regex: '/[a-z].*c'",
                "host: a.test | host: A.test.",
                "priority: 0 | path-prefix: /",
            })
    void refusesRoutesOfTheSameRankThatCanMeet(String one, String other) {
        assertThat(problems(LISTENERS + CLUSTERS + pair(one, other)))
                .singleElement()
                .asString()
                .contains("routes[1]: a and b can match the same request")
                .contains("routes[0]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "priority: 1 | priority: 2",
                "host: a.test | host: '*.test'",
                "host: '*.a.test' | host: '*.test'",
                "path: /a | path-prefix: /a",
                "path: /a | path: /a/",
                "path-template: '/u/{id}' | path-template: '/u/{id}/...'",
                "path-template: '/{a}/b' | path-template: '/a/{b}'",
                "grpc: {service: a.B} | path-template: '/a.B/...'",
                "methods: [GET] | methods: [POST]",
                "methods: [GET] | headers: [{name: x, present: true}]",
                "headers: [{name: x, exact: a}] | headers: [{name: X, exact: b}]",
                "headers: [{name: x, exact: a}] | headers: [{name: y, prefix: a}]",
                "headers: [{name: x, present: true}] | headers: [{name: x, present: false}]",
                "headers: [{name: x, prefix: a}] | headers: [{name: x, prefix: b}]",
                "query: [{name: x, exact: a}] | query: [{name: x, exact: b}]",
                "client: [10.1.0.0/16] | client: [10.2.0.0/16]",
                "client: [10.0.0.0/8] | client: [10.2.0.0/16]",
                "path-regex: '/a/.*[.]png' | path-regex: '/a/.*[.]jpg'",
                "path-regex: '/a/[0-9]+' | path-regex: '/b/[0-9]+'",
                "upgrade: websocket | upgrade: other",
            })
    void acceptsRoutesThatDifferInRankOrCannotMeet(String one, String other) {
        assertThatCode(() -> ConfigReader.read(LISTENERS + CLUSTERS + pair(one, other), Map.of()))
                .doesNotThrowAnyException();
    }

    private static String pair(String one, String other) {
        return "routes:\n  - {name: a, cluster: origin, " + one + "}\n  - {name: b, cluster: origin, " + other + "}\n";
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
                "[{port: 80, backlog: 0}] | listeners[0].backlog: 0 is outside 1 to 65535",
                "[{port: 80, backlog: 65536}] | listeners[0].backlog: 65536 is outside 1 to 65535",
                "[{port: 80, http1: {absolute-form: prefer}}] | listeners[0].http1.absolute-form: prefer is not",
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
                "clusters: [{name: origin, endpoints: ['a:1'], upstream: {reuse: once}}] | upstream.reuse: once is not valid, expected always",
                "clusters: [{name: origin, endpoints: ['a:1'], upstream: {max-connections: 4, max-idle: 5}}] | upstream.max-idle: 5 is more than",
                "clusters: [{name: origin, endpoints: ['a:1'], upstream: {protocol: h3}}] | protocol: h3 is not valid, expected h2c"
                        + " or h2 or http1 or auto",
                "clusters: [{name: origin, endpoints: ['a:1'], upstream: {protocol: h2}}] | upstream.tls: is missing",
                "clusters: [{name: origin, endpoints: ['a:1'], upstream: {tls: {}}}] | upstream.tls: is there although protocol is h2c",
                "clusters: [{name: origin, endpoints: ['a:1'], upstream: {proxy-protocol: v1}}] | upstream.proxy-protocol: v1 needs",
                "clusters: [{name: origin, endpoints: ['a:1'], upstream: {protocol: h2, tls: {}, proxy-protocol: v2}}] | upstream.proxy-protocol: v2 needs protocol http1",
                "clusters: [{name: origin, endpoints: ['a:1'], upstream: {protocol: auto, tls: {}, proxy-protocol: v2}}] | upstream.proxy-protocol: v2 needs protocol http1",
                "clusters: [{name: origin, endpoints: ['a:1'], upstream: {protocol: h2, tls: {key: a}}}] | tls.key: and certificate need",
                "clusters: [{name: origin, endpoints: ['a:1'], upstream: {protocol: h2, tls: {ca: a, verify: false}}}] | tls.ca: has no",
                "clusters: [{name: origin, endpoints: ['a:1'], upstream: {protocol: h2, tls: {verify: maybe}}}] | tls.verify: maybe is not",
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

        var redis = new RedisConfig(
                url,
                topology,
                master,
                Optional.empty(),
                Optional.<Path>empty(),
                16,
                UpstreamConfig.Reuse.ALWAYS,
                second,
                second,
                second);

        assertThat(redis.toString())
                .doesNotContain("p%40ss", "p/a", "pw", "user")
                .contains(topology.name());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "endpoints: ['a:1', 'a:1'] | endpoints[1]: a:1 is given twice",
                "endpoints: ['a:1', {address: 'a:1'}] | endpoints[1]: a:1 is given twice",
                "endpoints: ['a'] | endpoints[0]: a is not host:port",
                "endpoints: [{address: a}] | endpoints[0].address: a is not host:port",
                "endpoints: [{address: 'a:1', backup: yes}] | endpoints[0].backup: yes is not valid, expected true or false",
                "endpoints: [{address: 'a:1', zone: a b}] | endpoints[0].zone: \"a b\" is not a name",
                "endpoints: ['a:1'], zone: a b | zone: \"a b\" is not a name",
                "endpoints: ['a:1'], balancer: {policy: best} | balancer.policy: best is not valid, expected peak-ewma or",
                "endpoints: ['a:1'], balancer: {hash-on: body} | balancer.hash-on: body is not valid, expected client-address",
                "endpoints: ['a:1'], balancer: {hash-on: 'header:a b'} | balancer.hash-on: \"header:a b\" is not valid",
                "endpoints: ['a:1'], balancer: {cookie: 'a;b'} | balancer.cookie: a;b is not the name of a cookie",
                "endpoints: ['a:1'], failure: {statuses: [6000]} | failure.statuses[0]: 6000 is not a range of statuses",
                "endpoints: ['a:1'], failure: {statuses: [599-500]} | failure.statuses[0]: 599-500 runs backwards",
                "endpoints: ['a:1'], failure: {grpc-statuses: [OK]} | failure.grpc-statuses[0]: OK is not a failure of gRPC",
                "endpoints: ['a:1'], failure: {causes: [no-route]} | failure.causes[0]: no-route is no cause of an upstream",
                "endpoints: ['a:1'], outlier: {ejection: 1m, max-ejection: 1s} | outlier.max-ejection: 1s is shorter than",
                "endpoints: ['a:1'], health-check: {path: a} | health-check.path: a is not a path",
                "endpoints: ['a:1'], health-check: {host: a b} | health-check.host: \"a b\" is not an authority",
                "endpoints: ['a:1'], health-check: {service: a b} | health-check.service: \"a b\" is not the name",
                "endpoints: ['a:1'], health-check: {statuses: []} | health-check.statuses: is empty",
                "endpoints: ['a:1'], breaker: {window: 1500ms} | breaker.window: 1500ms is not valid, expected whole seconds",
                "endpoints: ['a:1'], breaker: {trial-calls: 2, trial-failures: 3} | breaker.trial-failures: 3 is larger",
                "endpoints: ['a:1'], retry: {on: [anything]} | retry.on[0]: anything is not valid, expected connect-failure or",
                "endpoints: ['a:1'], retry: {backoff: 1s} | retry.max-backoff: 250ms is shorter than backoff",
                "endpoints: ['a:1'], retry: {attempts: 1, hedge: {after: 1s}} | retry.attempts: 1 leaves none for hedge",
                "endpoints: ['a:1'], retry: {hedge: {after: 2m}} | retry.hedge.after: 2m is outside 1ms to 1m",
                "endpoints: ['a:1'], retry: {hedge: {methods: [PUT, POST]}} | retry.hedge.methods[1]: POST is not idempotent",
                "endpoints: ['a:1'], retry: {hedge: {grpc-methods: [Get]}} | retry.hedge.grpc-methods[0]: Get is no method",
                "endpoints: ['a:1'], bulkhead: {max-active: 1, min-active: 2} | bulkhead.min-active: 2 is larger than",
                "endpoints: ['a:1'], fallback: {cluster: other} | fallback.cluster: other is not in clusters",
                "endpoints: ['a:1'], fallback: {cluster: origin} | fallback.cluster: origin has a fallback cluster itself",
                "endpoints: ['a:1'], fallback: {content-type: ''} | fallback.content-type: \"\" is not a content type"
            })
    void refusesClustersThatDoNotFit(String keys, String problem) {
        assertThat(problems(LISTENERS + ROUTES + "clusters: [{name: origin, " + keys + "}]\n"))
                .singleElement()
                .asString()
                .contains("clusters[0]." + problem);
    }

    @Test
    void keepsListsThatNobodyCanChange() {
        List<StatusRange> statuses = new ArrayList<>(List.of(new StatusRange(503, 503)));
        GatewayConfig config = ConfigReader.read(LISTENERS + CLUSTERS + ROUTES, Map.of());
        var failure = new FailureConfig(statuses, List.of(), List.of());

        statuses.clear();

        assertThat(failure.statuses()).containsExactly(new StatusRange(503, 503));
        assertThatThrownBy(() -> config.routes().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void checksRecordsThatAreNotFromAFile() {
        assertThatThrownBy(() -> new AdminConfig("a b", 70_000, List.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "address: \"a b\" is neither an IP address nor a DNS name, expected one of them without port\n"
                                + "port: 70000 is outside 0 to 65535");
    }
}

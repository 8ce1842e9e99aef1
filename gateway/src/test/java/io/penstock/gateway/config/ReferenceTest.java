// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.penstock.gateway.config.Reference.Row;
import io.penstock.gateway.config.cluster.ClusterConfig;
import io.penstock.gateway.config.filter.AddressListConfig;
import io.penstock.gateway.config.filter.DigestConfig;
import io.penstock.gateway.config.filter.FilterConfig;
import io.penstock.gateway.config.filter.HeaderEditConfig;
import io.penstock.gateway.config.filter.IssuerConfig;
import io.penstock.gateway.config.filter.JwtConfig;
import io.penstock.gateway.config.filter.LimitBodyConfig;
import io.penstock.gateway.config.filter.MtlsConfig;
import io.penstock.gateway.config.filter.PermissionNeed;
import io.penstock.gateway.config.filter.PermissionsConfig;
import io.penstock.gateway.config.filter.RateLimitConfig;
import io.penstock.gateway.config.filter.SignatureConfig;
import io.penstock.gateway.config.listener.ClientCertificateConfig;
import io.penstock.gateway.config.listener.TlsConfig;
import io.penstock.gateway.config.match.FieldMatchConfig;
import io.penstock.gateway.config.match.MatchConfig;
import io.penstock.gateway.config.match.PathConfig;
import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.config.read.Problem;
import io.penstock.gateway.config.read.Secret;
import io.penstock.gateway.config.read.Units;
import io.penstock.gateway.config.route.ActionConfig;
import io.penstock.gateway.config.route.AnswerConfig;
import io.penstock.gateway.config.route.AuthorityConfig;
import io.penstock.gateway.config.route.RedirectConfig;
import io.penstock.gateway.config.route.RewriteConfig;
import io.penstock.gateway.config.route.TimeoutsConfig;
import io.penstock.gateway.config.route.WeightConfig;
import io.penstock.gateway.config.store.RedisConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GrpcStatus;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the reference in {@code docs/configuration.md} against the records: every key, every default, every range. */
class ReferenceTest {
    /** Records whose keys stand among those of the route. */
    private static final List<Class<?>> FLAT = List.of(MatchConfig.class, TimeoutsConfig.class);

    /** A file with one of everything; {@code @} is where the key of one section goes. */
    private static final Map<String, String> SECTIONS = Map.ofEntries(
            Map.entry("gateway", "@\n"),
            Map.entry("listener", "listeners: [{port: 0, @}]\n"),
            Map.entry("http1", "listeners: [{port: 0, http1: {@}}]\n"),
            Map.entry("http2", "listeners: [{port: 0, http2: {@}}]\n"),
            Map.entry("route", "routes: [{name: all, lookup: job, @}]\n"),
            Map.entry(
                    "weight", "routes: [{name: all, clusters: [{cluster: origin, @}, {cluster: other, weight: 1}]}]\n"),
            Map.entry("dynamic", "dynamic: {@}\n"),
            Map.entry("answer", "routes: [{name: all, answer: {@}}]\n"),
            Map.entry("cors", "filters: [{name: f, cors: {origins: ['https://a.test'], @}}]\n"),
            Map.entry("external", "filters: [{name: f, external: {cluster: origin, @}}]\n"),
            Map.entry("jwt", "filters: [{name: f, jwt: {issuers: [{jwks: {cluster: origin}}], @}}]\n"),
            Map.entry("issuer", "filters: [{name: f, jwt: {issuers: [{jwks: {cluster: origin}, @}]}}]\n"),
            Map.entry("jwks", "filters: [{name: f, jwt: {issuers: [{jwks: {cluster: origin, @}}]}}]\n"),
            Map.entry(
                    "revocation",
                    "filters: [{name: f, jwt: {issuers: [{jwks: {cluster: origin}}], revocation: {store: jobs, @}}}]\n"),
            Map.entry("address-list", "filters: [{name: f, address-list: {deny: ['192.0.2.0/24'], store: jobs, @}}]\n"),
            Map.entry("automatic-block", "filters: [{name: f, address-list: {automatic: {@}}}]\n"),
            Map.entry("api-key", "filters: [{name: f, api-key: {store: jobs, @}}]\n"),
            Map.entry("basic", "filters: [{name: f, basic: {users: 'file:docs/configuration.md', @}}]\n"),
            Map.entry(
                    "signature",
                    "filters: [{name: f, signature: {keys: [{id: k, secret: 'file:docs/configuration.md'}], @}}]\n"),
            Map.entry("limit-body", "filters: [{name: f, limit-body: {@}}]\n"),
            Map.entry("rate-limit", "filters: [{name: f, rate-limit: {layers: [{rate: 1/s}], store: jobs, @}}]\n"),
            Map.entry("limit-layer", "filters: [{name: f, rate-limit: {layers: [{rate: 1000000/s, @}]}}]\n"),
            Map.entry("lookup", "lookups: [{name: job, store: jobs, key: '${jobid}', @}]\n"),
            Map.entry("upstream", "lookups: [{name: job, store: jobs, key: '${jobid}', upstream: {@}}]\n"),
            Map.entry(
                    "upstream-http1", "lookups: [{name: job, store: jobs, key: '${jobid}', upstream: {http1: {@}}}]\n"),
            Map.entry("cluster", "clusters: [{name: origin, endpoints: ['localhost:1'], @}]\n"),
            Map.entry("endpoint", "clusters: [{name: origin, endpoints: [{address: 'localhost:1', @}]}]\n"),
            Map.entry("balancer", "clusters: [{name: origin, endpoints: ['localhost:1'], balancer: {@}}]\n"),
            Map.entry("outlier", "clusters: [{name: origin, endpoints: ['localhost:1'], outlier: {@}}]\n"),
            Map.entry("health-check", "clusters: [{name: origin, endpoints: ['localhost:1'], health-check: {@}}]\n"),
            Map.entry("breaker", "clusters: [{name: origin, endpoints: ['localhost:1'], breaker: {@}}]\n"),
            Map.entry("retry", "clusters: [{name: origin, endpoints: ['localhost:1'], retry: {@}}]\n"),
            Map.entry("hedge", "clusters: [{name: origin, endpoints: ['localhost:1'], retry: {hedge: {@}}}]\n"),
            Map.entry(
                    "bulkhead",
                    "clusters: [{name: origin, endpoints: ['localhost:1'], bulkhead: {max-active: 1000000, @}}]\n"),
            Map.entry("fallback", "clusters: [{name: origin, endpoints: ['localhost:1'], fallback: {@}}]\n"),
            Map.entry(
                    "dns-discovery",
                    "clusters: [{name: origin, discovery: {dns: {name: jobs.test, port: 1, max-refresh: 24h, @}}}]\n"),
            Map.entry("consul-discovery", "clusters: [{name: origin, discovery: {consul: {service: jobs, @}}}]\n"),
            Map.entry("redis", "stores: [{name: jobs, redis: {url: 'redis://cache', @}}]\n"),
            Map.entry("embedded", "stores: [{name: jobs, embedded: {@}}]\n"),
            Map.entry("admin", "admin: {@}\n"),
            Map.entry("admin-token", "admin: {tokens: [{name: a, token: 'file:docs/configuration.md', @}]}\n"),
            Map.entry("access-log", "access-log: {@}\n"),
            Map.entry("drain", "drain: {@}\n"));

    private static final List<String> SMALLEST = List.of(
            "listeners: [{port: 0}]\n",
            "routes: [{name: all, lookup: job}]\n",
            "lookups: [{name: job, store: jobs, key: '${jobid}'}]\n",
            "clusters: [{name: origin, endpoints: ['localhost:1']}, {name: other, endpoints: ['localhost:2']}]\n",
            "stores: [{name: jobs}]\n");

    @Test
    void hasExactlyTheKeysOfTheRecords() {
        Map<String, List<String>> expected = new LinkedHashMap<>();
        collect(GatewayConfig.class, expected);

        Map<String, List<String>> documented = new LinkedHashMap<>();
        for (Row row : Reference.rows()) {
            documented.computeIfAbsent(row.section(), s -> new ArrayList<>()).add(row.key());
        }

        assertThat(documented).containsExactlyInAnyOrderEntriesOf(expected);
    }

    @Test
    void hasTheDefaultsOfTheReader() {
        Map<String, Object> read = new LinkedHashMap<>();
        GatewayConfig config = ConfigReader.read(String.join("", SMALLEST), Map.of());
        RedisConfig redis = ConfigReader.read(with("stores: [{name: jobs, redis: {url: 'redis://cache'}}]\n"), Map.of())
                .stores()
                .get(0)
                .redis()
                .orElseThrow();
        ClusterConfig all = ConfigReader.read(
                        with("clusters: [{name: all, endpoints: [{address: 'localhost:1'}], health-check: {},"
                                + " breaker: {}, retry: {hedge: {}}, bulkhead: {max-active: 1}, fallback: {}}]\n"),
                        Map.of())
                .clusters()
                .get(0);
        List<ClusterConfig> discovered = ConfigReader.read(
                        with("clusters: [{name: a, discovery: {dns: {name: jobs.test, port: 1}}},"
                                + " {name: b, discovery: {consul: {service: jobs}}}]\n"),
                        Map.of())
                .clusters();
        Stream.of(
                        config,
                        discovered.get(0).discovery().orElseThrow().dns().orElseThrow(),
                        discovered.get(1).discovery().orElseThrow().consul().orElseThrow(),
                        config.listeners().get(0),
                        config.listeners().get(0).paths(),
                        config.listeners().get(0).http1(),
                        config.listeners().get(0).http2(),
                        config.routes().get(0),
                        config.routes().get(0).match(),
                        config.routes().get(0).timeouts(),
                        config.forwarded(),
                        HeaderEditConfig.NONE,
                        filter("cors: {origins: ['https://a.test']}"),
                        new DigestConfig(
                                DigestConfig.Handling.NONE, DigestConfig.Handling.NONE, DigestConfig.Algorithm.SHA_256),
                        filter("external: {cluster: origin}"),
                        filter("jwt: {issuers: [{jwks: {cluster: origin}}]}"),
                        issuer(),
                        revocation(),
                        filter("api-key: {store: jobs}"),
                        new MtlsConfig(true, MtlsConfig.Forward.NONE, Map.of()),
                        new TlsConfig(Path.of("certificate"), Path.of("key"), Optional.empty()),
                        new ClientCertificateConfig(
                                Path.of("authorities"), ClientCertificateConfig.Mode.REQUIRED, Optional.empty()),
                        filter("basic: {users: 'file:docs/configuration.md'}"),
                        issuer().jwks().orElseThrow(),
                        new LimitBodyConfig(Optional.empty(), Optional.empty()),
                        filter("headers: {}"),
                        filter("signature: {keys: [{id: k, secret: 'file:docs/configuration.md'}]}"),
                        ((SignatureConfig) filter(
                                        "signature: {keys: [{id: k, public-key: 'file:docs/configuration.md'}]}"))
                                .keys()
                                .getFirst(),
                        filter("rate-limit: {layers: [{rate: 1/s}]}"),
                        layer("rate: 7/s"),
                        filter("permissions: {rules: [{path: /, public: true}]}"),
                        ((PermissionsConfig) filter("permissions: {rules: [{path: /, public: true}]}"))
                                .rules()
                                .getFirst(),
                        filter("address-list: {deny: ['192.0.2.0/24']}"),
                        automatic(),
                        filter("security-fields: {}"),
                        RewriteConfig.NONE,
                        new WeightConfig("origin", 1),
                        first("answer: {}"),
                        first("redirect: {path: /}"),
                        config.lookups().get(0),
                        config.lookups().get(0).allow(),
                        config.lookups().get(0).upstream(),
                        config.lookups().get(0).upstream().http1(),
                        ConfigReader.read(
                                        with(
                                                "lookups: [{name: job, store: jobs, key: '${jobid}', upstream: {protocol: h2,"
                                                        + " tls: {}}}]\n"),
                                        Map.of())
                                .lookups()
                                .get(0)
                                .upstream()
                                .tls()
                                .orElseThrow(),
                        all,
                        all.endpoints().get(0),
                        all.balancer(),
                        all.failure(),
                        all.outlier(),
                        all.healthCheck().orElseThrow(),
                        all.breaker().orElseThrow(),
                        config.clusters().getFirst().retry(),
                        all.retry().hedge().orElseThrow(),
                        all.bulkhead().orElseThrow(),
                        all.fallback().orElseThrow(),
                        config.clusters().get(0),
                        config.stores().get(0),
                        config.stores().get(0).embedded(),
                        redis,
                        config.admin(),
                        new AdminTokenConfig("a", Secret.of(new byte[16], "nowhere"), AdminTokenConfig.Role.READ),
                        config.accessLog(),
                        ConfigReader.read(with("dynamic: {}\n"), Map.of())
                                .dynamic()
                                .orElseThrow(),
                        config.drain())
                .forEach(part -> defaults(part, read));

        List<Row> documented = Reference.rows().stream()
                .filter(row -> !row.byDefault().startsWith("required")
                        && !row.byDefault().startsWith("or ")
                        && !row.byDefault().equals("its defaults"))
                .filter(row -> !List.of("gateway.lookups", "gateway.clusters", "gateway.stores")
                        .contains(row.section() + "." + row.key()))
                .toList();

        assertThat(documented)
                .hasSizeGreaterThan(50)
                .allSatisfy(row -> assertThat(read.get(row.section() + "." + row.key()))
                        .as(row.toString())
                        .isEqualTo(row.byDefault()));
    }

    private static Record filter(String kind) {
        return (Record) ConfigReader.read(with("filters: [{name: f, " + kind + "}]\n"), Map.of())
                .filters()
                .getFirst()
                .policy();
    }

    private static Record revocation() {
        return ((JwtConfig) filter("jwt: {issuers: [{jwks: {cluster: origin}}], revocation: {store: jobs}}"))
                .revocation()
                .orElseThrow();
    }

    private static IssuerConfig issuer() {
        return ((JwtConfig) filter("jwt: {issuers: [{jwks: {cluster: origin}}]}"))
                .issuers()
                .getFirst();
    }

    private static Record layer(String keys) {
        return ((RateLimitConfig) filter("rate-limit: {layers: [{" + keys + "}]}"))
                .layers()
                .getFirst();
    }

    private static Record automatic() {
        return ((AddressListConfig) filter("address-list: {automatic: {}}"))
                .automatic()
                .orElseThrow();
    }

    private static Record first(String action) {
        return (Record) ConfigReader.read(with("routes: [{name: all, " + action + "}]\n"), Map.of())
                .routes()
                .getFirst()
                .action();
    }

    @ParameterizedTest
    @MethodSource("requiredKeys")
    void saysWhichKeysAreRequired(String path, String file) {
        ConfigException e = catchThrowableOfType(ConfigException.class, () -> ConfigReader.read(file, Map.of()));

        assertThat(e.problems()).extracting(Problem::path).containsExactly(path);
        assertThat(e.problems()).extracting(Problem::verdict).allMatch(verdict -> verdict.startsWith("is "));
    }

    static Stream<String[]> requiredKeys() {
        return Stream.of(
                new String[] {"listeners", with("listeners: []\n")},
                new String[] {"listeners[0].port", with("listeners: [{}]\n")},
                new String[] {"listeners[0].tls.certificate", with("listeners: [{port: 0, tls: {key: a}}]\n")},
                new String[] {"listeners[0].tls.key", with("listeners: [{port: 0, tls: {certificate: a}}]\n")},
                new String[] {"routes", with("routes: []\n")},
                new String[] {"routes[0].name", with("routes: [{lookup: job}]\n")},
                new String[] {"routes[0].cluster", with("routes: [{name: all}]\n")},
                new String[] {
                    "routes[0].headers[0].name", with("routes: [{name: a, lookup: job, headers: [{exact: x}]}]\n")
                },
                new String[] {
                    "routes[0].headers[0].exact", with("routes: [{name: a, lookup: job, headers: [{name: x}]}]\n")
                },
                new String[] {"routes[0].clusters[0].cluster", with("routes: [{name: a, clusters: [{weight: 2}]}]\n")},
                new String[] {"routes[0].redirect.host", with("routes: [{name: a, redirect: {}}]\n")},
                new String[] {"filters[0].name", with("filters: [{headers: {}}]\n")},
                new String[] {"filters[0].cors.origins", with("filters: [{name: f, cors: {}}]\n")},
                new String[] {"filters[0].digest.request", with("filters: [{name: f, digest: {}}]\n")},
                new String[] {"filters[0].external.cluster", with("filters: [{name: f, external: {}}]\n")},
                new String[] {"filters[0].jwt.issuers", with("filters: [{name: f, jwt: {}}]\n")},
                new String[] {"filters[0].jwt.issuers[0].keys", with("filters: [{name: f, jwt: {issuers: [{}]}}]\n")},
                new String[] {
                    "filters[0].jwt.issuers[0].jwks.cluster",
                    with("filters: [{name: f, jwt: {issuers: [{jwks: {}}]}}]\n")
                },
                new String[] {
                    "filters[0].jwt.revocation.store",
                    with("filters: [{name: f, jwt: {issuers: [{jwks: {cluster: origin}}], revocation: {}}}]\n")
                },
                new String[] {"filters[0].api-key.keys", with("filters: [{name: f, api-key: {}}]\n")},
                new String[] {"filters[0].basic.users", with("filters: [{name: f, basic: {}}]\n")},
                new String[] {
                    "listeners[0].tls.client-certificate.authorities",
                    with("listeners: [{port: 0, tls: {certificate: a, key: a, client-certificate: {}}}]\n")
                },
                new String[] {"filters[0].permissions.rules", with("filters: [{name: f, permissions: {}}]\n")},
                new String[] {
                    "filters[0].permissions.rules[0].path",
                    with("filters: [{name: f, permissions: {rules: [{public: true}]}}]\n")
                },
                new String[] {
                    "filters[0].permissions.rules[0].any",
                    with("filters: [{name: f, permissions: {rules: [{path: /}]}}]\n")
                },
                new String[] {"filters[0].signature.keys", with("filters: [{name: f, signature: {}}]\n")},
                new String[] {
                    "filters[0].signature.keys[0].id",
                    with("filters: [{name: f, signature: {keys: [{secret: 'file:docs/configuration.md'}]}}]\n")
                },
                new String[] {
                    "filters[0].signature.keys[0].secret", with("filters: [{name: f, signature: {keys: [{id: k}]}}]\n")
                },
                new String[] {"filters[0].limit-body.request", with("filters: [{name: f, limit-body: {}}]\n")},
                new String[] {"filters[0].address-list.deny", with("filters: [{name: f, address-list: {}}]\n")},
                new String[] {"filters[0].rate-limit.layers", with("filters: [{name: f, rate-limit: {}}]\n")},
                new String[] {
                    "filters[0].rate-limit.layers[0].rate", with("filters: [{name: f, rate-limit: {layers: [{}]}}]\n")
                },
                new String[] {"lookups[0].store", with("lookups: [{name: job, key: '${jobid}'}]\n")},
                new String[] {"lookups[0].key", with("lookups: [{name: job, store: jobs}]\n")},
                new String[] {"clusters[0].name", with("clusters: [{endpoints: ['a:1']}]\n")},
                new String[] {"clusters[0].endpoints", with("clusters: [{name: origin}]\n")},
                new String[] {"clusters[0].endpoints", with("clusters: [{name: origin, endpoints: []}]\n")},
                new String[] {"clusters[0].discovery.dns", with("clusters: [{name: origin, discovery: {}}]\n")},
                new String[] {
                    "clusters[0].discovery.dns.name", with("clusters: [{name: origin, discovery: {dns: {port: 1}}}]\n")
                },
                new String[] {
                    "clusters[0].discovery.dns.port", with("clusters: [{name: origin, discovery: {dns: {name: a}}}]\n")
                },
                new String[] {
                    "clusters[0].discovery.consul.service",
                    with("clusters: [{name: origin, discovery: {consul: {}}}]\n")
                },
                new String[] {
                    "clusters[0].endpoints[0].address", with("clusters: [{name: origin, endpoints: [{weight: 2}]}]\n")
                },
                new String[] {
                    "clusters[0].bulkhead.max-active",
                    with("clusters: [{name: origin, endpoints: ['a:1'], bulkhead: {}}]\n")
                },
                new String[] {"stores[0].redis.url", with("stores: [{name: jobs, redis: {}}]\n")});
    }

    @ParameterizedTest
    @MethodSource("ranges")
    void acceptsBothEndsOfARange(Row row) {
        assertThat(verdicts(row, row.min())).noneMatch(ReferenceTest::aboutTheRange);
        assertThat(verdicts(row, row.max())).noneMatch(ReferenceTest::aboutTheRange);
    }

    @ParameterizedTest
    @MethodSource("ranges")
    void refusesWhatIsBeyondARange(Row row) {
        String outside = "is outside " + row.min() + " to " + row.max();

        assertThat(verdicts(row, neighbour(row, row.max(), 1))).contains(outside);
        if (!row.min().matches("0[a-zA-Z]+")) {
            assertThat(verdicts(row, neighbour(row, row.min(), -1))).contains(outside);
        }
    }

    static Stream<Row> ranges() {
        return Reference.rows().stream().filter(row -> !row.min().isEmpty());
    }

    @ParameterizedTest
    @MethodSource("ranges")
    void asksForTheUnitThatAKindHas(Row row) {
        String other = row.type().equals("count") ? "5s" : "5";

        assertThat(verdicts(row, other)).singleElement().asString().startsWith("is not valid, expected a ");
    }

    private static boolean aboutTheRange(String verdict) {
        return verdict.startsWith("is outside") || verdict.startsWith("is not");
    }

    private static List<String> verdicts(Row row, String value) {
        String section = SECTIONS.getOrDefault(row.section(), "");
        assertThat(section).as("the section of " + row).isNotEmpty();
        // a key of the section that is given twice would be a problem of its own
        String line = section.replace("port: 0, @", row.key().equals("port") ? "@" : "port: 0, @")
                .replace("port: 1, max-refresh", row.key().equals("port") ? "max-refresh" : "port: 1, max-refresh")
                .replace(
                        "max-refresh: 24h, @",
                        row.key().equals("max-refresh") ? "min-refresh: 100ms, @" : "max-refresh: 24h, @")
                .replace("max-active: 1000000, @", row.key().equals("max-active") ? "@" : "max-active: 1000000, @")
                .replace("@", row.key() + ": " + value);
        try {
            ConfigReader.read(with(line), Map.of());
            return List.of();
        } catch (ConfigException e) {
            // a value at an end of its range may not fit the default of another key; that is its own test
            return e.problems().stream()
                    .map(Problem::verdict)
                    .filter(verdict -> !verdict.matches("is (smaller|longer|shorter) than .*"))
                    .toList();
        }
    }

    private static String neighbour(Row row, String end, int step) {
        return switch (row.type()) {
            case "count" -> Long.toString(Long.parseLong(end) + step);
            case "size" -> Units.size(end).getAsInt() + step + "B";
            default -> Units.duration(end).orElseThrow().toMillis() + step + "ms";
        };
    }

    /** The smallest file with one of its lines, or one more, replaced. */
    private static String with(String line) {
        String section = line.substring(0, line.indexOf(':') + 1);
        return line
                + String.join(
                        "",
                        SMALLEST.stream()
                                .filter(other -> !other.startsWith(section))
                                .toList());
    }

    private static void collect(Class<?> type, Map<String, List<String>> keys) {
        String section = section(type);
        if (keys.containsKey(section)) {
            return;
        }
        List<String> own = new ArrayList<>();
        keys.put(section, own);
        keys(type, own, keys);
    }

    private static void keys(Class<?> type, List<String> own, Map<String, List<String>> keys) {
        for (RecordComponent component : type.getRecordComponents()) {
            if (FLAT.contains(component.getType())) {
                keys(component.getType(), own, keys);
            } else if (component.getType() == ActionConfig.class) {
                own.addAll(ActionConfig.KEYS);
                List.of(WeightConfig.class, RedirectConfig.class, AnswerConfig.class)
                        .forEach(action -> collect(action, keys));
            } else if (component.getType() == FilterConfig.class) {
                for (Class<?> kind : FilterConfig.class.getPermittedSubclasses()) {
                    own.add(section(kind));
                    collect(kind, keys);
                }
            } else if (component.getType() == PathConfig.class) {
                own.addAll(List.of("path-prefix", "path", "path-template", "path-regex", "grpc"));
            } else if (component.getType() == FieldMatchConfig.FieldTest.class) {
                own.addAll(List.of("exact", "prefix", "regex", "present"));
            } else if (component.getType() == PermissionNeed.class) {
                own.addAll(List.of("any", "all", "known", "public"));
            } else if (type == RedirectConfig.class && component.getType() == RewriteConfig.class) {
                own.addAll(List.of("path-prefix", "path"));
            } else {
                own.add(kebab(component.getName()));
                record(component.getGenericType()).ifPresent(child -> collect(child, keys));
            }
        }
    }

    /** The config record that a component holds, alone, in a list or optionally. */
    private static Optional<Class<?>> record(Type type) {
        if (type instanceof ParameterizedType generic) {
            return Arrays.stream(generic.getActualTypeArguments())
                    .flatMap(argument -> record(argument).stream())
                    .findFirst();
        }
        return type instanceof Class<?> raw
                        && raw.isRecord()
                        && raw.getSimpleName().endsWith("Config")
                ? Optional.of(raw)
                : Optional.empty();
    }

    private static void defaults(Record part, Map<String, Object> read) {
        for (RecordComponent component : part.getClass().getRecordComponents()) {
            String key = kebab(component.getName());
            String section = FLAT.contains(part.getClass()) ? "route" : section(part.getClass());
            try {
                Object value = component.getAccessor().invoke(part);
                if (value instanceof PathConfig path) {
                    read.put(section + ".path-prefix", path.text());
                } else if (value instanceof RewriteConfig && part instanceof RedirectConfig) {
                    read.put(section + ".path-prefix", "absent");
                    read.put(section + ".path", "absent");
                } else {
                    read.put(section + "." + key, written(key, value));
                }
            } catch (ReflectiveOperationException e) {
                throw new LinkageError(key, e);
            }
        }
    }

    private static String written(String key, Object value) {
        return switch (value) {
            case Duration duration -> Units.text(duration);
            case Integer bytes when key.endsWith("-bytes") -> Units.sizeText(bytes);
            case Optional<?> absent when absent.isEmpty() -> "absent";
            case String empty when empty.isEmpty() -> "empty";
            case GrpcStatus status -> status.name();
            case Cause cause -> cause.slug();
            case List<?> list when key.equals("protocols") -> list.toString().toLowerCase(Locale.ROOT);
            case Enum<?> constant -> constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
            case List<?> list ->
                list.stream().map(item -> written("", item)).toList().toString();
            case AuthorityConfig.Preserve preserve -> "preserve";
            default -> value.toString();
        };
    }

    private static String section(Class<?> type) {
        return kebab(type.getSimpleName().replaceFirst("Config$", ""));
    }

    private static String kebab(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }
}

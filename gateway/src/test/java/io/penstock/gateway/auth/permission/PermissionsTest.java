// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.permission;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.auth.permission.Permissions.Decision;
import io.penstock.gateway.config.ConfigReader;
import io.penstock.gateway.config.filter.PermissionRuleConfig;
import io.penstock.gateway.config.filter.PermissionsConfig;
import io.penstock.gateway.exchange.Identity;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PermissionsTest {
    private static final Identity ANNA =
            Identity.of("anna", Identity.Proof.JWT, "who", Map.of("scope", List.of("p0 p2 p4")));

    private static PermissionsConfig config(String rules) {
        return (PermissionsConfig) ConfigReader.read("""
                        listeners: [{port: 0}]
                        routes: [{name: all, answer: {}}]
                        filters: [{name: may, permissions: {rules: [%s]}}]
                        """.formatted(rules), Map.of())
                .filters()
                .getFirst()
                .policy();
    }

    private static Permissions permissions(String rules) {
        return new Permissions(config(rules));
    }

    private static String decided(Permissions permissions, String method, String path) {
        Decision decision = permissions.decide(method, path, ANNA);
        return (decision.allowed() ? "+" : "-") + decision.text();
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /v1/orders, GET /v1/orders needs p0",
        "GET, /v1/orders/, GET /v1/orders needs p0",
        "GET, /v1/orders?x=/v1/secret, GET /v1/orders needs p0",
        "PUT, /v1/orders, /v1/** needs a known caller",
        "GET, /v1/orders/7, '/v1/orders/{id} needs p0'",
        "GET, /v1/orders/mine, /v1/orders/mine needs a known caller",
        "GET, /v1/orders/7/lines, /v1/** needs a known caller",
        "GET, /v1, /v1/** needs a known caller",
        "GET, /v1/, /v1/** needs a known caller",
        "GET, /health, /health needs nothing",
        "POST, /pkg.Service/Get, /pkg.Service/Get needs p0",
        "GET, /%76%31/orders, GET /v1/orders needs p0",
        "GET, /caf%C3%A9, /caf%c3%a9 needs nothing",
        "GET, /a/x/c, /a/*/c needs p0",
    })
    void goByTheMostSpecificRule(String method, String path, String rule) {
        assertThat(decided(permissions("""
                        {path: /v1/**, known: true}, {methods: [GET], path: /v1/orders, any: [p0, p1]},
                        {path: '/v1/orders/{id}', any: [p0]}, {path: /v1/orders/mine, known: true},
                        {path: /health, public: true}, {path: /pkg.Service/Get, all: [p0]}, {path: '/caf%c3%a9', public: true},
                        {path: '/a/*/c', any: [p0]}
                        """), method, path))
                .isEqualTo("+rule " + rule.replace("GET /v1/orders needs p0", "GET /v1/orders needs one of p0, p1"));
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /, no rule is about it",
        "GET, /v2, no rule is about it",
        "POST, /v1/orders, no rule is about it",
        "GET, /v1/orders/7/x, no rule is about it",
        "get, /v1/orders, no rule is about it",
        "HEAD, /v1/orders, no rule is about it",
        "GET, /v1/secret, rule /v1/secret needs p1",
        "GET, /v1/both, 'rule /v1/both needs all of p0, p1'",
        "OPTIONS, *, no rule is about it",
    })
    void refuseWhatNoRuleAllows(String method, String path, String text) {
        assertThat(decided(permissions("""
                        {methods: [GET], path: /v1/orders, any: [p0]}, {path: '/v1/orders/{id}', any: [p0]},
                        {path: /v1/secret, any: [p1]}, {path: /v1/both, all: [p0, p1]}
                        """), method, path)).isEqualTo("-" + text);
    }

    @Test
    void letStrangersDoWhatIsPublicAlone() {
        Permissions permissions =
                permissions("{path: /a, public: true}, {path: /b, known: true}, {path: /c, any: [p0]}");

        assertThat(permissions.decide("GET", "/a", null).allowed()).isTrue();
        assertThat(permissions.decide("GET", "/b", null).allowed()).isFalse();
        assertThat(permissions.decide("GET", "/c", null).allowed()).isFalse();
        assertThat(permissions.decide("GET", "/b", ANNA).allowed()).isTrue();
    }

    @Test
    void takeWhatIsNoPathForEverything() {
        assertThat(decided(permissions("{methods: [OPTIONS], path: /**, known: true}"), "OPTIONS", "*"))
                .isEqualTo("+rule OPTIONS /** needs a known caller");
    }

    /** Anna may do what is below /v1, but for /v1/admin. Each is that for some server. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/admin",
                "/v1/admin/",
                "/v1/admin//",
                "/v1/admin/x",
                "/v1//admin",
                "/v1/./admin",
                "/v1/x/../admin",
                "/v1/x/..;/admin",
                "/v1/x/%2e%2e/admin",
                "/v1/x/..%2fadmin",
                "/v1%2Fadmin",
                "/v1/admin%2Fx",
                "/v1/%61dmin",
                "/v1/%2561dmin",
                "/v1/admin;a=b/x",
                "/v1/admin%3Ba=b",
                "/v1;/admin",
                "/v1/ADMIN/x",
                "/v1/Admin",
                "/V1/admin",
                "/v1/admin%00.css",
                "/v1/x\\..\\admin",
                "/v1/x%5c..%5cadmin",
                "/v1//ADMIN;x%2Fy",
                "/v1/public/..%252Fadmin",
            })
    void letNothingSlipPastARule(String path) {
        Permissions permissions = permissions("{path: /v1/**, any: [p0]}, {path: /v1/admin/**, any: [p1]}");

        assertThat(permissions.decide("GET", path, ANNA).allowed()).isFalse();
        assertThat(permissions.decide("GET", "/v1/administration", ANNA).allowed())
                .isTrue();
    }

    /** A capital in a rule is no way around it either. */
    @Test
    void letNoSmallLetterSlipPastACapital() {
        Permissions permissions = permissions("{path: /v1/**, any: [p0]}, {path: /v1/Admin, any: [p1]}");

        assertThat(permissions.decide("GET", "/v1/admin", ANNA).allowed()).isFalse();
        assertThat(permissions.decide("GET", "/v1/Admin", ANNA).allowed()).isFalse();
        assertThat(permissions.decide("GET", "/v1/other", ANNA).allowed()).isTrue();
    }

    /** What is meant by an odd path may be allowed in each reading. */
    @ParameterizedTest
    @CsvSource({"/files/a%2Fb, true", "/files/a;v=1, true", "/names/a%2Fb, false", "/names/O'Neil%20Jr;x, true"})
    void allowOddPathsWhereEveryReadingIs(String path, boolean allowed) {
        Permissions permissions = permissions("{path: /files/**, any: [p0]}, {path: '/names/{name}', any: [p0]}");

        assertThat(permissions.decide("GET", path, ANNA).allowed()).isEqualTo(allowed);
    }

    // ---- many rules ----

    private static final List<String> METHODS = List.of("GET", "PUT", "POST", "DELETE");

    private static String segment(Random random, int words) {
        int word = random.nextInt(words + 2);
        return word < words ? "s" + word : word == words ? "{x}" : "*";
    }

    /** So many different rules. */
    private static List<PermissionRuleConfig> rules(Random random, int count, int words) {
        Set<String> about = new LinkedHashSet<>();
        List<String> rules = new ArrayList<>();
        while (rules.size() < count) {
            String path = IntStream.range(0, random.nextInt(6))
                    .mapToObj(i -> "/" + segment(random, words))
                    .collect(Collectors.joining());
            path += random.nextInt(4) == 0 ? "/**" : path.isEmpty() ? "/" : "";
            String method = random.nextInt(3) == 0 ? "" : METHODS.get(random.nextInt(METHODS.size()));
            if (about.add(method + path.replace("{x}", "*"))) {
                rules.add("{path: '%s', any: [p%d]%s}"
                        .formatted(path, random.nextInt(6), method.isEmpty() ? "" : ", methods: [" + method + "]"));
            }
        }
        return config(String.join(",\n", rules)).rules();
    }

    private static Permissions compiled(List<PermissionRuleConfig> rules) {
        return new Permissions(new PermissionsConfig(rules, List.of("scope"), List.of()));
    }

    private static List<String> path(Random random, int words) {
        return IntStream.range(0, random.nextInt(7))
                .mapToObj(i -> "s" + random.nextInt(words + 1))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 8, 40})
    void decideAmongTenThousandRulesAsOneByOne(int words) {
        Random random = new Random(words);
        List<PermissionRuleConfig> rules = rules(random, PermissionsConfig.MOST_RULES, words);
        Permissions permissions = compiled(rules);
        NaiveRules naive = new NaiveRules(rules);
        int found = 0;
        for (int i = 0; i < 1500; i++) {
            List<String> path = path(random, words);
            String method = METHODS.get(random.nextInt(METHODS.size()));
            Optional<PermissionRuleConfig> best = naive.best(method, path);

            Decision decision = permissions.decide(method, "/" + String.join("/", path), ANNA);

            assertThat(Optional.ofNullable(decision.rule()).map(Rule::config))
                    .as(method + " /" + String.join("/", path))
                    .isEqualTo(best);
            assertThat(decision.allowed()).isEqualTo(allows(best));
            found += best.isPresent() ? 1 : 0;
        }
        assertThat(found).isBetween(500, 1500);
    }

    private static boolean allows(Optional<PermissionRuleConfig> rule) {
        return rule.filter(one -> one.need().toString().matches("p[024]")).isPresent();
    }

    /** A search looks at what rules say of the beginnings of its path, and at nothing else. */
    @Test
    void visitNoMoreNodesThanBeginningsOfThePath() {
        Random random = new Random(7);
        List<PermissionRuleConfig> rules = rules(random, PermissionsConfig.MOST_RULES, 8);
        Permissions permissions = compiled(rules);
        NaiveRules naive = new NaiveRules(rules);
        for (int i = 0; i < 100; i++) {
            List<String> path = path(random, 8);

            assertThat(visits(permissions, "/" + String.join("/", path))).isBetween(1, (int) naive.beginnings(path));
        }
    }

    private static int visits(Permissions permissions, String path) {
        int[] visits = {0};
        permissions.decide("GET", path, ANNA, () -> visits[0]++);
        return visits[0];
    }

    /** A thousand times as many rules of the same kind make no step more. */
    @Test
    void doTheSameWorkHoweverManyRulesThereAre() {
        List<Permissions> tables = Stream.of(2, 20, 200, 2000)
                .map(services -> compiled(config(IntStream.range(0, services)
                                .mapToObj(i -> """
                                        {path: /s%1$d, any: [p0]}, {path: '/s%1$d/{id}', any: [p0]},
                                        {path: '/s%1$d/{id}/lines/{line}', any: [p0]}, {path: /s%1$d/all/lines, any: [p1]},
                                        {path: /s%1$d/admin/**, any: [p1]}""".formatted(i))
                                .collect(Collectors.joining(",\n")))
                        .rules()))
                .toList();

        for (String path :
                List.of("/s1", "/s1/7", "/s1/7/lines/3", "/s1/all/lines/3", "/s1/admin/x/y/z", "/t", "/S1/7")) {
            assertThat(tables.stream().map(table -> visits(table, path)).distinct())
                    .as(path)
                    .singleElement()
                    .satisfies(visits -> assertThat(visits).isLessThanOrEqualTo(12));
        }
    }

    // ---- odd paths before all kinds of servers ----

    /** What a server makes of a path. */
    private record Server(String name, boolean capitals, Function<String, List<String>> reading) {}

    private static final List<Server> SERVERS = List.of(
            new Server("a store of objects", true, path -> each(path, PermissionsTest::part)),
            new Server("a router without capitals", false, path -> each(path, PermissionsTest::part)),
            new Server("one that decodes and cleans", true, path -> clean(decode(path))),
            new Server("one without capitals that decodes and cleans", false, path -> clean(decode(path))),
            new Server("one that cleans, and decodes segments", true, path -> clean(String.join("/", parts(path)))),
            new Server("one that drops parameters", true, path -> clean(String.join("/", parts(bare(path))))),
            new Server("one that decodes, then drops parameters", true, path -> clean(bare(decode(path)))),
            new Server("one that drops parameters, then decodes", true, path -> clean(decode(bare(path)))),
            new Server("one behind one that decodes", true, path -> clean(decode(decode(path)))));

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.ISO_8859_1);
    }

    /** A segment, in which a slash is none. */
    private static String part(String segment) {
        return decode(segment).replace("/", "%2F");
    }

    private static List<String> parts(String path) {
        return Arrays.stream(path.split("/", -1)).map(PermissionsTest::part).toList();
    }

    private static List<String> each(String path, Function<String, String> part) {
        List<String> parts = new ArrayList<>(
                Arrays.stream(path.split("/", -1)).skip(1).map(part).toList());
        while (!parts.isEmpty() && parts.getLast().isEmpty()) {
            parts.removeLast();
        }
        return parts;
    }

    private static String bare(String path) {
        return path.replaceAll(";[^/]*", "");
    }

    private static List<String> clean(String path) {
        List<String> segments = new ArrayList<>();
        for (String segment : path.split("/", -1)) {
            if (segment.equals("..")) {
                if (!segments.isEmpty()) {
                    segments.removeLast();
                }
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                segments.add(segment);
            }
        }
        return segments;
    }

    private static String oddPath(Random random) {
        List<String> odd =
                List.of("/", "//", "%2F", "/./", "/../", "/..;/", "/%2e%2e/", "..%2f", ";a", ";a%2Fb", "%252F", "/");
        StringBuilder path = new StringBuilder();
        int parts = 1 + random.nextInt(6);
        for (int i = 0; i < parts; i++) {
            String word = "s" + random.nextInt(3);
            path.append(i == 0 ? "/" : odd.get(random.nextInt(odd.size())))
                    .append(
                            switch (random.nextInt(8)) {
                                case 0 -> word.toUpperCase(Locale.ROOT);
                                case 1 -> "%73" + word.charAt(1);
                                case 2 -> word + ";x";
                                default -> word;
                            });
        }
        return path.append(random.nextInt(4) == 0 ? "/" : "").toString();
    }

    @Test
    void allowNothingThatAnyServerTakesForSomethingElse() {
        Random random = new Random(11);
        int allowed = 0;
        for (int table = 0; table < 60; table++) {
            List<PermissionRuleConfig> rules = rules(random, 40, 3);
            Permissions permissions = compiled(rules);
            NaiveRules naive = new NaiveRules(rules);
            for (int i = 0; i < 500; i++) {
                String path = oddPath(random);
                if (!permissions.decide("GET", path, ANNA).allowed()) {
                    continue;
                }
                allowed++;
                for (Server server : SERVERS) {
                    List<String> taken = server.reading().apply(path);
                    List<String> compared = server.capitals()
                            ? taken
                            : taken.stream()
                                    .map(s -> s.toLowerCase(Locale.ROOT))
                                    .toList();
                    assertThat(allows(naive.best("GET", compared)))
                            .as(path + " before " + server.name() + ": " + compared)
                            .isTrue();
                }
            }
        }
        assertThat(allowed).isGreaterThan(1000);
    }
}

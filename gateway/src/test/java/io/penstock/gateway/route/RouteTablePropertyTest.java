// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.config.ConfigReader;
import io.penstock.gateway.config.match.MatchConfig;
import io.penstock.gateway.config.match.MatchRank;
import io.penstock.gateway.config.match.PathConfig;
import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.config.route.RouteConfig;
import io.penstock.gateway.exchange.Exchange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the compiled table against a matcher that tries every route by the letter of the documentation. */
class RouteTablePropertyTest {
    private static final int REQUESTS = 400;
    private static final String[] HOSTS = {
        "a.test", "b.a.test", "c.b.a.test", "x.test", "*.test", "*.a.test", "*.b.a.test"
    };
    private static final String[] SEGMENTS = {"a", "b", "c", "aa"};
    private static final String[] VALUES = {"a", "b", "ab"};

    /** The first ones, and those that have found something. */
    static LongStream seeds() {
        return LongStream.concat(LongStream.range(0, 60), LongStream.of(4_711, 271_828, 314_159));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void findsWhatTheNaiveMatcherFinds(long seed) {
        Random random = new Random(seed);
        List<RouteConfig> routes = routes(random);
        var builder = new RouteTable.Builder<String>();
        routes.forEach(route -> builder.add(route.name(), route.match(), route.name()));
        RouteTable<String> table = builder.build();

        for (int i = 0; i < REQUESTS; i++) {
            Exchange exchange = request(random);

            String found = table.match(exchange);

            assertThat(found)
                    .as("%s of %s", exchange.authority() + exchange.path(), routes)
                    .isEqualTo(naive(routes, exchange));
            assertThat(table.explain(exchange).stream()
                            .filter(candidate -> candidate.verdict() == Candidate.Verdict.WON)
                            .map(Candidate::route)
                            .findFirst()
                            .orElse(null))
                    .isEqualTo(found);
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void findsTheSameAfterChangesAsTheNaiveMatcherDoes(long seed) {
        Random random = new Random(seed);
        List<RouteConfig> all = routes(random);
        RouteTable<RouteConfig> table = new RouteTable.Builder<RouteConfig>().build();
        List<RouteConfig> some = new ArrayList<>();

        for (int change = 0; change < 30; change++) {
            RouteConfig route = all.get(random.nextInt(all.size()));
            boolean out = some.remove(route);
            boolean in = !out || random.nextBoolean();
            table = table.with(route.name(), out ? route.match() : null, in ? route.match() : null, in ? route : null);
            if (in) {
                some.add(route);
            }
            assertThat(table.named(route.name(), route.match())).isSameAs(in ? route : null);
            for (int i = 0; i < REQUESTS / 20; i++) {
                Exchange exchange = request(random);
                RouteConfig found = table.match(exchange);
                assertThat(found == null ? null : found.name())
                        .as("%s of %s", exchange.authority() + exchange.path(), some)
                        .isEqualTo(naive(some, exchange));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void knowsRoutesOfTheSameRankByTheirNumber(long seed) {
        List<RouteConfig> routes = routes(new Random(seed));

        for (RouteConfig one : routes) {
            for (RouteConfig other : routes) {
                if (MatchRank.of(one.match()).compareTo(MatchRank.of(other.match())) == 0) {
                    assertThat(one.match().alike())
                            .as("%s and %s", one.match(), other.match())
                            .isEqualTo(other.match().alike());
                }
            }
        }
    }

    @Test
    void findsSomethingOftenEnoughToMeanAnything() {
        int found = 0;
        int fitting = 0;
        for (long seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            List<RouteConfig> routes = routes(random);
            for (int i = 0; i < 50; i++) {
                Exchange exchange = request(random);
                long fit = routes.stream()
                        .filter(route -> fits(route.match(), exchange))
                        .count();
                found += fit > 0 ? 1 : 0;
                fitting += fit > 1 ? 1 : 0;
            }
        }

        assertThat(found).isBetween(300, 1000);
        assertThat(fitting).isGreaterThan(100);
    }

    /** Random routes, without those that the configuration refuses beside the others. */
    private static List<RouteConfig> routes(Random random) {
        List<String> accepted = new ArrayList<>();
        List<RouteConfig> routes = List.of();
        int count = 1 + random.nextInt(24);
        for (int i = 0; i < count; i++) {
            accepted.add("  - {name: r" + i + ", answer: {}" + keys(random) + "}\n");
            try {
                routes = ConfigReader.read("listeners: [{port: 0}]\nroutes:\n" + String.join("", accepted), Map.of())
                        .routes();
            } catch (ConfigException e) {
                assertThat(e.getMessage()).contains("can match the same request");
                accepted.removeLast();
            }
        }
        return routes;
    }

    private static String keys(Random random) {
        StringBuilder keys = new StringBuilder();
        if (random.nextInt(4) == 0) {
            keys.append(", priority: ").append(random.nextInt(3) - 1);
        }
        if (random.nextBoolean()) {
            keys.append(", host: '").append(pick(random, HOSTS)).append('\'');
        }
        keys.append(path(random));
        if (random.nextInt(4) == 0) {
            keys.append(", methods: [").append(pick(random, "GET", "PUT")).append(']');
        }
        if (random.nextInt(4) == 0) {
            keys.append(", headers: [{name: x, ").append(test(random)).append("}]");
        }
        if (random.nextInt(6) == 0) {
            keys.append(", query: [{name: q, ").append(test(random)).append("}]");
        }
        if (random.nextInt(6) == 0) {
            keys.append(", client: [")
                    .append(pick(random, "192.0.0.0/8", "192.0.2.0/24", "10.0.0.0/8"))
                    .append(']');
        }
        return keys.toString();
    }

    private static String path(Random random) {
        StringBuilder path = new StringBuilder();
        int segments = random.nextInt(4);
        boolean template = random.nextInt(3) == 0;
        for (int i = 0; i < segments; i++) {
            path.append('/').append(template && random.nextBoolean() ? "{p" + i + "}" : pick(random, SEGMENTS));
        }
        if (template && segments > 0) {
            return ", path-template: '" + path + (random.nextBoolean() ? "/..." : "") + "'";
        }
        return switch (random.nextInt(4)) {
            case 0 -> ", path: '" + (path.isEmpty() ? "/" : path + (random.nextInt(3) == 0 ? "/" : "")) + "'";
            case 1 -> ", path-regex: '" + path + "/" + pick(random, "a+", "[ab]/.*", ".*b", "a(/b)?") + "'";
            default -> path.isEmpty() ? "" : ", path-prefix: '" + path + "'";
        };
    }

    private static String test(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> "exact: " + pick(random, VALUES);
            case 1 -> "prefix: " + pick(random, VALUES);
            case 2 -> "regex: 'a.*'";
            case 3 -> "present: true";
            default -> "present: false";
        };
    }

    private static Exchange request(Random random) {
        StringBuilder path = new StringBuilder();
        for (int i = random.nextInt(5); i > 0; i--) {
            path.append('/').append(random.nextInt(8) == 0 ? "" : pick(random, SEGMENTS));
        }
        if (path.isEmpty() || random.nextInt(6) == 0) {
            path.append('/');
        }
        if (random.nextInt(3) == 0) {
            path.append("?q=").append(pick(random, VALUES));
        }
        List<String> fields = new ArrayList<>(List.of(":method", pick(random, "GET", "PUT", "POST")));
        if (random.nextBoolean()) {
            fields.addAll(List.of("x", pick(random, VALUES)));
        }
        String host = pick(random, HOSTS).replace("*", "w");
        Exchange exchange = Requests.get(
                random.nextBoolean() ? host : host.toUpperCase(java.util.Locale.ROOT) + ":80",
                path.toString(),
                fields.toArray(String[]::new));
        exchange.client(pick(random, "192.0.2.1", "192.9.9.9", "10.0.0.1", "172.16.0.1"));
        return exchange;
    }

    private static String pick(Random random, String... values) {
        return values[random.nextInt(values.length)];
    }

    // ---- the naive matcher ----

    private static @Nullable String naive(List<RouteConfig> routes, Exchange exchange) {
        @Nullable RouteConfig best = null;
        for (RouteConfig route : routes) {
            boolean fits = fits(route.match(), exchange);
            boolean better = best == null || MatchRank.of(route.match()).compareTo(MatchRank.of(best.match())) < 0;
            if (fits && best != null) {
                assertThat(MatchRank.of(route.match()).compareTo(MatchRank.of(best.match())))
                        .as("%s and %s fit one request", route.name(), best.name())
                        .isNotZero();
            }
            best = fits && better ? route : best;
        }
        return best == null ? null : best.name();
    }

    private static boolean fits(MatchConfig match, Exchange exchange) {
        return host(match.host(), exchange.authority())
                && path(match.path(), exchange.path().replaceFirst("\\?.*", ""))
                && (match.methods().isEmpty() || match.methods().contains(exchange.method()))
                && match.headers().stream()
                        .allMatch(field ->
                                value(field.toString(), exchange.request().value("x")))
                && match.query().stream().allMatch(field -> value(field.toString(), query(exchange.path())))
                && (match.client().isEmpty()
                        || match.client().stream().anyMatch(network -> network.contains(address(exchange.client()))));
    }

    private static boolean host(Optional<String> wanted, String authority) {
        String host = authority.toLowerCase(java.util.Locale.ROOT).replaceFirst(":.*", "");
        String pattern =
                wanted.map(text -> text.replace(".", "\\.").replace("*", ".+")).orElse(".*");
        return host.matches(pattern);
    }

    private static boolean path(PathConfig wanted, String path) {
        String regex =
                switch (wanted) {
                    case PathConfig.Exact exact -> exact.text();
                    case PathConfig.Prefix prefix -> (prefix.text().equals("/") ? "" : prefix.text()) + "(/.*)?";
                    case PathConfig.Template template ->
                        template.text().replaceFirst("/\\.\\.\\.$", "(/.*)?").replaceAll("\\{[^}]*}", "[^/]+");
                    case PathConfig.Regex expression -> expression.text();
                    case PathConfig.Grpc grpc -> throw new AssertionError(grpc);
                };
        return path.matches(regex);
    }

    private static boolean value(String test, @Nullable String value) {
        String[] parts = test.substring(1).split("(: | ~ | )", 2);
        String wanted = parts[1];
        if (wanted.equals("present")) {
            return value != null;
        }
        if (wanted.equals("absent")) {
            return value == null;
        }
        if (value == null) {
            return false;
        }
        return test.contains(" ~ ")
                ? value.matches(wanted)
                : wanted.endsWith("...")
                        ? value.startsWith(wanted.substring(0, wanted.length() - 3))
                        : value.equals(wanted);
    }

    private static @Nullable String query(String path) {
        int at = path.indexOf("?q=");
        return at < 0 ? null : path.substring(at + 3);
    }

    private static java.net.InetAddress address(String text) {
        return io.penstock.gateway.config.read.Address.literal(text).orElseThrow();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.penstock.gateway.config.Reference.Row;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
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
    /** A file with one of everything; {@code @} is where the key of one section goes. */
    private static final Map<String, String> SECTIONS = Map.ofEntries(
            Map.entry("listener", "listeners: [{port: 0, @}]\n"),
            Map.entry("http2", "listeners: [{port: 0, http2: {@}}]\n"),
            Map.entry("path", "listeners: [{port: 0, path: {@}}]\n"),
            Map.entry("route", "routes: [{name: all, lookup: job, @}]\n"),
            Map.entry("lookup", "lookups: [{name: job, store: jobs, key: '${jobid}', @}]\n"),
            Map.entry("upstream", "lookups: [{name: job, store: jobs, key: '${jobid}', upstream: {@}}]\n"),
            Map.entry("redis", "stores: [{name: jobs, redis: {url: 'redis://cache', @}}]\n"),
            Map.entry("embedded", "stores: [{name: jobs, embedded: {@}}]\n"),
            Map.entry("admin", "admin: {@}\n"),
            Map.entry("access-log", "access-log: {@}\n"),
            Map.entry("drain", "drain: {@}\n"));

    private static final List<String> SMALLEST = List.of(
            "listeners: [{port: 0}]\n",
            "routes: [{name: all, lookup: job}]\n",
            "lookups: [{name: job, store: jobs, key: '${jobid}'}]\n",
            "clusters: [{name: origin, endpoints: ['localhost:1']}]\n",
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
        Stream.of(
                        config,
                        config.listeners().get(0),
                        config.listeners().get(0).http2(),
                        config.listeners().get(0).path(),
                        config.routes().get(0),
                        config.lookups().get(0),
                        config.lookups().get(0).allow(),
                        config.lookups().get(0).upstream(),
                        config.stores().get(0),
                        config.stores().get(0).embedded(),
                        redis,
                        config.admin(),
                        config.accessLog(),
                        config.drain())
                .forEach(part -> defaults(part, read));

        List<Row> documented = Reference.rows().stream()
                .filter(row -> !row.byDefault().startsWith("required")
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
                new String[] {"lookups[0].store", with("lookups: [{name: job, key: '${jobid}'}]\n")},
                new String[] {"lookups[0].key", with("lookups: [{name: job, store: jobs}]\n")},
                new String[] {"clusters[0].name", with("clusters: [{endpoints: ['a:1']}]\n")},
                new String[] {"clusters[0].endpoints", with("clusters: [{name: origin}]\n")},
                new String[] {"clusters[0].endpoints", with("clusters: [{name: origin, endpoints: []}]\n")},
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
        for (RecordComponent component : type.getRecordComponents()) {
            if (component.getType() == TargetConfig.class) {
                own.addAll(List.of("cluster", "lookup"));
            } else {
                own.add(kebab(component.getName()));
            }
            record(component.getGenericType()).ifPresent(child -> collect(child, keys));
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
            try {
                Object value = component.getAccessor().invoke(part);
                read.put(section(part.getClass()) + "." + key, written(key, value));
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
            case Enum<?> constant -> constant.name().toLowerCase(Locale.ROOT);
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

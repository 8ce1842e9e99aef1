// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Asks a service about each request, by its head: 2xx lets it pass, 3xx and 4xx are passed to the caller, everything else is no answer.
 *
 * @param cluster who is asked; required
 * @param path what is asked for with GET, default {@code /}
 * @param about what the service is told of the request, default all of it; with {@code fields} it is what a kept answer is kept for
 * @param fields of the request that are passed on, default {@code authorization} and {@code cookie}
 * @param allowFields of a 2xx answer that are set in the request, default none; callers cannot set them
 * @param denyFields of a 3xx or 4xx answer that the caller gets, default {@code location}, {@code set-cookie}, {@code www-authenticate}
 * @param timeout 1 ms to 1 min, default 1 s; for all attempts together
 * @param unavailable what becomes of a request when there is no answer, default it is refused
 * @param keep 0 s to 24 h, default 0 s; how long an answer is kept for requests of which the same is told. One that says {@code no-store}
 *     is not
 * @param keptBytes 4 KiB to 1 GiB, default 4 MiB; for all answers that are kept
 */
public record ExternalConfig(
        String cluster,
        String path,
        List<About> about,
        List<String> fields,
        List<String> allowFields,
        List<String> denyFields,
        Duration timeout,
        Unavailable unavailable,
        Duration keep,
        int keptBytes)
        implements FilterConfig {
    private static final Pattern PATH = Pattern.compile("/[\\x21-\\x7e&&[^#]]{0,1023}");
    private static final Pattern NAME = Pattern.compile("[a-z0-9!#$%&'*+.^_`|~-]{1,256}");
    private static final List<String> FRAMING = List.of(
            "connection", "content-length", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade");

    /** One thing that the service is told. */
    public enum About {
        METHOD("x-forwarded-method"),
        SCHEME("x-forwarded-proto"),
        HOST("x-forwarded-host"),
        PATH("x-forwarded-uri"),
        CLIENT("x-forwarded-for");

        private final String field;

        About(String field) {
            this.field = field;
        }

        /** In which field. */
        public String field() {
            return field;
        }

        static About parse(String text) {
            return Arrays.stream(values())
                    .filter(one -> one.toString().equals(text))
                    .findFirst()
                    .orElseThrow(() -> Check.failed(
                            Check.quoted(text), "is not known, expected one of method, scheme, host, path, client"));
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What becomes of a request about which there is no answer. */
    public enum Unavailable {
        /** It is refused with {@code check-unavailable}. */
        REFUSE,
        /** It goes on without the fields of an answer. */
        ALLOW
    }

    public ExternalConfig {
        about = List.copyOf(about);
        fields = lower(fields);
        allowFields = lower(allowFields);
        denyFields = lower(denyFields);
        Check check = new Check()
                .notBlank("cluster", cluster)
                .that(
                        "path",
                        PATH.matcher(path).matches(),
                        Check.quoted(path),
                        "is not a path, expected one with / first")
                .that("about", about.stream().distinct().count() == about.size(), "", "names one twice, expected once")
                .range("timeout", timeout, ofMillis(1), ofMinutes(1))
                .range("keep", keep, ofSeconds(0), ofHours(24))
                .size("kept-bytes", keptBytes, 4 * 1024, 1 << 30);
        names(check, "fields", fields);
        names(check, "allow-fields", allowFields);
        names(check, "deny-fields", denyFields);
        check.done();
    }

    private static List<String> lower(List<String> names) {
        return names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
    }

    private static void names(Check check, String key, List<String> names) {
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            check.that(
                    key + "[" + i + "]",
                    NAME.matcher(name).matches() && !FRAMING.contains(name),
                    Check.quoted(name),
                    "is not a field that can be passed on, expected another");
        }
    }

    static ExternalConfig from(ConfigNode node) {
        return new ExternalConfig(
                node.requiredText("cluster", "none"),
                node.text("path", "/"),
                node.parsedList("about", List.of(About.values()), About::parse),
                node.parsedList("fields", List.of("authorization", "cookie"), Function.identity()),
                node.parsedList("allow-fields", List.of(), Function.identity()),
                node.parsedList(
                        "deny-fields", List.of("location", "set-cookie", "www-authenticate"), Function.identity()),
                node.duration("timeout", ofSeconds(1)),
                node.choice("unavailable", Unavailable.REFUSE),
                node.duration("keep", ofSeconds(0)),
                node.size("kept-bytes", 4 * 1024 * 1024));
    }

    @Override
    public List<String> clusters() {
        return List.of(cluster);
    }
}

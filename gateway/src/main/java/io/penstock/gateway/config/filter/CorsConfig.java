// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofSeconds;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Which pages of other origins may use what is behind it (the Fetch Standard's CORS protocol); preflights are answered by the gateway.
 *
 * @param origins {@code scheme://host[:port]} each, {@code scheme://*.host[:port]} for every host below it, or {@code *} alone; required
 * @param methods that pages may use, default GET, HEAD and POST; {@code *} alone for any
 * @param headers fields that pages may send beside those that they always may, default none; {@code *} alone for any
 * @param expose fields of responses that pages may read beside those that they always may, default none; {@code *} alone for any
 * @param credentials whether pages may send cookies and the like, default false; never with {@code *} in one of the lists
 * @param maxAge 0 s to 24 h; how long a browser may keep a preflight's answer; absent leaves that to the browser
 */
public record CorsConfig(
        List<String> origins,
        List<String> methods,
        List<String> headers,
        List<String> expose,
        boolean credentials,
        Optional<Duration> maxAge)
        implements FilterConfig {
    /** Stands for everything where it is a list's only entry. */
    public static final String ANY = "*";

    private static final Pattern ORIGIN = Pattern.compile(
            "null|[a-z][a-z0-9+.-]*://(\\*\\.)?([a-z0-9_-]+(\\.[a-z0-9_-]+)*|\\[[0-9a-f:.]+])(:[0-9]{1,5})?");
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'+.^_`|~-]+");

    public CorsConfig {
        origins = lower(origins);
        methods = List.copyOf(methods);
        headers = lower(headers);
        expose = lower(expose);
        Check check = new Check();
        origins(check, origins);
        tokens(check, "methods", methods, "a method");
        tokens(check, "headers", headers, "a field's name");
        tokens(check, "expose", expose, "a field's name");
        if (credentials) {
            anyWithCredentials(check, "origins", origins);
            anyWithCredentials(check, "methods", methods);
            anyWithCredentials(check, "headers", headers);
            anyWithCredentials(check, "expose", expose);
        }
        maxAge.ifPresent(age -> check.range("max-age", age, ofSeconds(0), ofHours(24)));
        check.done();
    }

    private static List<String> lower(List<String> texts) {
        return texts.stream().map(text -> text.toLowerCase(Locale.ROOT)).toList();
    }

    private static void origins(Check check, List<String> origins) {
        for (int i = 0; i < origins.size(); i++) {
            String origin = origins.get(i);
            check.that(
                    "origins[" + i + "]",
                    origins.equals(List.of(ANY)) || ORIGIN.matcher(origin).matches(),
                    Check.quoted(origin),
                    origin.equals(ANY)
                            ? "stands beside other origins, expected it alone"
                            : "is not an origin, expected one such as https://app.example.com, https://*.example.com,"
                                    + " or * alone");
        }
    }

    private static void tokens(Check check, String key, List<String> tokens, String what) {
        for (int i = 0; i < tokens.size(); i++) {
            check.that(
                    key + "[" + i + "]",
                    tokens.equals(List.of(ANY)) || TOKEN.matcher(tokens.get(i)).matches(),
                    Check.quoted(tokens.get(i)),
                    "is not " + what + ", expected one, or * alone");
        }
    }

    private static void anyWithCredentials(Check check, String key, List<String> values) {
        check.that(
                key,
                !values.contains(ANY),
                ANY,
                "is taken literally by browsers where credentials is true, expected each that is meant");
    }

    static CorsConfig from(ConfigNode node) {
        if (!node.has("origins")) {
            node.problem("origins", "is missing, expected a list of origins such as https://app.example.com");
        }
        return new CorsConfig(
                node.parsedList("origins", List.of(), Function.identity()),
                node.parsedList("methods", List.of("GET", "HEAD", "POST"), Function.identity()),
                node.parsedList("headers", List.of(), Function.identity()),
                node.parsedList("expose", List.of(), Function.identity()),
                node.flag("credentials", false),
                node.optionalDuration("max-age"));
    }
}

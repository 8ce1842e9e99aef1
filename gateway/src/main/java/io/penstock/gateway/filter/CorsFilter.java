// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.config.filter.CorsConfig;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.Head;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Lets pages of other origins use what is behind it, and answers their preflights: the CORS protocol of the Fetch Standard. What an upstream
 * says about it is replaced. An origin that is not allowed gets its response without the fields, and the browser keeps it from the page;
 * the preflight of one is answered with 403.
 */
final class CorsFilter implements Filter {
    private static final String ORIGIN = "origin";
    private static final String ASKED_METHOD = "access-control-request-method";
    private static final String ASKED_HEADERS = "access-control-request-headers";
    private static final String ALLOWED_ORIGIN = "access-control-allow-origin";
    private static final String CREDENTIALS = "access-control-allow-credentials";
    private static final String EXPOSED = "access-control-expose-headers";
    private static final Field VARY = Field.of("vary", "origin");
    private static final Field VARY_PREFLIGHT =
            Field.of("vary", "origin, access-control-request-method, access-control-request-headers");
    private static final Field CREDENTIALS_ALLOWED = Field.of(CREDENTIALS, "true");

    private final CorsConfig config;
    private final boolean anyOrigin;
    private final @Nullable Field exposed;

    CorsFilter(CorsConfig config) {
        this.config = config;
        this.anyOrigin = config.origins().contains(CorsConfig.ANY);
        this.exposed = config.expose().isEmpty() ? null : Field.of(EXPOSED, String.join(", ", config.expose()));
    }

    @Override
    public Verdict request(Exchange exchange) {
        Head request = exchange.request();
        if (request.has(":protocol")) {
            return Verdict.GO_ON; // a WebSocket: its server judges the origin
        }
        String origin = request.value(ORIGIN);
        String allowed = allowed(origin);
        if (preflight(exchange)) {
            return Verdict.Answer.of(allowed == null ? refusal() : answer(request, allowed));
        }
        exchange.alsoOnHead((same, response) -> mark(response, allowed));
        return Verdict.GO_ON;
    }

    private static boolean preflight(Exchange exchange) {
        return exchange.method().equals("OPTIONS")
                && exchange.request().has(ORIGIN)
                && exchange.request().has(ASKED_METHOD);
    }

    /** What the response says to this origin: itself or {@code *}; null when it is not allowed or there is none. */
    private @Nullable String allowed(@Nullable String origin) {
        if (anyOrigin) {
            return CorsConfig.ANY;
        }
        if (origin == null) {
            return null;
        }
        String lower = origin.toLowerCase(Locale.ROOT);
        for (String pattern : config.origins()) {
            if (matches(pattern, lower)) {
                return origin;
            }
        }
        return null;
    }

    /** {@code https://*.example.com} takes what stands for the star, which has no further scheme or port in it. */
    private static boolean matches(String pattern, String origin) {
        int star = pattern.indexOf("://*.");
        if (star < 0) {
            return pattern.equals(origin);
        }
        int below = star + 3;
        String end = pattern.substring(below + 1);
        return origin.length() > below + end.length()
                && origin.startsWith(pattern.substring(0, below))
                && origin.endsWith(end)
                && origin.indexOf(':', below) < 0 == end.indexOf(':') < 0
                && origin.indexOf('/', below) < 0;
    }

    private static Head refusal() {
        return new Head().add(":status", "403").add(VARY_PREFLIGHT).add("content-length", "0");
    }

    private Head answer(Head request, String allowed) {
        Head head = new Head().add(":status", "204").add(VARY_PREFLIGHT).add(ALLOWED_ORIGIN, allowed);
        if (config.credentials()) {
            head.add(CREDENTIALS_ALLOWED);
        }
        head.add("access-control-allow-methods", String.join(", ", config.methods()));
        if (!config.headers().isEmpty() && request.has(ASKED_HEADERS)) {
            head.add("access-control-allow-headers", String.join(", ", config.headers()));
        }
        config.maxAge().ifPresent(age -> head.add("access-control-max-age", Long.toString(age.toSeconds())));
        return head;
    }

    /** Final responses, refusals too. */
    private void mark(Head response, @Nullable String allowed) {
        if (response.status() < 200) {
            return;
        }
        response.remove(ALLOWED_ORIGIN).remove(CREDENTIALS).remove(EXPOSED);
        if (!anyOrigin && !varies(response)) {
            response.add(VARY);
        }
        if (allowed == null) {
            return;
        }
        response.add(ALLOWED_ORIGIN, allowed);
        if (config.credentials()) {
            response.add(CREDENTIALS_ALLOWED);
        }
        if (exposed != null) {
            response.add(exposed);
        }
    }

    private static boolean varies(Head response) {
        for (int i = 0; i < response.size(); i++) {
            Field field = response.at(i);
            if (field.name().equals("vary")) {
                for (String name : field.value().split(",", -1)) {
                    String stripped = name.strip();
                    if (stripped.equals("*") || stripped.equalsIgnoreCase(ORIGIN)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    @Override
    public Finding explain(Exchange copy) {
        List<String> words = new ArrayList<>();
        String origin = copy.request().value(ORIGIN);
        if (origin == null) {
            words.add("no origin");
        } else {
            words.add("origin " + (allowed(origin) == null ? "not allowed" : "allowed"));
        }
        if (!copy.request().has(":protocol") && preflight(copy)) {
            words.add("preflight answered with " + (allowed(origin) == null ? "403" : "204"));
            return Finding.answers(String.join(", ", words));
        }
        return Finding.goesOn(String.join(", ", words));
    }
}

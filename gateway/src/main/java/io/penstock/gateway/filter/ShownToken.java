// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.Head;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where a request shows a token or a key: in a field, a cookie or the query; the first of these that is there. Immutable. */
final class ShownToken {
    private static final String AUTHORIZATION = "authorization";

    private final String header;
    private final String scheme;
    private final Optional<String> cookie;
    private final Optional<String> query;
    private final boolean forward;

    /**
     * Looks in these places.
     *
     * @param scheme of {@code authorization}, with the space behind it
     * @param forward whether header and cookie stay in the request
     */
    ShownToken(String header, String scheme, Optional<String> cookie, Optional<String> query, boolean forward) {
        this.header = header;
        this.scheme = scheme;
        this.cookie = cookie;
        this.query = query;
        this.forward = forward;
    }

    /** What is shown, or null. */
    @Nullable
    String find(Exchange exchange) {
        String found = inHeader(exchange.request());
        if (found == null && cookie.isPresent()) {
            found = inCookie(exchange.request(), cookie.get());
        }
        return found == null && query.isPresent() ? inQuery(exchange.path(), query.get()) : found;
    }

    private @Nullable String inHeader(Head request) {
        String value = request.value(header);
        if (value == null || !header.equals(AUTHORIZATION)) {
            return value == null || value.isEmpty() ? null : value;
        }
        // the scheme is case-insensitive (RFC 9110 §11.1)
        return value.regionMatches(true, 0, scheme, 0, scheme.length())
                ? value.substring(scheme.length()).strip()
                : null;
    }

    private static @Nullable String inCookie(Head request, String name) {
        for (int i = 0; i < request.size(); i++) {
            Field field = request.at(i);
            if (field.name().equals("cookie")) {
                for (String pair : field.value().split(";", -1)) {
                    String trimmed = pair.strip();
                    if (trimmed.startsWith(name) && trimmed.startsWith("=", name.length())) {
                        return trimmed.substring(name.length() + 1);
                    }
                }
            }
        }
        return null;
    }

    private static @Nullable String inQuery(String path, String name) {
        for (String pair : pairs(path)) {
            if (names(pair, name)) {
                return pair.substring(name.length() + 1);
            }
        }
        return null;
    }

    private static String[] pairs(String path) {
        int query = path.indexOf('?');
        return query < 0 ? new String[0] : path.substring(query + 1).split("&", -1);
    }

    private static boolean names(String pair, String name) {
        return pair.startsWith(name) && pair.startsWith("=", name.length());
    }

    /** Takes it out of what the upstream sees: out of the query always, since that ends up in logs, elsewhere if it is not to be forwarded. */
    void strip(Exchange exchange) {
        query.ifPresent(name -> stripQuery(exchange, name));
        if (!forward) {
            Head request = exchange.request();
            if (inHeader(request) != null) {
                request.remove(header);
            }
            cookie.ifPresent(name -> stripCookie(request, name));
        }
    }

    private static void stripQuery(Exchange exchange, String name) {
        String path = exchange.path();
        if (inQuery(path, name) == null) {
            return;
        }
        List<String> kept = new ArrayList<>();
        for (String pair : pairs(path)) {
            if (!names(pair, name)) {
                kept.add(pair);
            }
        }
        String bare = path.substring(0, path.indexOf('?'));
        exchange.rewritePath(kept.isEmpty() ? bare : bare + "?" + String.join("&", kept));
    }

    private static void stripCookie(Head request, String name) {
        for (int i = request.size() - 1; i >= 0; i--) {
            Field field = request.at(i);
            if (field.name().equals("cookie")) {
                List<String> kept = new ArrayList<>();
                for (String pair : field.value().split(";", -1)) {
                    if (!names(pair.strip(), name)) {
                        kept.add(pair.strip());
                    }
                }
                request.removeAt(i);
                if (!kept.isEmpty()) {
                    request.add("cookie", String.join("; ", kept));
                }
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads one {@code forwarded} field (RFC 7239 §4): a list of elements, each of pairs. Strict: a caller who leaves a quote open must not
 * swallow what the proxies behind him have added, so a field that breaks the grammar anywhere says nothing at all.
 */
final class ForwardedElements {
    private static final String MARKS = "!#$%&'*+-.^_`|~";

    private final String text;
    private int at;

    private ForwardedElements(String text) {
        this.text = text;
    }

    /** The {@code for} of each element from the left, unquoted; empty for an element without one. Null when the field is malformed. */
    static @Nullable List<String> clients(String field) {
        return new ForwardedElements(field).read();
    }

    private @Nullable List<String> read() {
        List<String> clients = new ArrayList<>();
        while (true) {
            String client = element();
            if (client == null) {
                return null;
            }
            clients.add(client);
            if (at == text.length()) {
                return clients;
            }
            at++; // the comma
        }
    }

    /** Up to the comma or the end. */
    private @Nullable String element() {
        String client = null;
        while (true) {
            skipSpace();
            int from = at;
            skipToken();
            String name = text.substring(from, at);
            if (!name.isEmpty()) {
                String value = next('=') ? value() : null;
                if (value == null || (client != null && name.equalsIgnoreCase("for"))) {
                    return null; // each parameter occurs once
                }
                client = name.equalsIgnoreCase("for") ? value : client;
                skipSpace();
            }
            if (at == text.length() || text.charAt(at) == ',') {
                return client == null ? "" : client;
            }
            if (!next(';')) {
                return null;
            }
        }
    }

    private @Nullable String value() {
        if (next('"')) {
            return quoted();
        }
        int from = at;
        while (at < text.length() && (token(text.charAt(at)) || ":[]".indexOf(text.charAt(at)) >= 0)) {
            at++; // addresses with a colon ought to be quoted, and often are not
        }
        return at == from ? null : text.substring(from, at);
    }

    private @Nullable String quoted() {
        StringBuilder value = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return value.toString();
            }
            if (c == '\\') {
                if (at == text.length()) {
                    return null;
                }
                c = text.charAt(at++);
            }
            value.append(c);
        }
        return null;
    }

    private boolean next(char expected) {
        boolean there = at < text.length() && text.charAt(at) == expected;
        at += there ? 1 : 0;
        return there;
    }

    private void skipToken() {
        while (at < text.length() && token(text.charAt(at))) {
            at++;
        }
    }

    private void skipSpace() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
    }

    private static boolean token(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || MARKS.indexOf(c) >= 0;
    }
}

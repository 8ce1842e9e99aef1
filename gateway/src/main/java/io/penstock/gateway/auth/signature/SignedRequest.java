// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.signature;

import io.penstock.gateway.config.read.Authority;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.Head;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a request that a signature may cover (RFC 9421 §2), as its callee sees them: path and query in the form that the listener's path
 * policy gave them, fields as the filters before left them.
 *
 * @param method as it was sent
 * @param scheme in lower case
 * @param authority as it was sent; empty when there is none
 * @param target path and query
 * @param fields of the head; names with a colon are not looked at
 */
record SignedRequest(String method, String scheme, String authority, String target, Head fields) {

    static SignedRequest of(Exchange exchange) {
        return new SignedRequest(
                exchange.method(),
                Objects.requireNonNullElse(exchange.request().scheme(), "").toLowerCase(Locale.ROOT),
                exchange.authority(),
                exchange.path(),
                exchange.request());
    }

    /** Whether there is a query, be it empty. */
    boolean hasQuery() {
        return target.indexOf('?') >= 0;
    }

    /** The value of a component without parameters; null when the request has none of this name, or when there is none. */
    @Nullable
    String value(String component) {
        return switch (component) {
            case "@method" -> method;
            case "@scheme" -> scheme;
            case "@authority" -> normalAuthority();
            case "@target-uri" -> scheme + "://" + normalAuthority() + target;
            case "@request-target" -> target;
            case "@path" -> path();
            case "@query" -> hasQuery() ? target.substring(target.indexOf('?')) : "?"; // RFC 9421 §2.2.7
            default -> component.startsWith("@") || component.startsWith(":") ? null : field(component);
        };
    }

    private String path() {
        String path = hasQuery() ? target.substring(0, target.indexOf('?')) : target;
        return path.isEmpty() ? "/" : path; // RFC 9110 §4.2.3
    }

    /** In lower case, and without the scheme's own port (RFC 9421 §2.2.3). */
    private String normalAuthority() {
        String lower = authority.toLowerCase(Locale.ROOT);
        if (Authority.hostEnd(lower) <= 0) {
            return lower;
        }
        String port = Authority.port(lower);
        String own = scheme.equals("https") ? "443" : "80";
        return port.isEmpty() || port.equals(own) ? Authority.host(lower) : lower;
    }

    /** All lines of the field (RFC 9421 §2.1); what HTTP/2 has split of {@code cookie} is put together again (RFC 9113 §8.2.3). */
    private @Nullable String field(String name) {
        String separator = name.equals("cookie") ? "; " : ", ";
        StringBuilder value = null;
        for (int i = 0; i < fields.size(); i++) {
            Field field = fields.at(i);
            if (field.name().equals(name)) {
                value = value == null ? new StringBuilder() : value.append(separator);
                value.append(field.value().strip());
            }
        }
        if (value == null && name.equals("host") && !authority.isEmpty()) {
            return authority; // a codec has it elsewhere
        }
        return value == null ? null : value.toString();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.sign;

import io.penstock.harness.wire.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A request that is to be signed.
 *
 * @param scheme {@code http} or {@code https}
 * @param authority host and port, as {@code Host} has it
 * @param target path and query
 * @param fields with names in lower case
 * @param body absent for a request without one
 */
public record PlainRequest(
        String method,
        String scheme,
        String authority,
        String target,
        List<Field> fields,
        @Nullable Body body) {

    public PlainRequest {
        fields = List.copyOf(fields);
    }

    /** The bytes of a body, and their digest. */
    public static final class Body {
        private final byte[] bytes;

        public Body(byte[] bytes) {
            this.bytes = bytes.clone();
        }

        /** A copy. */
        public byte[] bytes() {
            return bytes.clone();
        }
    }

    /** The same with these fields behind the others. */
    public PlainRequest with(List<Field> more) {
        var all = new ArrayList<>(fields);
        all.addAll(more);
        return new PlainRequest(method, scheme, authority, target, all, body);
    }

    /** Whether there is a query, be it empty. */
    boolean hasQuery() {
        return target.contains("?");
    }

    /**
     * The value of a component (RFC 9421 §2).
     *
     * @throws IllegalArgumentException the request has none
     */
    String value(String component) {
        return switch (component) {
            case "@method" -> method;
            case "@scheme" -> scheme;
            case "@authority" -> bareAuthority();
            case "@target-uri" -> scheme + "://" + bareAuthority() + target;
            case "@request-target" -> target;
            case "@path" -> path();
            case "@query" -> hasQuery() ? target.substring(target.indexOf('?')) : "?";
            default -> field(component);
        };
    }

    private String path() {
        var path = hasQuery() ? target.substring(0, target.indexOf('?')) : target;
        return path.isEmpty() ? "/" : path;
    }

    private String bareAuthority() {
        var lower = authority.toLowerCase(Locale.ROOT);
        var port = scheme.equals("https") ? ":443" : ":80";
        return lower.endsWith(port) ? lower.substring(0, lower.length() - port.length()) : lower;
    }

    private String field(String name) {
        var lines = fields.stream()
                .filter(field -> field.name().equals(name))
                .map(field -> field.value().strip())
                .toList();
        if (lines.isEmpty() && name.equals("host")) {
            return authority;
        }
        if (lines.isEmpty()) {
            throw new IllegalArgumentException("the request has no " + name);
        }
        return lines.stream().collect(Collectors.joining(", "));
    }
}

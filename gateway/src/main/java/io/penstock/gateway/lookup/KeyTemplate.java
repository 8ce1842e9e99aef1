// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.lookup;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * A store key with the values of request fields in it: {@code prefix:${jobid}}. Immutable.
 *
 * <p>A field that comes twice in a request is refused: the gateway and whoever else reads the request could each take another one.
 */
final class KeyTemplate {
    /** One before each field and one after the last. */
    private final String[] literals;

    private final String[] fields;
    private final boolean[] allowed;
    private final int maxBytes;

    private KeyTemplate(List<String> literals, List<String> fields, boolean[] allowed, int maxBytes) {
        this.literals = literals.toArray(String[]::new);
        this.fields = fields.toArray(String[]::new);
        this.allowed = allowed;
        this.maxBytes = maxBytes;
    }

    /**
     * Compiles a template.
     *
     * @param characters a regular expression's character class without its brackets; what a field's value may consist of
     * @throws IllegalArgumentException when it has no field, an unclosed one, or the class is none
     */
    static KeyTemplate of(String text, String characters, int maxBytes) {
        List<String> literals = new ArrayList<>();
        List<String> fields = new ArrayList<>();
        int from = 0;
        for (int open = text.indexOf("${"); open >= 0; open = text.indexOf("${", from)) {
            int close = text.indexOf('}', open);
            if (close < open + 3) {
                throw new IllegalArgumentException("key template " + text + " has a ${ without a field name and }");
            }
            literals.add(bytes(text.substring(from, open)));
            fields.add(text.substring(open + 2, close).toLowerCase(Locale.ROOT));
            from = close + 1;
        }
        literals.add(bytes(text.substring(from)));
        if (fields.isEmpty()) {
            throw new IllegalArgumentException(
                    "key template " + text + " names no field, expected something like ${jobid}");
        }
        return new KeyTemplate(literals, fields, allowed(characters), maxBytes);
    }

    /** What every key begins with. */
    String prefix() {
        return literals[0];
    }

    /**
     * The key that somebody means who gives either the key itself or, where the template has one field, the value that a caller sends
     * in it. What could be both is the key.
     */
    String meant(String given) {
        boolean whole = fields.length > 1
                || (given.length() >= literals[0].length() + literals[1].length()
                        && given.startsWith(literals[0])
                        && given.endsWith(literals[1]));
        return whole ? given : literals[0] + given + literals[1];
    }

    /**
     * Puts the fields of the request in; the result is still to be {@linkplain #check checked} before it is used for anything but
     * comparing. When the template is one field and nothing else, this is the field's own string.
     *
     * @throws GatewayException NO_ROUTE_KEY or BAD_ROUTE_KEY
     */
    String fill(Head request) {
        if (fields.length == 1) {
            String value = only(request, fields[0]);
            if (literals[0].isEmpty() && literals[1].isEmpty()) {
                return value;
            }
            return literals[0] + value + literals[1];
        }
        StringBuilder key = new StringBuilder(64).append(literals[0]);
        for (int i = 0; i < fields.length; i++) {
            key.append(only(request, fields[i])).append(literals[i + 1]);
        }
        return key.toString();
    }

    /**
     * Refuses a request whose key is too long or has other characters than allowed.
     *
     * @throws GatewayException BAD_ROUTE_KEY
     */
    void check(Head request, String key) {
        if (key.length() > maxBytes) {
            throw new GatewayException(Cause.BAD_ROUTE_KEY, "key has " + key.length() + " bytes, limit is " + maxBytes);
        }
        for (String field : fields) {
            check(field, only(request, field));
        }
    }

    private void check(String field, String value) {
        if (value.isEmpty()) {
            throw new GatewayException(Cause.BAD_ROUTE_KEY, "field " + field + " is empty");
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c >= allowed.length || !allowed[c]) {
                throw new GatewayException(
                        Cause.BAD_ROUTE_KEY,
                        String.format("field %s has the byte 0x%02x at %d, which is not allowed", field, (int) c, i));
            }
        }
    }

    private static String only(Head request, String name) {
        @Nullable String value = null;
        for (int i = 0; i < request.size(); i++) {
            Field field = request.at(i);
            if (field.name().equals(name)) {
                if (value != null) {
                    throw new GatewayException(Cause.BAD_ROUTE_KEY, "field " + name + " comes more than once");
                }
                value = field.value();
            }
        }
        if (value == null) {
            throw new GatewayException(Cause.NO_ROUTE_KEY, "no field " + name);
        }
        return value;
    }

    /** Text of the configuration as keys have it: one char per byte of its UTF-8 form. */
    private static String bytes(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static boolean[] allowed(String characters) {
        Pattern pattern;
        try {
            pattern = Pattern.compile("[" + characters + "]");
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "key characters " + characters + ": " + e.getDescription()
                            + ", expected something like A-Za-z0-9._-",
                    e);
        }
        boolean[] allowed = new boolean[256];
        for (int c = 0; c < allowed.length; c++) {
            allowed[c] = pattern.matcher(String.valueOf((char) c)).matches();
        }
        return allowed;
    }
}

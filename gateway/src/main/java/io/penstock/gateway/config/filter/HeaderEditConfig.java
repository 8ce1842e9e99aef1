// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.config.read.ConfigNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * How the fields of a head change: first some are removed, then some set, then some added. Names in any case, kept in lower case. Values
 * are {@linkplain Template templates}.
 *
 * @param set in the place of all fields of the name, default none
 * @param add beside those of the name, default none
 * @param remove default none
 */
public record HeaderEditConfig(Map<String, String> set, Map<String, String> add, List<String> remove) {
    /** Nothing changes. */
    public static final HeaderEditConfig NONE = new HeaderEditConfig(Map.of(), Map.of(), List.of());

    private static final Pattern NAME = Pattern.compile("[a-z0-9!#$%&'*+.^_`|~-]{1,256}");
    /** Visible characters and blanks within, one byte each (RFC 9110 §5.5). */
    private static final Pattern VALUE = Pattern.compile(
            "|[\\x21-\\x7e\\x80-\\xff]([\\t\\x20-\\x7e\\x80-\\xff]{0,8190}" + "[\\x21-\\x7e\\x80-\\xff])?");
    /** What a codec writes itself: framing, the connection, and the authority, which has a key of its own. */
    private static final Set<String> FRAMING = Set.of(
            "connection",
            "content-length",
            "host",
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    public HeaderEditConfig {
        set = lower(set);
        add = lower(add);
        remove = remove.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
        Check check = new Check();
        check(check, "set", set);
        check(check, "add", add);
        set.forEach((name, value) -> template(check, "set." + name, value));
        add.forEach((name, value) -> template(check, "add." + name, value));
        checkNames(check, "remove", remove);
        check.done();
    }

    /** Reads a {@code request-headers} or {@code response-headers} chapter, or a side of a {@code headers} filter. */
    public static HeaderEditConfig from(ConfigNode node) {
        return new HeaderEditConfig(
                node.texts("set"), node.texts("add"), node.parsedList("remove", List.of(), Function.identity()));
    }

    /** The same fields with their names in lower case. */
    public static Map<String, String> lower(Map<String, String> fields) {
        Map<String, String> lower = new LinkedHashMap<>();
        fields.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
        return Collections.unmodifiableMap(lower);
    }

    /** Checks names and values of fields. */
    public static void check(Check check, String key, Map<String, String> fields) {
        fields.forEach((name, value) -> {
            name(check, key, name);
            checkValue(check, key + "." + name, value);
        });
    }

    /** Checks one value. */
    static void checkValue(Check check, String at, String value) {
        check.that(
                at,
                VALUE.matcher(value).matches(),
                Check.quoted(value),
                "is not a field's value, expected visible characters of one byte, with blanks only between them");
    }

    /** Checks names of a list. */
    static void checkNames(Check check, String key, List<String> names) {
        for (int i = 0; i < names.size(); i++) {
            name(check, key + "[" + i + "]", names.get(i));
        }
    }

    private static void template(Check check, String at, String value) {
        try {
            Template.parse(value);
        } catch (ConfigException e) {
            e.problems().forEach(problem -> check.that(at, false, problem.found(), problem.verdict()));
        }
    }

    private static void name(Check check, String key, String name) {
        check.that(key, NAME.matcher(name).matches(), Check.quoted(name), "is not a field's name")
                .that(
                        key,
                        !FRAMING.contains(name),
                        name,
                        "belongs to one connection or to the framing, expected another field");
    }
}

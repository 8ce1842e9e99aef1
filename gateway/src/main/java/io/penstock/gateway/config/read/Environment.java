// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.read;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts environment variables into the values of a file: {@code ${NAME}} and {@code ${NAME:default}}.
 *
 * <p>Names match {@code [A-Z_][A-Z0-9_]*}; anything else in {@code ${}}, such as the {@code ${jobid}} of a lookup's key, stays as it
 * is. A value replaces its place in one scalar after YAML was parsed, and is not looked at again: it cannot add keys or ask for
 * other variables. Used by one thread.
 */
public final class Environment {
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([A-Z_][A-Z0-9_]*)(?::((?:(?!\\$\\{)[^}])*))?}");
    private static final Pattern MEANT = Pattern.compile("\\$\\{[A-Z_]");

    private final Map<String, String> variables;
    private final Map<String, String> used = new LinkedHashMap<>();

    public Environment(Map<String, String> variables) {
        this.variables = Map.copyOf(variables);
    }

    YamlNode.Scalar substitute(YamlNode.Scalar raw, String path, Problems problems) {
        String text = raw.text();
        int line = raw.line();
        int column = raw.column();
        List<String> names = new ArrayList<>();
        StringBuilder result = new StringBuilder();
        Matcher matcher = REFERENCE.matcher(text);
        int end = 0;
        while (matcher.find()) {
            literal(text.substring(end, matcher.start()), result, path, line, column, problems);
            end = matcher.end();
            String name = matcher.group(1);
            String value = variables.get(name);
            if (value != null) {
                names.add(name);
                used.put(name, value);
                result.append(value);
            } else if (matcher.group(2) != null) {
                result.append(matcher.group(2));
            } else {
                String verdict =
                        "is not set in the environment and has no default, expected a value or ${NAME:default}";
                problems.add(path, "${" + name + "}", verdict, line, column);
            }
        }
        literal(text.substring(end), result, path, line, column, problems);
        return new YamlNode.Scalar(result.toString(), raw.plain(), raw.absent(), List.copyOf(names), line, column);
    }

    /** The text without values that came from the environment; those below four chars are too short to be secrets. */
    String hide(String text) {
        String hidden = text;
        for (var entry : used.entrySet()) {
            if (entry.getValue().length() >= 4) {
                hidden = hidden.replace(entry.getValue(), "value of ${" + entry.getKey() + "}");
            }
        }
        return hidden;
    }

    private static void literal(
            String text, StringBuilder result, String path, int line, int column, Problems problems) {
        if (MEANT.matcher(text).find()) {
            problems.add(
                    path,
                    "",
                    "has a ${ that is neither ${NAME} nor ${NAME:default}, nor a header in lower case",
                    line,
                    column);
        }
        result.append(text);
    }
}

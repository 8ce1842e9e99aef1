// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.read;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Writes trees down: as JSON on one line, or as YAML in blocks. Keys stay in their order, and values what they are. */
public final class NodeText {
    private static final Pattern LITERAL =
            Pattern.compile("true|false|-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
    /** What YAML takes for a text without quotes, whatever its version. */
    private static final Pattern BARE = Pattern.compile("[A-Za-z/][A-Za-z0-9_./-]*|[0-9]+(ms|s|m|h|B|KiB|MiB|GiB)");

    private static final Set<String> WORDS = Set.of("true", "false", "null", "yes", "no", "on", "off", "y", "n");

    private final StringBuilder out = new StringBuilder();

    private NodeText() {}

    /** One line without its end. */
    public static String json(YamlNode node) {
        NodeText text = new NodeText();
        text.flow(node);
        return text.out.toString();
    }

    /** Lines, each with its end. */
    public static String yaml(YamlNode node) {
        NodeText text = new NodeText();
        text.block(node, 0);
        return text.out.toString();
    }

    private void flow(YamlNode node) {
        switch (node) {
            case YamlNode.Scalar scalar -> scalar(scalar);
            case YamlNode.Sequence sequence -> {
                out.append('[');
                String between = "";
                for (YamlNode item : sequence.items()) {
                    out.append(between);
                    flow(item);
                    between = ",";
                }
                out.append(']');
            }
            case YamlNode.Mapping mapping -> {
                out.append('{');
                String between = "";
                for (var entry : mapping.entries().entrySet()) {
                    out.append(between);
                    quoted(entry.getKey());
                    out.append(':');
                    flow(entry.getValue());
                    between = ",";
                }
                out.append('}');
            }
        }
    }

    private void scalar(YamlNode.Scalar scalar) {
        if (scalar.absent()) {
            out.append("null");
        } else if (scalar.plain() && LITERAL.matcher(scalar.text()).matches()) {
            out.append(scalar.text());
        } else {
            quoted(scalar.text());
        }
    }

    private void quoted(String text) {
        out.append('"')
                .append(JsonStringEncoder.getInstance().quoteAsString(text))
                .append('"');
    }

    private void block(YamlNode node, int indent) {
        switch (node) {
            case YamlNode.Mapping mapping
            when !mapping.entries().isEmpty() ->
                mapping.entries().forEach((key, value) -> {
                    out.append(" ".repeat(indent));
                    bare(key);
                    out.append(':');
                    below(value, indent + 2);
                });
            case YamlNode.Sequence sequence
            when !sequence.items().isEmpty() -> {
                for (YamlNode item : sequence.items()) {
                    item(item, indent);
                }
            }
            case YamlNode.Scalar scalar -> line(scalar);
            case YamlNode.Mapping empty -> line(empty);
            case YamlNode.Sequence empty -> line(empty);
        }
    }

    private void below(YamlNode value, int indent) {
        if (simple(value)) {
            out.append(' ');
            line(value);
        } else {
            out.append('\n');
            block(value, indent);
        }
    }

    /** The first line of what it holds stands behind the dash. */
    private void item(YamlNode item, int indent) {
        out.append(" ".repeat(indent)).append('-');
        if (simple(item)) {
            out.append(' ');
            line(item);
            return;
        }
        int start = out.length();
        block(item, indent + 2);
        out.delete(start, start + indent + 1);
    }

    private static boolean simple(YamlNode node) {
        return switch (node) {
            case YamlNode.Scalar scalar -> true;
            case YamlNode.Sequence sequence -> sequence.items().isEmpty();
            case YamlNode.Mapping mapping -> mapping.entries().isEmpty();
        };
    }

    private void line(YamlNode node) {
        if (node instanceof YamlNode.Scalar scalar && !scalar.absent() && !literal(scalar)) {
            bare(scalar.text());
        } else {
            flow(node);
        }
        out.append('\n');
    }

    private static boolean literal(YamlNode.Scalar scalar) {
        return scalar.plain() && LITERAL.matcher(scalar.text()).matches();
    }

    private void bare(String text) {
        if (BARE.matcher(text).matches() && !WORDS.contains(text.toLowerCase(Locale.ROOT))) {
            out.append(text);
        } else {
            quoted(text);
        }
    }
}

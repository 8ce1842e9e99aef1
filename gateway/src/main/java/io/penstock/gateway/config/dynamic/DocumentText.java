// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.dynamic;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.config.read.Environment;
import io.penstock.gateway.config.read.JsonReader;
import io.penstock.gateway.config.read.NodeText;
import io.penstock.gateway.config.read.Problem;
import io.penstock.gateway.config.read.Problems;
import io.penstock.gateway.config.read.YamlNode;
import io.penstock.gateway.config.read.YamlNode.Mapping;
import io.penstock.gateway.config.read.YamlNode.Scalar;
import io.penstock.gateway.config.read.YamlNode.Sequence;
import io.penstock.gateway.config.read.YamlParser;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The texts that documents are kept as: JSON on one line, in the words of the file, whose values are what the caller wrote. Numbers, {@code
 * true}, {@code false} and {@code null} without quotes stay so; everything else is a string, {@code ${...}} included. What a document means
 * is seen by {@link DocumentReader}.
 */
public final class DocumentText {
    /** Of one text with many documents, of some 20 bytes each. */
    public static final int MOST_VALUES = 400_000;

    private static final String NAME = "name";

    /** The languages that documents come in. */
    public enum Language {
        JSON,
        YAML
    }

    private DocumentText() {}

    /**
     * The text of one document; its {@code name} is added where it is left out.
     *
     * @throws ConfigException it is no mapping of that language; the path is the document's name
     */
    public static String entry(DocumentName name, String text, Language language) {
        return entry(name, mapping(parse(text, language, name.toString()), name.toString()));
    }

    private static String entry(DocumentName name, Mapping mapping) {
        String json = NodeText.json(named(mapping, name.name()));
        if (json.length() > DocumentReader.MOST_CHARS) {
            throw wrong(
                    name.toString(),
                    "",
                    "has " + json.length() + " chars, expected at most " + DocumentReader.MOST_CHARS);
        }
        return json;
    }

    /**
     * The texts of {@code {routes: [...], clusters: [...]}}.
     *
     * @throws ConfigException with every problem: sections that there are not, entries without a name, names that are there twice
     */
    public static NavigableMap<DocumentName, String> all(String text, Language language) {
        Mapping sections = mapping(parse(text, language, "body"), "body");
        List<Problem> problems = new ArrayList<>();
        NavigableMap<DocumentName, String> all = new TreeMap<>();
        sections.entries().forEach((section, value) -> {
            Optional<DocumentKind> kind = DocumentKind.of(section);
            if (kind.isEmpty()) {
                problems.add(problem(
                        Check.quoted(section), "", "is not a known key, expected routes, clusters, filters, lookups"));
            } else if (value instanceof Sequence list) {
                for (int i = 0; i < list.items().size(); i++) {
                    add(all, kind.get(), list.items().get(i), section + "[" + i + "]", problems);
                }
            } else if (!(value instanceof Scalar scalar && scalar.absent())) {
                problems.add(problem(section, "", "is no list, expected a list of entries with names"));
            }
        });
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return all;
    }

    private static void add(
            Map<DocumentName, String> all, DocumentKind kind, YamlNode item, String at, List<Problem> problems) {
        if (problems.size() >= 100) {
            return; // beyond that nobody reads on
        }
        if (!(item instanceof Mapping mapping)) {
            problems.add(problem(at, "", "is no block of keys, expected one with a name"));
        } else if (!(mapping.entries().get(NAME) instanceof Scalar own)
                || own.absent()
                || own.text().isEmpty()) {
            problems.add(problem(at + ".name", "", "is missing, expected a text"));
        } else {
            DocumentName name = new DocumentName(kind, own.text());
            try {
                if (all.put(name, entry(name, mapping)) != null) {
                    problems.add(problem(at + ".name", Check.quoted(own.text()), "is given twice, expected once"));
                }
            } catch (ConfigException e) {
                problems.addAll(e.problems());
            }
        }
    }

    /**
     * The tree of a document's text; empty when it is neither JSON nor YAML.
     *
     * @param text as it is in the store, where others may have put it
     */
    public static Optional<Mapping> tree(String text) {
        return tree(text, Language.JSON).or(() -> tree(text, Language.YAML));
    }

    private static Optional<Mapping> tree(String text, Language language) {
        try {
            return Optional.of(mapping(parse(text, language, ""), ""));
        } catch (ConfigException e) {
            return Optional.empty();
        }
    }

    /**
     * The tree of something else that comes in the same languages.
     *
     * @throws ConfigException it is no mapping
     */
    public static Mapping order(String text, Language language) {
        return mapping(parse(text, language, "body"), "body");
    }

    /** The text of a tree. */
    public static String of(YamlNode tree) {
        return NodeText.json(tree);
    }

    /** The same values as YAML. */
    public static String yaml(String json) {
        Problems problems = new Problems("answer", new Environment(Map.of()));
        return NodeText.yaml(JsonReader.parse(json, Integer.MAX_VALUE, problems));
    }

    /** The tree with this key, or without it. */
    public static Mapping with(Mapping tree, String key, Optional<? extends YamlNode> value) {
        Map<String, YamlNode> entries = new LinkedHashMap<>(tree.entries());
        value.ifPresentOrElse(node -> entries.put(key, node), () -> entries.remove(key));
        return keys(entries);
    }

    /** A mapping of these. */
    public static Mapping keys(Map<String, YamlNode> entries) {
        return new Mapping(new LinkedHashMap<>(entries), 1, 1, 1);
    }

    /** A list of these. */
    public static Sequence list(List<? extends YamlNode> items) {
        return new Sequence(List.copyOf(items), 1, 1, 1);
    }

    /** A text. */
    public static Scalar text(String text) {
        return new Scalar(text, false, false, List.of(), 1, 1);
    }

    /** A number, {@code true} or {@code false}. */
    public static Scalar literal(Object value) {
        return new Scalar(value.toString(), true, false, List.of(), 1, 1);
    }

    private static YamlNode parse(String text, Language language, String path) {
        Problems problems = new Problems(path, new Environment(Map.of()));
        YamlNode root =
                switch (language) {
                    case JSON -> JsonReader.parse(text, MOST_VALUES, problems);
                    case YAML ->
                        YamlParser.raw(text, false, MOST_VALUES, problems)
                                .orElseThrow(() -> wrong(path, "", "is empty, expected keys with values"));
                };
        problems.done();
        return root;
    }

    private static Mapping mapping(YamlNode node, String path) {
        if (node instanceof Mapping mapping) {
            return mapping;
        }
        throw wrong(path, "", "is " + (node instanceof Sequence ? "a list" : "a text") + ", expected keys with values");
    }

    /** Its name comes first, unless it is there already. */
    private static Mapping named(Mapping mapping, String name) {
        if (mapping.entries().containsKey(NAME)) {
            return mapping;
        }
        Map<String, YamlNode> entries = new LinkedHashMap<>();
        entries.put(NAME, text(name));
        entries.putAll(mapping.entries());
        return keys(entries);
    }

    private static Problem problem(String path, String found, String verdict) {
        return new Problem(path, found, verdict, "");
    }

    private static ConfigException wrong(String path, String found, String verdict) {
        return new ConfigException(List.of(problem(path, found, verdict)));
    }
}

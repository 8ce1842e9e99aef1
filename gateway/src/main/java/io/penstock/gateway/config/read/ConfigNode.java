// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.read;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One mapping of a file, read key by key by a record's {@code from}.
 *
 * <p>A value that cannot be read is reported and then treated as absent: its default, or a stand-in when it is required, lets the
 * reading go on, so that all problems are found at once. What is made from such values is thrown away in the end. Every key that
 * is asked for is a known one; the others are problems. Used by one thread.
 */
public final class ConfigNode {
    private final Problems problems;
    private final String path;
    private final Map<String, YamlNode> entries;
    private final Set<String> known = new LinkedHashSet<>();
    /** What an unknown key most likely means, by that key. */
    private final Map<String, String> misspelt = new LinkedHashMap<>();

    private final Set<String> broken = new HashSet<>();
    private final boolean ignored;
    private boolean requiredOnly;

    private ConfigNode(Problems problems, String path, Map<String, YamlNode> entries, boolean ignored) {
        this.problems = problems;
        this.path = path;
        this.entries = new LinkedHashMap<>(entries);
        this.ignored = ignored;
    }

    /** Wraps a whole document, or the part of it that is at this path. */
    public static ConfigNode of(YamlNode node, String path, Problems problems) {
        if (node instanceof YamlNode.Mapping mapping) {
            return new ConfigNode(problems, path, mapping.entries(), false);
        }
        problems.add(path, "", "is " + kind(node) + ", expected keys with values");
        return new ConfigNode(problems, path, Map.of(), true);
    }

    /**
     * Makes the record of this mapping. What its constructor refuses is reported; then it is made again without the refused values.
     */
    public <T> T read(Function<ConfigNode, T> from) {
        int before = problems.count();
        T made = attempt(from);
        while (adoptsMisspelt()) {
            problems.forgetFrom(before);
            made = attempt(from);
        }
        reportUnknownKeys();
        return made;
    }

    private <T> T attempt(Function<ConfigNode, T> from) {
        broken.clear();
        requiredOnly = false;
        while (true) {
            try {
                return from.apply(this);
            } catch (ConfigException e) {
                report(e);
                boolean news = false;
                for (Problem problem : e.problems()) {
                    news |= broken.add(problem.path().split("[.\\[]", 2)[0]);
                }
                if (!news && requiredOnly) {
                    throw new IllegalStateException(
                            path + ": defaults and stand-ins are refused: " + e.getMessage(), e);
                }
                // a default does not fit what the file says: only defaults surely fit each other
                requiredOnly |= !news;
            }
        }
    }

    /** Reports what a constructor refused. */
    public void report(ConfigException refused) {
        refused.problems().forEach(problem -> problems.addFromCheck(at(problem.path()), problem));
    }

    /**
     * Takes the value of a misspelt key for that of the key which is meant and was asked for in vain, so that what is not there under its
     * name is no second problem. Whether there is a new one: then everything has to be read again.
     */
    public boolean adoptsMisspelt() {
        Map<String, YamlNode> meant = new LinkedHashMap<>();
        entries.forEach((key, value) -> {
            if (!known.contains(key) && !misspelt.containsKey(key)) {
                Spelling.nearest(key, known)
                        .filter(near -> !entries.containsKey(near) && meant.putIfAbsent(near, value) == null)
                        .ifPresent(near -> misspelt.put(key, near));
            }
        });
        meant.forEach((key, value) -> {
            entries.put(key, value);
            problems.locate(at(key), value);
            if (value instanceof YamlNode.Scalar) {
                problems.mute(at(key)); // whether it is right is seen when its key is
            }
        });
        return !meant.isEmpty();
    }

    /** Reports every key that was not asked for, with the known one that it most resembles. */
    public void reportUnknownKeys() {
        for (String key : entries.keySet()) {
            if (!known.contains(key) && !problems.full()) {
                String advice = Optional.ofNullable(misspelt.get(key))
                        .or(() -> Spelling.nearest(key, known))
                        .map(near -> "did you mean `" + near + "`?")
                        .orElseGet(() -> "expected " + String.join(", ", known));
                problems.add(at(Check.quoted(key)), "", "is not a known key, " + advice);
            }
        }
    }

    /** Whether the file has the key, readable or not. */
    public boolean has(String key) {
        return ignored || entries.containsKey(key);
    }

    /** Reports a rule about keys that no value can break. */
    public void problem(String key, String verdict) {
        if (!ignored) {
            problems.add(at(key), "", verdict);
        }
    }

    public String text(String key) {
        return text(key, "unnamed", true);
    }

    public String text(String key, String byDefault) {
        return text(key, byDefault, false);
    }

    /** A required text; the stand-in is what the record accepts in its place so that reading can go on. */
    public String requiredText(String key, String standIn) {
        return text(key, standIn, true);
    }

    private String text(String key, String otherwise, boolean required) {
        return value(key, required ? "a text" : "", Optional::of, "a text").orElse(otherwise);
    }

    public Optional<String> optionalText(String key) {
        return value(key, "", Optional::of, "a text");
    }

    public int integer(String key, int byDefault) {
        return value(key, "", Values::wholeNumber, "a whole number").orElse(byDefault);
    }

    /** A required whole number; 1 stands in for it. */
    public int integer(String key) {
        return value(key, "a whole number", Values::wholeNumber, "a whole number")
                .orElse(1);
    }

    public boolean flag(String key, boolean byDefault) {
        return value(key, "", Values::flag, "true or false").orElse(byDefault);
    }

    public Optional<Integer> optionalInteger(String key) {
        return value(key, "", Values::wholeNumber, "a whole number");
    }

    public Duration duration(String key, Duration byDefault) {
        return optionalDuration(key).orElse(byDefault);
    }

    public Optional<Duration> optionalDuration(String key) {
        return value(key, "", Values::duration, "a duration with its unit, such as 250ms, 2s, 5m or 1h");
    }

    /** Bytes. */
    public int size(String key, int byDefault) {
        return optionalSize(key).orElse(byDefault);
    }

    public Optional<Integer> optionalSize(String key) {
        return value(key, "", Values::size, "a size with its unit, such as 512B, 64KiB or 1MiB");
    }

    public Optional<Path> optionalPath(String key) {
        return value(key, "", Values::file, "a file's path");
    }

    public Path path(String key) {
        return value(key, "a file's path", Values::file, "a file's path").orElse(Path.of("unknown"));
    }

    /**
     * A required secret, {@code ${NAME}} or {@code file:PATH}. One that is written in the configuration itself, empty or short is a problem.
     *
     * @param leastBytes how long it has to be, 1 or more
     */
    public Secret secret(String key, int leastBytes) {
        YamlNode node = find(key, true);
        if (node == null && !ignored && !broken.contains(key)) {
            problems.add(at(key), "", "is missing, expected ${NAME} or file:PATH");
        }
        return Optional.ofNullable(node)
                .flatMap(found -> secret(found, at(key), leastBytes))
                .orElseGet(() -> standIn(leastBytes));
    }

    /** A secret, if the file has the key. */
    public Optional<Secret> optionalSecret(String key, int leastBytes) {
        return Optional.ofNullable(find(key)).flatMap(found -> secret(found, at(key), leastBytes));
    }

    /** A list of secrets, empty when it is absent. */
    public List<Secret> secrets(String key, int leastBytes) {
        return items(find(key), key, List.of(), (item, at) -> secret(item, at, leastBytes));
    }

    private static Secret standIn(int bytes) {
        return Secret.of(new byte[Math.max(bytes, 64)], "nowhere");
    }

    private Optional<Secret> secret(YamlNode node, String at, int leastBytes) {
        Optional<String> text = scalar(node, at, "${NAME} or file:PATH");
        if (text.isEmpty() || !(node instanceof YamlNode.Scalar scalar)) {
            return Optional.empty();
        }
        Optional<Secret> found = secret(scalar, text.get(), at);
        if (found.isPresent() && found.get().length() < leastBytes) {
            problems.add(
                    at,
                    "",
                    found.get().length() == 0
                            ? "is empty, expected a secret in " + found.get().origin()
                            : "is shorter than " + leastBytes + " bytes, expected a longer one in "
                                    + found.get().origin());
            return Optional.empty();
        }
        return found;
    }

    private Optional<Secret> secret(YamlNode.Scalar scalar, String text, String at) {
        if (!text.startsWith(Secret.FILE)) {
            if (scalar.environment().isEmpty()) {
                problems.add(at, "", "is written in the configuration, expected ${NAME} or file:PATH");
                return Optional.empty();
            }
            String names = "${" + String.join("}, ${", scalar.environment()) + "}";
            return Optional.of(Secret.of(text.getBytes(StandardCharsets.UTF_8), names));
        }
        Optional<Path> file = Values.file(text.substring(Secret.FILE.length()));
        try {
            if (file.isPresent()) {
                return Optional.of(Secret.read(file.get()));
            }
            problems.add(at, "", "names no file, expected file:PATH");
        } catch (IOException e) {
            problems.add(at, "", "is of no use: " + e.getMessage());
        }
        return Optional.empty();
    }

    /** One of the constants, in lower case. */
    public <E extends Enum<E>> E choice(String key, E byDefault) {
        List<String> words = Values.words(byDefault);
        return value(key, "", text -> Values.choice(text, byDefault), String.join(" or ", words))
                .orElse(byDefault);
    }

    /** A value with a syntax of its own; the parser throws what is wrong with it. */
    public <T> T parsed(String key, T byDefault, Function<String, T> parser) {
        YamlNode node = find(key);
        return node == null
                ? byDefault
                : scalar(node, at(key), "a text")
                        .flatMap(text -> parse(text, at(key), parser))
                        .orElse(byDefault);
    }

    /** A list of values with a syntax of their own. */
    public <T> List<T> parsedList(String key, List<T> byDefault, Function<String, T> parser) {
        return parsedItems(find(key), key, byDefault, parser);
    }

    /** A list of mappings or of texts that stand for them; reported when it is absent. */
    public <T> List<T> requiredList(
            String key, List<T> standIn, Function<String, T> parser, Function<ConfigNode, T> from) {
        YamlNode node = find(key, true);
        if (node == null && !ignored && !broken.contains(key)) {
            problems.add(at(key), "", "is missing, expected a list");
        }
        return items(
                node,
                key,
                standIn,
                (item, at) -> item instanceof YamlNode.Mapping
                        ? Optional.of(of(item, at, problems).read(from))
                        : scalar(item, at, "a text").flatMap(text -> parse(text, at, parser)));
    }

    public <T> T child(String key, Function<ConfigNode, T> from) {
        return optionalChild(key, from).orElseGet(() -> new ConfigNode(problems, at(key), Map.of(), false).read(from));
    }

    /** The record of the mapping at this key, if the file has it. */
    public <T> Optional<T> optionalChild(String key, Function<ConfigNode, T> from) {
        YamlNode node = find(key);
        return node == null
                ? Optional.empty()
                : Optional.of(of(node, at(key), problems).read(from));
    }

    /** A list of mappings, empty when it is absent. */
    public <T> List<T> list(String key, Function<ConfigNode, T> from) {
        return items(
                find(key),
                key,
                List.of(),
                (item, at) -> Optional.of(of(item, at, problems).read(from)));
    }

    /** Texts by keys that the file chooses. */
    public Map<String, String> texts(String key) {
        Map<String, String> texts = new LinkedHashMap<>();
        YamlNode node = find(key);
        if (node instanceof YamlNode.Mapping mapping) {
            mapping.entries().forEach((name, value) -> {
                String at = Problems.join(at(key), name);
                scalar(value, at, "a text").ifPresent(text -> texts.put(name, text));
            });
        } else if (node != null) {
            problems.add(at(key), "", "is " + kind(node) + ", expected keys with values");
        }
        return texts;
    }

    private interface Item<T> {
        Optional<T> read(YamlNode item, String at);
    }

    private <T> List<T> parsedItems(
            @Nullable YamlNode node, String key, List<T> byDefault, Function<String, T> parser) {
        Item<T> reader = (item, at) -> scalar(item, at, "a text").flatMap(text -> parse(text, at, parser));
        return items(node, key, byDefault, reader);
    }

    private <T> List<T> items(@Nullable YamlNode node, String key, List<T> byDefault, Item<T> reader) {
        if (node == null) {
            return byDefault;
        }
        if (!(node instanceof YamlNode.Sequence sequence)) {
            problems.add(at(key), "", "is " + kind(node) + ", expected a list");
            return byDefault;
        }
        List<T> items = new ArrayList<>();
        for (int i = 0; i < sequence.items().size(); i++) {
            reader.read(sequence.items().get(i), at(key) + "[" + i + "]").ifPresent(items::add);
        }
        return items;
    }

    /** {@code required} says what is missing when the key is absent; empty when it may be. */
    private <T> Optional<T> value(String key, String required, Function<String, Optional<T>> parser, String expected) {
        YamlNode node = find(key, !required.isEmpty());
        if (node == null) {
            if (!required.isEmpty() && !ignored && !broken.contains(key)) {
                problems.add(at(key), "", "is missing, expected " + required);
            }
            return Optional.empty();
        }
        return scalar(node, at(key), expected).flatMap(text -> {
            Optional<T> value = parser.apply(text);
            if (value.isEmpty()) {
                problems.add(at(key), Check.quoted(text), "is not valid, expected " + expected);
            }
            return value;
        });
    }

    private Optional<String> scalar(YamlNode node, String at, String expected) {
        if (problems.known(at)) {
            return Optional.empty();
        }
        if (node instanceof YamlNode.Scalar scalar && !scalar.absent()) {
            return Optional.of(scalar.text());
        }
        problems.add(at, "", "is " + kind(node) + ", expected " + expected);
        return Optional.empty();
    }

    private <T> Optional<T> parse(String text, String at, Function<String, T> parser) {
        try {
            return Optional.of(parser.apply(text));
        } catch (ConfigException e) {
            e.problems().forEach(problem -> problems.addFromCheck(at, problem));
            return Optional.empty();
        }
    }

    private @Nullable YamlNode find(String key) {
        return find(key, false);
    }

    private @Nullable YamlNode find(String key, boolean required) {
        known.add(key);
        boolean hidden = ignored || (requiredOnly && !required) || broken.contains(key);
        return hidden ? null : entries.get(key);
    }

    private String at(String key) {
        return Problems.join(path, key);
    }

    private static String kind(YamlNode node) {
        return switch (node) {
            case YamlNode.Scalar scalar -> scalar.absent() ? "without a value" : "a text or number";
            case YamlNode.Sequence sequence -> "a list";
            case YamlNode.Mapping mapping -> "a block of keys";
        };
    }
}

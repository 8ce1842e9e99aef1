// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.read;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;

/**
 * What was found wrong while one file is read, and the one place where values from the environment are taken out of the texts.
 *
 * <p>Used by one thread.
 */
public final class Problems {
    private record Found(Problem problem, int line, int column) {}

    /** Beyond this nobody reads on; it also bounds the work for a hostile file. */
    static final int MAX_PROBLEMS = 100;

    /** How the verdict begins about a name that its section, the group, does not have. */
    private static final Pattern NOT_IN = Pattern.compile("is not in ([a-z-]+), ");

    private final String source;
    private final Environment environment;
    private final Map<String, YamlNode> nodes = new LinkedHashMap<>();
    private final Map<Problem, Found> found = new LinkedHashMap<>();
    private final Set<String> muted = new HashSet<>();

    /** The source is the file's name, for the places of problems. */
    public Problems(String source, Environment environment) {
        this.source = source;
        this.environment = environment;
    }

    /** Learns where each value is. */
    public void locate(String path, YamlNode node) {
        nodes.putIfAbsent(path, node);
        switch (node) {
            case YamlNode.Scalar scalar -> {}
            case YamlNode.Sequence sequence -> {
                for (int i = 0; i < sequence.items().size(); i++) {
                    locate(path + "[" + i + "]", sequence.items().get(i));
                }
            }
            case YamlNode.Mapping mapping -> mapping.entries().forEach((key, value) -> locate(join(path, key), value));
        }
    }

    /** Where each value is, for who finds something wrong with it later. */
    public Places places() {
        return new Places(source, nodes);
    }

    void add(String path, String text, String verdict) {
        String shown = nodes.get(path) instanceof YamlNode.Scalar scalar
                        && !scalar.environment().isEmpty()
                        && !text.isEmpty()
                ? "value of ${" + String.join("}, ${", scalar.environment()) + "}"
                : text;
        YamlNode at = nearest(path);
        add(path, shown, verdict, at == null ? 1 : at.line(), at == null ? 1 : at.column());
    }

    void add(String path, String text, String verdict, int line, int column) {
        String place = source + ":" + line + ":" + column;
        var problem = new Problem(
                path.isEmpty() ? source : Check.masked(path), environment.hide(text), environment.hide(verdict), place);
        if (!full() && !muted.contains(path)) {
            found.putIfAbsent(problem, new Found(problem, line, column));
        }
    }

    /** How many there are, to go {@linkplain #forgetFrom back} to. */
    public int count() {
        return found.size();
    }

    /** Forgets what was found after there were so many: the same is read anew. */
    public void forgetFrom(int count) {
        List.copyOf(found.keySet()).subList(count, found.size()).forEach(found::remove);
    }

    /** Nothing more is said about the value at this path. */
    void mute(String path) {
        muted.add(path);
    }

    boolean full() {
        return found.size() >= MAX_PROBLEMS;
    }

    /** Whether the value at this path is wrong already, so that saying more would only repeat it. */
    boolean known(String path) {
        return found.keySet().stream().anyMatch(problem -> problem.path().equals(path));
    }

    /** Adds the problem of a record's constructor, unless it only follows from one that is known. */
    void addFromCheck(String path, Problem problem) {
        if (!full()
                && !followsFromName(problem)
                && found.keySet().stream()
                        .noneMatch(known -> within(known.path(), path) || within(path, known.path()))) {
            // the record saw a number that was cut; the file has another
            String found = nodes.get(path) instanceof YamlNode.Scalar scalar && Values.cut(scalar.text())
                    ? Check.quoted(scalar.text())
                    : problem.found();
            add(path, found, problem.verdict());
        }
    }

    /** Whether a name is looked for in a section where one could not be read: it may be the one that is meant. */
    private boolean followsFromName(Problem problem) {
        Matcher missing = NOT_IN.matcher(problem.verdict());
        if (!missing.lookingAt()) {
            return false;
        }
        Pattern unread = Pattern.compile(missing.group(1) + "(\\[[0-9]+](\\.name)?)?");
        return found.keySet().stream()
                .anyMatch(known -> unread.matcher(known.path()).matches());
    }

    /** A problem after which nothing else can be said about the file. */
    public ConfigException fatal(String verdict, @Nullable Mark mark) {
        String place = mark == null ? "" : source + ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1);
        return new ConfigException(List.of(new Problem(source, "", Check.masked(verdict), place)));
    }

    /**
     * Ends the reading.
     *
     * @throws ConfigException when there was a problem
     */
    public void done() {
        if (!found.isEmpty()) {
            List<Found> sorted = new ArrayList<>(found.values());
            sorted.sort(Comparator.comparingInt(Found::line).thenComparingInt(Found::column));
            List<Problem> problems =
                    new ArrayList<>(sorted.stream().map(Found::problem).toList());
            if (full()) {
                problems.add(
                        new Problem(source, "", "may have further problems, these are the first " + MAX_PROBLEMS, ""));
            }
            throw new ConfigException(problems);
        }
    }

    static String join(String path, String key) {
        return path.isEmpty() ? key : key.isEmpty() ? path : path + "." + key;
    }

    private static boolean within(String inner, String outer) {
        return inner.startsWith(outer)
                && (inner.length() == outer.length() || ".[".indexOf(inner.charAt(outer.length())) >= 0);
    }

    private @Nullable YamlNode nearest(String path) {
        for (String at = path; ; at = at.substring(0, Math.max(at.lastIndexOf('.'), at.lastIndexOf('[')))) {
            YamlNode node = nodes.get(at);
            if (node != null) {
                return node;
            }
            if (at.lastIndexOf('.') < 0 && at.lastIndexOf('[') < 0) {
                return nodes.get("");
            }
        }
    }
}

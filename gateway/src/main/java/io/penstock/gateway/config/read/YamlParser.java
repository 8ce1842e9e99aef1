// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.read;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Turns one YAML text into a tree of {@link YamlNode}s, environment already put in.
 *
 * <p>Built from events and not by the library's composer, which recurses without bound and keeps no marks of duplicate keys. Depth
 * and the number of values after aliases are expanded are bounded; an alias can only mean what was complete before it, so nothing
 * contains itself. Used once, by one thread.
 */
public final class YamlParser {
    static final int MAX_DEPTH = 32;
    static final int MAX_VALUES = 100_000;

    /** The default is what the file says, and no value of the environment. */
    private static final Pattern UNQUOTED =
            Pattern.compile("(?<![\"'\\w])\\$\\{[A-Za-z_][A-Za-z0-9_-]*(:[^}\"']{0,60})?}");

    private final Problems problems;
    private final @Nullable Environment environment;
    private final boolean anchored;
    private final int most;
    private final Map<String, YamlNode> anchors = new HashMap<>();
    private final Iterator<Event> events;
    private int values;

    private YamlParser(String text, @Nullable Environment environment, boolean anchored, int most, Problems problems) {
        this.problems = problems;
        this.environment = environment;
        this.anchored = anchored;
        this.most = most;
        var settings =
                LoadSettings.builder().setCodePointLimit(Integer.MAX_VALUE).build();
        this.events = new Parse(settings).parseString(text).iterator();
    }

    /**
     * Returns the document, or nothing when the text is empty.
     *
     * @throws ConfigException when the text is not one YAML document within the limits
     */
    public static Optional<YamlNode> parse(String text, Environment environment, Problems problems) {
        return parse(text, environment, true, MAX_VALUES, problems);
    }

    /**
     * Returns the document as it is written: variables stay as they are, and what is no text stands in its scalars as it came.
     *
     * @param anchored whether there may be anchors and aliases
     * @param most of its values
     * @throws ConfigException when the text is not one YAML document within the limits
     */
    public static Optional<YamlNode> raw(String text, boolean anchored, int most, Problems problems) {
        return parse(text, null, anchored, most, problems);
    }

    private static Optional<YamlNode> parse(
            String text, @Nullable Environment environment, boolean anchored, int most, Problems problems) {
        try {
            return new YamlParser(text, environment, anchored, most, problems).document();
        } catch (MarkedYamlEngineException e) {
            // its message would quote lines of the file
            Mark mark = e.getProblemMark().or(e::getContextMark).orElse(null);
            throw problems.fatal("is not YAML: " + e.getProblem() + unquoted(text, mark), mark);
        } catch (YamlEngineException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw problems.fatal("is not YAML: it holds characters or directives that YAML does not allow", null);
        }
    }

    /** What to do about a variable in a list or block of one line, where its braces and comma are YAML's when they are not in quotes. */
    private static String unquoted(String text, @Nullable Mark mark) {
        String line = mark == null
                ? ""
                : text.lines().skip(mark.getLine()).findFirst().orElse("");
        Matcher variable = UNQUOTED.matcher(line);
        return variable.find()
                ? "; " + variable.group() + " has to be in quotes between { } or [ ]: \"" + variable.group() + '"'
                : "";
    }

    private Optional<YamlNode> document() {
        events.next(); // start of the stream
        if (events.next().getEventId() == Event.ID.StreamEnd) {
            return Optional.empty();
        }
        YamlNode root = node(events.next(), "", 0);
        events.next(); // end of the document
        Event end = events.next();
        if (end.getEventId() != Event.ID.StreamEnd) {
            throw fatal("holds more than one YAML document, expected one", end);
        }
        return Optional.of(root);
    }

    private YamlNode node(Event event, String path, int depth) {
        if (depth > MAX_DEPTH) {
            throw fatal("is nested deeper than " + MAX_DEPTH + " levels", event);
        }
        YamlNode node =
                switch (event.getEventId()) {
                    case Scalar -> scalar((ScalarEvent) event, path);
                    case SequenceStart -> sequence(event, path, depth);
                    case MappingStart -> mapping(event, path, depth);
                    case Alias -> alias((AliasEvent) event);
                    default -> throw fatal("is not YAML: unexpected " + event.getEventId(), event);
                };
        if (event instanceof NodeEvent named && event.getEventId() != Event.ID.Alias) {
            named.getAnchor().ifPresent(anchor -> {
                if (!anchored) {
                    throw fatal("has an anchor, expected plain values", event);
                }
                anchors.put(anchor.getValue(), node);
            });
        }
        return node;
    }

    private YamlNode scalar(ScalarEvent event, String path) {
        count(1, event);
        refuseTag(event.getTag(), event);
        String text = event.getValue();
        boolean plain = event.getScalarStyle() == ScalarStyle.PLAIN;
        boolean absent = plain && (text.isEmpty() || text.equals("~") || text.equals("null"));
        var raw = new YamlNode.Scalar(text, plain, absent, List.of(), line(event), column(event));
        return environment == null ? raw : environment.substitute(raw, path, problems);
    }

    private YamlNode sequence(Event start, String path, int depth) {
        refuseTag(((CollectionStartEvent) start).getTag(), start);
        int before = values;
        count(1, start);
        List<YamlNode> items = new ArrayList<>();
        for (Event event = events.next(); event.getEventId() != Event.ID.SequenceEnd; event = events.next()) {
            items.add(node(event, path + "[" + items.size() + "]", depth + 1));
        }
        return new YamlNode.Sequence(items, values - before, line(start), column(start));
    }

    private YamlNode mapping(Event start, String path, int depth) {
        refuseTag(((CollectionStartEvent) start).getTag(), start);
        int before = values;
        count(1, start);
        Map<String, YamlNode> entries = new LinkedHashMap<>();
        for (Event event = events.next(); event.getEventId() != Event.ID.MappingEnd; event = events.next()) {
            if (!(event instanceof ScalarEvent key)) {
                throw fatal("has a key that is not a text", event);
            }
            String at = Problems.join(path, key.getValue());
            YamlNode first = entries.get(key.getValue());
            YamlNode value = node(events.next(), at, depth + 1);
            if (first == null) {
                entries.put(key.getValue(), value);
            } else {
                String verdict = "is given twice, expected once; the first is on line " + first.line();
                problems.add(at, "", verdict, line(key), column(key));
            }
        }
        return new YamlNode.Mapping(entries, values - before, line(start), column(start));
    }

    private YamlNode alias(AliasEvent event) {
        YamlNode node = anchors.get(event.getAlias().getValue());
        if (node == null) {
            throw fatal("has an alias without an anchor that ends before it", event);
        }
        count(node.size(), event);
        return node;
    }

    private void count(int more, Event event) {
        values += more;
        if (values > most) {
            throw fatal("holds more than " + most + " values, aliases expanded", event);
        }
    }

    private void refuseTag(Optional<String> tag, Event event) {
        if (tag.isPresent()) {
            throw fatal("has a YAML tag, expected plain values", event);
        }
    }

    private ConfigException fatal(String verdict, Event event) {
        return problems.fatal(verdict, event.getStartMark().orElse(null));
    }

    private static int line(Event event) {
        return event.getStartMark().map(Mark::getLine).orElse(0) + 1;
    }

    private static int column(Event event) {
        return event.getStartMark().map(Mark::getColumn).orElse(0) + 1;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.read;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns one JSON text (RFC 8259) into the tree that YAML makes of the same values, which is not quite the same language: tabs, escapes and
 * long keys differ. Depth and the number of values are bounded as there. Used once, by one thread.
 */
public final class JsonReader {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(2 * YamlParser.MAX_DEPTH)
                    .maxNumberLength(100)
                    .maxStringLength(1024 * 1024)
                    .build())
            .build();

    private final JsonParser json;
    private final int most;
    private final Problems problems;
    private int values;

    private JsonReader(JsonParser json, int most, Problems problems) {
        this.json = json;
        this.most = most;
        this.problems = problems;
    }

    /**
     * Returns the value.
     *
     * @param most of its values
     * @throws ConfigException when the text is not one JSON text within the limits
     */
    public static YamlNode parse(String text, int most, Problems problems) {
        try (JsonParser json = FACTORY.createParser(text)) {
            JsonReader reader = new JsonReader(json, most, problems);
            YamlNode root = reader.node(json.nextToken(), "", 0);
            if (json.nextToken() != null) {
                throw reader.fatal("holds more than one JSON text, expected one");
            }
            return root;
        } catch (JacksonException e) {
            var at = e.getLocation();
            throw problems.fatal(
                    "is not JSON" + (at == null ? "" : " in line " + at.getLineNr() + ", column " + at.getColumnNr()),
                    null);
        } catch (IOException e) {
            throw new IllegalStateException("a text has no disk", e);
        }
    }

    private YamlNode node(@Nullable JsonToken token, String path, int depth) throws IOException {
        if (depth > YamlParser.MAX_DEPTH) {
            throw fatal("is nested deeper than " + YamlParser.MAX_DEPTH + " levels");
        }
        if (++values > most) {
            throw fatal("holds more than " + most + " values");
        }
        if (token == null) {
            throw fatal("is empty, expected JSON");
        }
        int line = json.currentTokenLocation().getLineNr();
        int column = json.currentTokenLocation().getColumnNr();
        return switch (token) {
            case START_OBJECT -> mapping(path, depth, line, column);
            case START_ARRAY -> sequence(path, depth, line, column);
            case VALUE_STRING -> new YamlNode.Scalar(json.getText(), false, false, List.of(), line, column);
            case VALUE_NULL -> new YamlNode.Scalar("null", true, true, List.of(), line, column);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT, VALUE_TRUE, VALUE_FALSE ->
                new YamlNode.Scalar(json.getText(), true, false, List.of(), line, column);
            case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT ->
                throw fatal("is not JSON: unexpected " + token);
        };
    }

    private YamlNode mapping(String path, int depth, int line, int column) throws IOException {
        int before = values - 1;
        Map<String, YamlNode> entries = new LinkedHashMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            String at = Problems.join(path, key);
            int keyLine = json.currentTokenLocation().getLineNr();
            int keyColumn = json.currentTokenLocation().getColumnNr();
            YamlNode value = node(json.nextToken(), at, depth + 1);
            YamlNode first = entries.putIfAbsent(key, value);
            if (first != null) {
                problems.add(
                        at,
                        "",
                        "is given twice, expected once; the first is on line " + first.line(),
                        keyLine,
                        keyColumn);
            }
        }
        return new YamlNode.Mapping(entries, values - before, line, column);
    }

    private YamlNode sequence(String path, int depth, int line, int column) throws IOException {
        int before = values - 1;
        List<YamlNode> items = new ArrayList<>();
        for (JsonToken token = json.nextToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
            items.add(node(token, path + "[" + items.size() + "]", depth + 1));
        }
        return new YamlNode.Sequence(items, values - before, line, column);
    }

    private ConfigException fatal(String verdict) {
        return problems.fatal(verdict, null);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store.document;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.penstock.gateway.store.document.DocumentChange.Edit;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How changes and states are written down. */
public final class DocumentJson {
    private static final int MOST_TEXT = 64 * 1024 * 1024;

    static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxStringLength(MOST_TEXT).build())
            .build();

    private DocumentJson() {}

    /** The change as one object on one line. */
    public static String text(DocumentChange change) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            write(json, change);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    static void write(JsonGenerator json, DocumentChange change) throws IOException {
        json.writeStartObject();
        json.writeStringField("revision", change.revision().toString());
        json.writeStringField("at", change.at().toString());
        json.writeStringField("who", change.who());
        json.writeStringField("from", change.from());
        json.writeStringField("what", change.what());
        json.writeObjectFieldStart("edits");
        for (var edit : change.edits().entrySet()) {
            json.writeObjectFieldStart(edit.getKey());
            optional(json, "before", edit.getValue().before());
            optional(json, "after", edit.getValue().after());
            json.writeEndObject();
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void optional(JsonGenerator json, String key, @Nullable String value) throws IOException {
        if (value != null) {
            json.writeStringField(key, value);
        }
    }

    /**
     * Reads what {@link #text} wrote.
     *
     * @throws IOException it is something else; the message says what
     */
    public static DocumentChange change(String text) throws IOException {
        try (JsonParser json = FACTORY.createParser(text)) {
            expect(json.nextToken(), JsonToken.START_OBJECT);
            return change(json);
        } catch (JacksonException e) {
            throw new IOException("is no change: " + e.getOriginalMessage(), e);
        }
    }

    /** Behind the brace that begins it. */
    static DocumentChange change(JsonParser json) throws IOException {
        Revision revision = Revision.NONE;
        Instant at = Instant.EPOCH;
        String who = "";
        String from = "";
        String what = "";
        NavigableMap<String, Edit> edits = new TreeMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            JsonToken value = json.nextToken();
            switch (key) {
                case "revision" -> revision = revision(string(json));
                case "at" -> at = instant(string(json));
                case "who" -> who = string(json);
                case "from" -> from = string(json);
                case "what" -> what = string(json);
                case "edits" -> {
                    expect(value, JsonToken.START_OBJECT);
                    edits(json, edits);
                }
                default -> json.skipChildren();
            }
        }
        return new DocumentChange(revision, at, who, from, what, edits);
    }

    private static void edits(JsonParser json, NavigableMap<String, Edit> edits) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            expect(json.nextToken(), JsonToken.START_OBJECT);
            String before = null;
            String after = null;
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String key = json.currentName();
                json.nextToken();
                if (key.equals("before")) {
                    before = string(json);
                } else if (key.equals("after")) {
                    after = string(json);
                } else {
                    json.skipChildren();
                }
            }
            edits.put(name, new Edit(before, after));
        }
    }

    static List<DocumentChange> changes(JsonParser json) throws IOException {
        List<DocumentChange> changes = new ArrayList<>();
        while (json.nextToken() == JsonToken.START_OBJECT) {
            changes.add(change(json));
        }
        return changes;
    }

    static NavigableMap<String, String> documents(JsonParser json) throws IOException {
        NavigableMap<String, String> documents = new TreeMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            documents.put(name, string(json));
        }
        return documents;
    }

    static void expect(@Nullable JsonToken found, JsonToken expected) throws IOException {
        if (found != expected) {
            throw new IOException("found " + found + ", expected " + expected);
        }
    }

    static String string(JsonParser json) throws IOException {
        expect(json.currentToken(), JsonToken.VALUE_STRING);
        return json.getText();
    }

    static Revision revision(String text) throws IOException {
        return Revision.parse(text).orElseThrow(() -> new IOException("found a revision that is none: " + text));
    }

    private static Instant instant(String text) throws IOException {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw new IOException("found a time that is none: " + text, e);
        }
    }
}

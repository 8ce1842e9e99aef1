// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.penstock.gateway.admin.answer.AdminRefusal;
import io.penstock.gateway.admin.answer.Asked;
import io.penstock.gateway.admin.answer.Reply;
import io.penstock.gateway.config.dynamic.DocumentKind;
import io.penstock.gateway.config.dynamic.DocumentName;
import io.penstock.gateway.config.dynamic.DocumentText;
import io.penstock.gateway.dynamic.Dynamic;
import io.penstock.gateway.dynamic.Status;
import io.penstock.gateway.store.document.DocumentChange;
import io.penstock.gateway.store.document.DocumentChange.Edit;
import io.penstock.gateway.store.document.Revision;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;

/** What the configuration is, was, and how it stands with its store. */
final class ConfigReading {
    private static final int MOST_ITEMS = 1_000;
    private static final int MOST_CHANGES = 10_000;

    private final ConfigSource source;

    ConfigReading(ConfigSource source) {
        this.source = source;
    }

    /** Everything, or only what is dynamic, in the form that an apply takes. */
    Reply whole(Asked asked) {
        boolean documents =
                switch (asked.query().apply("source").orElse("all")) {
                    case "all" -> false;
                    case "dynamic" -> true;
                    default -> throw AdminRefusal.invalid("source is something else, expected dynamic, or none");
                };
        String revision = source.revision();
        Entries entries = Entries.of(source);
        return Reply.json(200, json -> {
                    if (!documents) {
                        json.writeStringField("revision", revision);
                    }
                    for (DocumentKind kind : DocumentKind.values()) {
                        json.writeArrayFieldStart(kind.section());
                        for (Entry entry : entries.of(kind, "")) {
                            if (!documents || entry.document()) {
                                Entry.value(json, entry.text());
                            }
                        }
                        json.writeEndArray();
                    }
                })
                .with("ETag", '"' + revision + '"');
    }

    Reply section(Asked asked, DocumentKind kind) {
        int limit = asked.number("limit", 1, MOST_ITEMS, 100);
        String revision = source.revision();
        List<Entry> all =
                Entries.of(source).of(kind, asked.query().apply("after").orElse(""));
        List<Entry> page = all.subList(0, Math.min(limit, all.size()));
        return Reply.json(200, json -> {
            json.writeStringField("revision", revision);
            json.writeArrayFieldStart("items");
            for (Entry entry : page) {
                entry.write(json);
            }
            json.writeEndArray();
            json.writeFieldName("next");
            if (page.size() < all.size()) {
                json.writeString(page.getLast().name().name());
            } else {
                json.writeNull();
            }
        });
    }

    Reply entry(DocumentName name) {
        Entry entry = Entries.of(source)
                .find(name)
                .orElseThrow(
                        () -> AdminRefusal.notFound("there is no " + name + ", neither in the file nor beside it"));
        return Reply.json(200, json -> json.writeRaw(fields(entry.text()))).with("ETag", '"' + entry.tag() + '"');
    }

    /** What is between the braces. */
    private static String fields(String text) {
        return DocumentText.tree(text)
                .map(DocumentText::of)
                .map(json -> json.substring(1, json.length() - 1))
                .orElse("");
    }

    Reply history(Asked asked) {
        int limit = asked.number("limit", 1, MOST_CHANGES, 50);
        List<DocumentChange> changes =
                source.dynamic().map(dynamic -> dynamic.history(limit)).orElse(List.of());
        return Reply.json(200, json -> {
            json.writeArrayFieldStart("changes");
            for (DocumentChange change : changes) {
                json.writeStartObject();
                json.writeStringField("revision", change.revision().toString());
                json.writeNumberField("number", change.revision().number());
                json.writeStringField("at", change.at().toString());
                json.writeStringField("who", change.who());
                json.writeStringField("from", change.from());
                json.writeStringField("what", change.what());
                edits(json, change.edits());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    /** The field {@code edits}. */
    static void edits(JsonGenerator json, NavigableMap<String, Edit> edits) throws IOException {
        json.writeArrayFieldStart("edits");
        for (Map.Entry<String, Edit> edit : edits.entrySet()) {
            json.writeStartObject();
            json.writeStringField("document", edit.getKey());
            value(json, "before", Optional.ofNullable(edit.getValue().before()));
            value(json, "after", Optional.ofNullable(edit.getValue().after()));
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void value(JsonGenerator json, String key, Optional<String> text) throws IOException {
        json.writeFieldName(key);
        if (text.isPresent()) {
            Entry.value(json, text.get());
        } else {
            json.writeNull();
        }
    }

    Reply status() {
        Optional<Status> status = source.dynamic().map(Dynamic::status);
        return Reply.json(200, json -> {
            json.writeBooleanField("dynamic", status.isPresent());
            json.writeStringField("revision", source.revision());
            json.writeNumberField("documents", status.map(Status::documents).orElse(0));
            json.writeStringField("problem", status.flatMap(Status::problem).orElse(null));
            json.writeStringField(
                    "lost", status.flatMap(Status::lost).map(Revision::toString).orElse(null));
            json.writeObjectFieldStart("refused");
            if (status.isPresent()) {
                for (Map.Entry<String, String> one : status.get().refused().entrySet()) {
                    json.writeStringField(one.getKey(), one.getValue());
                }
            }
            json.writeEndObject();
            json.writeBooleanField("loaded", status.map(Status::loaded).orElse(false));
        });
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.penstock.gateway.config.dynamic.DocumentName;
import io.penstock.gateway.config.dynamic.DocumentText;
import io.penstock.gateway.dynamic.Dynamic;
import java.io.IOException;

/**
 * One entry of the effective configuration.
 *
 * @param text as it is written: of the document, or of the file when there is none
 */
record Entry(DocumentName name, Source source, String text) {
    /** Who says it. */
    enum Source {
        FILE("file"),
        DYNAMIC("dynamic"),
        DYNAMIC_OVER_FILE("dynamic-over-file");

        private final String word;

        Source(String word) {
            this.word = word;
        }
    }

    String tag() {
        return Dynamic.tag(text);
    }

    boolean document() {
        return source != Source.FILE;
    }

    void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", name.name());
        json.writeStringField("source", source.word);
        json.writeStringField("tag", tag());
        json.writeFieldName("config");
        value(json, text);
        json.writeEndObject();
    }

    /** A document's value; the text itself where somebody put something else into the store. */
    static void value(JsonGenerator json, String text) throws IOException {
        var tree = DocumentText.tree(text);
        if (tree.isPresent()) {
            json.writeRawValue(DocumentText.of(tree.get()));
        } else {
            json.writeString(text);
        }
    }
}

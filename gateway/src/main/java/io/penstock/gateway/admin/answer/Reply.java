// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin.answer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A complete answer of the admin listener.
 *
 * @param fields of the head beside the usual ones, by name
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Reply(int status, String contentType, byte[] body, Map<String, String> fields) {
    /** RFC 9457. */
    public static final String PROBLEM = "application/problem+json";

    private static final JsonFactory JSON = new JsonFactory();

    /** Writes the fields of an object. */
    @FunctionalInterface
    public interface Fields {
        void write(JsonGenerator json) throws IOException;
    }

    /** An object and a line's end. */
    public static Reply json(int status, Fields fields) {
        var out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            fields.write(json);
            json.writeEndObject();
            json.writeRaw('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Reply(status, "application/json", out.toByteArray(), Map.of());
    }

    public static Reply error(int status, String message) {
        return json(status, json -> json.writeStringField("error", message));
    }

    public static Reply text(String text) {
        return new Reply(200, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    public static Reply metrics(byte[] body) {
        return new Reply(200, "text/plain; version=0.0.4; charset=utf-8", body, Map.of());
    }

    /** A problem with its details. */
    public static Reply problem(int status, String slug, String title, String detail, Fields more) {
        return json(status, json -> {
                    json.writeStringField("type", slug.isEmpty() ? "about:blank" : "/problems/" + slug);
                    json.writeStringField("title", title);
                    json.writeNumberField("status", status);
                    json.writeStringField("detail", detail);
                    more.write(json);
                })
                .as(PROBLEM);
    }

    /** The same as another type. */
    public Reply as(String otherType) {
        return new Reply(status, otherType, body, fields);
    }

    /** With another field in its head. */
    public Reply with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(fields);
        more.put(name, value);
        return new Reply(status, contentType, body, more);
    }

    public Reply allowing(String methods) {
        return with("Allow", methods);
    }

    /** The body as text. */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }
}

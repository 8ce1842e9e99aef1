// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * A complete answer of the admin listener.
 *
 * @param allow the methods for the {@code Allow} field, or empty for none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Reply(int status, String contentType, byte[] body, String allow) {
    private static final JsonFactory JSON = new JsonFactory();

    /** Writes the fields of an object. */
    @FunctionalInterface
    interface Fields {
        void write(JsonGenerator json) throws IOException;
    }

    static Reply json(int status, Fields fields) {
        var out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            fields.write(json);
            json.writeEndObject();
            json.writeRaw('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Reply(status, "application/json", out.toByteArray(), "");
    }

    static Reply error(int status, String message) {
        return json(status, json -> json.writeStringField("error", message));
    }

    static Reply text(String text) {
        return new Reply(200, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8), "");
    }

    static Reply metrics(byte[] body) {
        return new Reply(200, "text/plain; version=0.0.4; charset=utf-8", body, "");
    }

    Reply allowing(String methods) {
        return new Reply(status, contentType, body, methods);
    }
}

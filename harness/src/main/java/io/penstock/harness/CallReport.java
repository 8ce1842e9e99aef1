// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness;

import com.fasterxml.jackson.core.JsonGenerator;
import io.penstock.harness.call.CallResult;
import java.io.IOException;

/** A call's result as JSON fields, the same for one call and for a list of them. */
final class CallReport {

    private CallReport() {}

    static void write(JsonGenerator json, CallResult result) throws IOException {
        json.writeStringField("kind", result.plan().kind().toString());
        json.writeStringField("jobid", result.plan().jobid());
        json.writeBooleanField("succeeded", result.succeeded());
        json.writeStringField("status", result.status());
        json.writeStringField("detail", result.detail());
        json.writeNumberField("millis", result.took().toNanos() / 1e6);
        json.writeStringField("backend", result.backend());
        json.writeNumberField("messages", result.messages());
        json.writeNumberField("bytes", result.bytes());
        json.writeArrayFieldStart("fields");
        for (var field : result.trailers()) {
            json.writeStartArray();
            json.writeString(field.name());
            json.writeString(field.value());
            json.writeEndArray();
        }
        json.writeEndArray();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.penstock.gateway.admin.answer.Reply;
import io.penstock.gateway.limit.LimitReport;
import java.io.IOException;
import java.util.List;

/** What limits refused, and whom most. */
final class LimitPage {
    private LimitPage() {}

    static Reply of(List<LimitReport> reports) {
        return Reply.json(200, json -> {
            json.writeArrayFieldStart("limits");
            for (LimitReport report : reports) {
                write(json, report);
            }
            json.writeEndArray();
        });
    }

    private static void write(JsonGenerator json, LimitReport report) throws IOException {
        json.writeStartObject();
        json.writeStringField("filter", report.filter());
        if (report.store().isPresent()) {
            json.writeStringField("store", report.store().get());
            json.writeStringField("unavailable", report.unavailable());
            json.writeNumberField("withoutStore", report.without());
            json.writeStringField("problem", report.problem().orElse(""));
        }
        json.writeArrayFieldStart("rules");
        for (LimitReport.Rule rule : report.rules()) {
            write(json, rule);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, LimitReport.Rule rule) throws IOException {
        json.writeStartObject();
        json.writeStringField("rule", rule.name());
        json.writeStringField("limit", rule.limit());
        json.writeNumberField("hits", rule.hits());
        json.writeArrayFieldStart("busiest");
        for (LimitReport.Busy busy : rule.busiest()) {
            json.writeStartObject();
            json.writeStringField("key", busy.key());
            json.writeNumberField("hits", busy.hits());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}

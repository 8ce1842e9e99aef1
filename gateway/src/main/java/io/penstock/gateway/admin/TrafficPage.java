// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.penstock.gateway.admin.answer.Reply;
import io.penstock.gateway.telemetry.Traffic;
import java.io.IOException;

/** The answer to what was counted of exchanges, for those who draw it. */
final class TrafficPage {
    private TrafficPage() {}

    /**
     * All of it: rates follow from two readings.
     *
     * @param nowNanos a clock that only goes forward, for the time between two readings
     */
    static Reply of(Traffic traffic, long nowNanos) {
        return Reply.json(200, json -> {
            json.writeNumberField("atMillis", nowNanos / 1_000_000);
            json.writeArrayFieldStart("boundsSeconds");
            for (double bound : traffic.boundsSeconds()) {
                json.writeNumber(bound);
            }
            json.writeEndArray();
            json.writeNumberField("unplaced", traffic.unplaced());
            json.writeArrayFieldStart("traffic");
            for (Traffic.Pair pair : traffic.pairs()) {
                write(json, pair);
            }
            json.writeEndArray();
        });
    }

    private static void write(JsonGenerator json, Traffic.Pair pair) throws IOException {
        json.writeStartObject();
        json.writeStringField("route", pair.route());
        json.writeStringField("cluster", pair.cluster());
        json.writeArrayFieldStart("endings");
        for (Traffic.Ending ending : pair.endings()) {
            json.writeStartObject();
            json.writeStringField("cause", ending.cause());
            json.writeStringField("status", ending.status());
            json.writeStringField("grpcStatus", ending.grpcStatus());
            json.writeNumberField("count", ending.count());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeNumberField("requestBytes", pair.requestBytes());
        json.writeNumberField("responseBytes", pair.responseBytes());
        json.writeNumberField("latencySumSeconds", pair.latencySum());
        json.writeArrayFieldStart("latencies");
        for (long count : pair.latencies()) {
            json.writeNumber(count);
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}

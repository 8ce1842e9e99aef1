// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.penstock.gateway.admin.answer.Reply;
import io.penstock.gateway.exchange.MemoryUse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** The answers that need nothing but a view: health, readiness, metrics, connections and the index. */
final class AdminPages {
    static final String INDEX = """
            Penstock admin: a browser gets a page here.

              GET     /healthz                     200 while the process lives
              GET     /readyz                      200 or 503, with the conditions
              GET     /metrics                     Prometheus text
              GET     /v1/connections              the connection ledger
              GET     /v1/clusters                 clusters, their endpoints and breakers
              GET     /v1/traffic                  what was counted of exchanges, by route and cluster
              POST    /v1/explain                  body: {"method": "GET", "url": "http://...", "fields": ["NAME: VALUE"]}
              GET     /v1/limits                   what limits refused, and the busiest refused keys
              GET     /v1/addresses                address lists, and which networks are denied now
              GET     /v1/addresses/ADDRESS        what is decided about an address, and why
              GET     /v1/memory                   what each bounded part keeps, and its bound
              GET     /v1/lookups                  the names of the look-ups
              GET     /v1/lookups/NAME/KEY         what the store holds
              GET     /v1/lookups/NAME/KEY?explain what a request with this key, or this value of its field, would meet
              GET     /v1/config                   what the file and documents say; ?source=dynamic: only documents
              GET     /v1/config/SECTION           routes, clusters, filters or lookups, in pages: ?limit=100&after=NAME
              GET     /v1/config/SECTION/NAME      one entry, with its ETag
              PUT     /v1/config/SECTION/NAME      make or replace a document, JSON or YAML; If-Match, If-None-Match
              DELETE  /v1/config/SECTION/NAME      remove a document
              POST    /v1/config                   all documents of the body; ?prune=true, ?dry-run=true
              GET     /v1/config/history           the last changes
              POST    /v1/config/undo              take the last change back, or {"number": 17}
              GET     /v1/config/status            how it stands with the store
              POST    /v1/config/store             {"action": "accept"} or {"action": "restore"} after store-lost
              POST    /v1/clusters/NAME/endpoints/HOST:PORT  {"drained": true} or {"drained": false}
              GET     /v1/openapi.json             all of this, OpenAPI 3.1
              GET     /list, /detail, /upstream/NAME         clusters, as dyups lists upstreams
              POST    /upstream/NAME               body: server HOST:PORT weight=1 backup; ...
              DELETE  /upstream/NAME
              PUT     /v1/lookups/NAME/KEY         body: host:port, or {"target": "host:port"}
              DELETE  /v1/lookups/NAME/KEY

            Look-ups are changed in the embedded store only. Percent-encode what a URL cannot hold.
            """;

    private final AdminViews views;

    AdminPages(AdminViews views) {
        this.views = views;
    }

    Reply health() {
        return Reply.json(200, json -> json.writeStringField("status", "alive"));
    }

    Reply readiness() {
        List<Condition> conditions = views.conditions().get();
        boolean ready = conditions.stream().allMatch(condition -> condition.ok() || !condition.required());
        return Reply.json(ready ? 200 : 503, json -> {
            json.writeBooleanField("ready", ready);
            json.writeArrayFieldStart("conditions");
            for (Condition condition : conditions) {
                write(json, condition);
            }
            json.writeEndArray();
        });
    }

    Reply metrics() throws IOException {
        var out = new ByteArrayOutputStream(32 * 1024);
        views.metrics().write(out);
        return Reply.metrics(out.toByteArray());
    }

    Reply connections() {
        List<ConnectionLedger> ledgers = views.connections().get();
        return Reply.json(200, json -> {
            json.writeArrayFieldStart("connections");
            for (ConnectionLedger ledger : ledgers) {
                write(json, ledger);
            }
            json.writeEndArray();
        });
    }

    Reply memory() {
        List<MemoryUse> uses = views.memory().get();
        return Reply.json(200, json -> {
            json.writeArrayFieldStart("memory");
            for (MemoryUse use : uses) {
                json.writeStartObject();
                json.writeStringField("part", use.part());
                json.writeStringField("name", use.name());
                json.writeStringField("unit", use.unit().name().toLowerCase(Locale.ROOT));
                json.writeNumberField("used", use.used());
                json.writeNumberField("capacity", use.capacity());
                json.writeNumberField("evicted", use.evicted());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    Reply clusters() {
        List<ClusterView> clusters = views.clusters().get();
        return Reply.json(200, json -> {
            json.writeArrayFieldStart("clusters");
            for (ClusterView cluster : clusters) {
                write(json, cluster);
            }
            json.writeEndArray();
        });
    }

    private static void write(JsonGenerator json, ClusterView cluster) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", cluster.name());
        json.writeStringField("breaker", cluster.breaker());
        json.writeNumberField("active", cluster.active());
        json.writeNumberField("waiting", cluster.waiting());
        json.writeNumberField("retrying", cluster.retrying());
        json.writeNumberField("retries", cluster.retries());
        json.writeNumberField("retriesRefused", cluster.retriesRefused());
        json.writeNumberField("hedges", cluster.hedges());
        json.writeNumberField("hedgesWon", cluster.hedgesWon());
        json.writeArrayFieldStart("endpoints");
        for (ClusterView.Endpoint endpoint : cluster.endpoints()) {
            write(json, endpoint);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, ClusterView.Endpoint endpoint) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", endpoint.name());
        json.writeStringField("state", endpoint.state());
        json.writeNumberField("ejectedForMillis", endpoint.ejectedForMillis());
        json.writeStringField("breaker", endpoint.breaker());
        json.writeNumberField("weight", endpoint.weight());
        json.writeNumberField("active", endpoint.active());
        json.writeNumberField("attempts", endpoint.attempts());
        json.writeNumberField("failures", endpoint.failures());
        json.writeNumberField("peakMillis", Math.round(endpoint.peakMillis() * 1_000) / 1_000.0);
        json.writeStringField("lastCheck", endpoint.lastCheck());
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, Condition condition) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", condition.name());
        json.writeBooleanField("ok", condition.ok());
        json.writeBooleanField("required", condition.required());
        json.writeStringField("detail", condition.detail());
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, ConnectionLedger ledger) throws IOException {
        json.writeStartObject();
        json.writeStringField("kind", ledger.kind());
        json.writeStringField("name", ledger.name());
        json.writeStringField("target", ledger.target());
        json.writeNumberField("opened", ledger.opened());
        json.writeNumberField("reused", ledger.reused());
        json.writeNumberField("open", ledger.open());
        json.writeNumberField("streams", ledger.streams());
        json.writeArrayFieldStart("closed");
        for (ConnectionLedger.Closed closed : ledger.closed()) {
            json.writeStartObject();
            json.writeStringField("by", closed.by());
            json.writeStringField("why", closed.why());
            json.writeNumberField("count", closed.count());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling.watch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** The gateway's own account of the connections that it has opened, from {@code /v1/connections}. */
public final class Ledger {

    private final JsonNode rows;

    private Ledger(JsonNode rows) {
        this.rows = rows;
    }

    /**
     * Reads the JSON.
     *
     * @throws IllegalArgumentException when it is none, or has no connections
     */
    public static Ledger of(String json) {
        try {
            var rows = new ObjectMapper().readTree(json).path("connections");
            if (!rows.isArray()) {
                throw new IllegalArgumentException("found no array of connections in " + json);
            }
            return new Ledger(rows);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the ledger is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** Connections opened to a cluster's endpoints. */
    public long opened(String cluster) {
        return sum(cluster, "opened");
    }

    /** How often one that had carried something before was used again. */
    public long reused(String cluster) {
        return sum(cluster, "reused");
    }

    private long sum(String cluster, String what) {
        long sum = 0;
        for (var row : rows) {
            if (row.path("kind").asText().equals("upstream")
                    && row.path("name").asText().equals(cluster)) {
                sum += row.path(what).asLong();
            }
        }
        return sum;
    }
}

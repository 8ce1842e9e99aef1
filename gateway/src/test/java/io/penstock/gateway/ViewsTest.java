// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.ending.UpstreamEnding;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The admin listener of a running gateway: what is changed there is what calls meet, and what they met is shown there. */
@Timeout(60)
class ViewsTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @RegisterExtension
    final RunningGateway gateway = RunningGateway.with("""
            listeners: [{name: main, address: 127.0.0.1, port: 0}]
            routes: [{name: all, lookup: job}]
            lookups:
              - {name: job, store: jobs, key: "${jobid}", absent-for: 30s}
              - {name: prefixed, store: jobs, key: "job:${jobid}"}
              - {name: far, store: jobs, key: "${jobid}", allow: {networks: [10.0.0.0/8]}}
            stores: [{name: jobs}]
            admin: {port: 0}
            access-log: {output: none}
            """);

    private final HttpClient admin =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @AfterEach
    void close() {
        admin.close();
    }

    @Test
    void showsAKeyFromItsChangeToTheConnectionOfItsCalls() {
        String target = gateway.origin().address();

        assertThat(send("PUT", "/v1/lookups/job/j-1", target).statusCode()).isEqualTo(200);
        assertThat(get("/v1/lookups/job/j-1")).contains("\"target\":\"" + target + "\"");
        assertThat(get("/v1/lookups/job/j-1?explain"))
                .contains("\"store\":\"embedded\",\"cache\":\"not-cached\",\"age_ms\":null,\"value\":\"" + target
                        + "\",\"address\":\"" + target + "\",\"allowed\":true,");

        FramePeer client = gateway.client();
        int call = client.get("/", "jobid", "j-1");
        FramePeer origin = gateway.origin().connection();
        answered(client, call, origin, 1);
        answered(client, client.get("/", "jobid", "j-1"), origin, 3);

        assertThat(get("/v1/lookups/job/j-1?explain"))
                .containsPattern("\"cache\":\"fresh\",\"age_ms\":[0-9]+,\"value\":\"" + target + "\"");
        awaitConnections(target, "\"opened\":1,\"reused\":1,\"open\":1,\"streams\":0,\"closed\":[]}");
        origin.close();
        assertThat(gateway.awaitClosed(1)).containsOnlyKeys(UpstreamEnding.PEER_CLOSED);
        awaitConnections(
                target,
                "\"opened\":1,\"reused\":1,\"open\":0,\"streams\":0,"
                        + "\"closed\":[{\"by\":\"upstream\",\"why\":\"peer-closed\",\"count\":1}]}");

        assertThat(get("/metrics"))
                .contains("gateway_upstream_opened_total{cluster=\"job\"} 1.0\n")
                .contains("gateway_upstream_reused_total{cluster=\"job\"} 1.0\n")
                .contains("gateway_upstream_connect_failures_total{cluster=\"job\"} 0.0\n")
                .contains("gateway_upstream_connections{cluster=\"job\"} 0.0\n")
                .contains("gateway_upstream_streams{cluster=\"job\"} 0.0\n")
                .contains("gateway_upstream_waiting{cluster=\"job\"} 0.0\n")
                .contains("gateway_lookup_entries{lookup=\"job\"} 1.0\n")
                .contains("gateway_lookup_loads_total{lookup=\"job\"} 1.0\n")
                .contains("gateway_lookup_hits_total{lookup=\"job\"} 1.0\n")
                .contains("gateway_lookup_invalidations_total{lookup=\"job\"} 1.0\n")
                .contains("gateway_lookup_failures_total{lookup=\"far\"} 0.0\n")
                .contains("gateway_store_available{store=\"jobs\"} 1.0\n");
    }

    @Test
    void explainsByTheValueThatCallersSendAsByTheKeyOfTheStore() {
        send("PUT", "/v1/lookups/prefixed/job:j-1", "10.0.0.1:80\n");

        String byKey = get("/v1/lookups/prefixed/job:j-1?explain");
        String byValue = get("/v1/lookups/prefixed/j-1?explain");

        assertThat(byKey).contains("\"key\":\"job:j-1\"").contains("\"value\":\"10.0.0.1:80\"");
        assertThat(byValue).isEqualTo(byKey);
        assertThat(get("/v1/lookups/prefixed/j-2?explain")).contains("\"key\":\"job:j-2\"");
    }

    @Test
    void showsThatAKeyIsKnownToBeAbsent() {
        send("PUT", "/v1/lookups/job/j-1", gateway.origin().address());
        assertThat(get("/v1/lookups/job/j-1?explain")).contains("\"cache\":\"not-cached\"");

        assertThat(send("DELETE", "/v1/lookups/job/j-1", "").statusCode()).isEqualTo(200);
        FramePeer client = gateway.client();
        assertThat(client.awaitHead(client.get("/", "jobid", "j-1")).status()).isEqualTo("404");

        assertThat(send("GET", "/v1/lookups/job/j-1", "").statusCode()).isEqualTo(404);
        assertThat(get("/v1/lookups/job/j-1?explain"))
                .containsPattern("\"cache\":\"absent\",\"age_ms\":[0-9]+,\"value\":null,\"address\":null,"
                        + "\"allowed\":false,\"why\":\"key-unknown: ");
    }

    @Test
    void takesNoValueThatIsNoTarget() {
        HttpResponse<String> refused = send("PUT", "/v1/lookups/job/j-1", "nonsense");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("\\\"nonsense\\\" is not a target: expected host:port");

        assertThat(send("PUT", "/v1/lookups/job/j-1", "{\"target\": \"10.0.0.1:99999\"}")
                        .body())
                .contains("the port is no number from 1 to 65535");
        assertThat(send("GET", "/v1/lookups/job/j-1", "").statusCode()).isEqualTo(404);
    }

    @Test
    void showsWhereARefusedTargetLeads() {
        send("PUT", "/v1/lookups/far/literal", "8.8.8.8:53");
        send("PUT", "/v1/lookups/far/named", "localhost:9001");

        assertThat(get("/v1/lookups/far/literal?explain"))
                .contains("\"address\":\"8.8.8.8:53\",\"allowed\":false,\"why\":\"target-not-allowed: 8.8.8.8:53: ");
        assertThat(get("/v1/lookups/far/named?explain"))
                .containsPattern("\"address\":\"127.0.0.1:9001(, [^\"]*)?\",\"allowed\":false,"
                        + "\"why\":\"target-not-allowed: localhost:9001: ");
    }

    private static void answered(FramePeer client, int call, FramePeer origin, int stream) {
        origin.awaitHead(stream);
        origin.head(stream, true, ":status", "204");
        assertThat(client.awaitHead(call).status()).isEqualTo("204");
    }

    private void awaitConnections(String target, String rest) {
        String row = "{\"kind\":\"upstream\",\"name\":\"job\",\"target\":\"" + target + "\"," + rest;
        Await.until(row, SOON, () -> get("/v1/connections").contains(row));
    }

    private String get(String path) {
        HttpResponse<String> answer = send("GET", path, "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    private HttpResponse<String> send(String method, String path, String body) {
        URI page = URI.create("http://127.0.0.1:" + gateway.gateway().adminPort() + path);
        HttpRequest request = HttpRequest.newBuilder(page)
                .timeout(SOON)
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build();
        try {
            return admin.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}

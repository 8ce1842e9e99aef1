// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.config.ConfigReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The configuration of a running gateway, read and changed by its admin listener. */
@Timeout(120)
class ConfigApiTest {
    private static final String ORDERS = "{\"path-prefix\":\"/orders\",\"answer\":{\"body\":\"one\"}}";

    @TempDir
    Path folder;

    private final Kept kept = new Kept();
    private final HttpClient client = kept.add(
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build());
    private Gateway gateway;
    private AdminCaller admin;

    @BeforeEach
    void start() throws IOException {
        start("dynamic: {file: \"" + folder.resolve("own.json") + "\"}");
    }

    private void start(String more) throws IOException {
        var read = ConfigReader.readPlaced("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                admin: {port: 0}
                access-log: {output: none}
                routes:
                  - {name: fixed, path-prefix: /fixed, answer: {status: 200, body: "${BODY}"}}
                clusters:
                  - {name: shop, endpoints: ["127.0.0.1:1", "127.0.0.1:2"]}
                %s
                """.formatted(more), Map.of("BODY", "hidden"));
        gateway = kept.add(new Gateway(read.config(), read.entries()));
        gateway.start();
        admin = new AdminCaller(client, gateway.adminPort());
    }

    @AfterEach
    void close() {
        kept.close();
    }

    private String served(String path) throws Exception {
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                + gateway.listeners().getFirst().port() + path))
                        .build(),
                BodyHandlers.ofString());
        return answer.statusCode() == 200 ? answer.body() : Integer.toString(answer.statusCode());
    }

    @Test
    void makesReplacesAndRemovesADocument() throws Exception {
        HttpResponse<String> made = admin.put("/v1/config/routes/orders", ORDERS, "If-None-Match", "*");

        assertThat(made.statusCode()).isEqualTo(201);
        assertThat(made.body())
                .contains("\"changed\":true")
                .contains("\"dryRun\":false")
                .contains("{\"document\":\"routes/orders\",\"before\":null,\"after\":{\"name\":\"orders\",");
        assertThat(served("/orders")).isEqualTo("one");

        HttpResponse<String> read = admin.get("/v1/config/routes/orders");
        assertThat(read.body())
                .isEqualTo("{\"name\":\"orders\",\"path-prefix\":\"/orders\",\"answer\":{\"body\":\"one\"}}\n");
        assertThat(AdminCaller.tag(read)).isEqualTo(AdminCaller.tag(made));
        HttpResponse<String> other = admin.call(
                "PUT",
                "/v1/config/routes/orders",
                "path-prefix: /orders\nanswer: {body: two, status: 200}\n",
                "Content-Type",
                AdminCaller.YAML,
                "If-Match",
                AdminCaller.tag(read));
        assertThat(other.statusCode()).isEqualTo(200);
        assertThat(served("/orders")).isEqualTo("two");
        assertThat(admin.delete("/v1/config/routes/orders", "If-Match", AdminCaller.tag(read))
                        .statusCode())
                .isEqualTo(412);
        assertThat(admin.delete("/v1/config/routes/orders", "If-Match", AdminCaller.tag(other))
                        .statusCode())
                .isEqualTo(200);
        assertThat(served("/orders")).isEqualTo("404");
        assertThat(admin.delete("/v1/config/routes/orders").statusCode()).isEqualTo(404);
    }

    @Test
    void changesNothingWhenItIsSoAlready() {
        admin.put("/v1/config/routes/orders", ORDERS);
        HttpResponse<String> again = admin.put("/v1/config/routes/orders", ORDERS);

        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(again.body()).contains("\"changed\":false").contains("\"edits\":[]");
    }

    @Test
    void showsTheFileAsItIsWrittenWithDocumentsInIt() throws Exception {
        admin.put("/v1/config/routes/orders", ORDERS);
        HttpResponse<String> whole = admin.get("/v1/config");

        assertThat(whole.body())
                .contains(
                        "{\"name\":\"fixed\",\"path-prefix\":\"/fixed\",\"answer\":{\"status\":200,\"body\":\"${BODY}\"}}")
                .contains("{\"name\":\"orders\"")
                .contains("\"clusters\":[{\"name\":\"shop\",\"endpoints\":[\"127.0.0.1:1\",\"127.0.0.1:2\"]}]")
                .doesNotContain("hidden");
        assertThat(whole.body()).contains("\"revision\":" + AdminCaller.tag(whole));
        assertThat(admin.get("/v1/config?source=dynamic").body())
                .isEqualTo(
                        "{\"routes\":[{\"name\":\"orders\",\"path-prefix\":\"/orders\",\"answer\":{\"body\":\"one\"}}],"
                                + "\"clusters\":[],\"filters\":[],\"lookups\":[]}\n");
        HttpResponse<String> yaml = admin.get("/v1/config?source=dynamic", "Accept", "application/yaml");
        assertThat(yaml.headers().firstValue("content-type")).contains("application/yaml");
        assertThat(yaml.body()).isEqualTo("""
                routes:
                  - name: orders
                    path-prefix: /orders
                    answer:
                      body: one
                clusters: []
                filters: []
                lookups: []
                """);
        assertThat(admin.call("POST", "/v1/config?prune=true", yaml.body(), "Content-Type", "application/yaml")
                        .body())
                .contains("\"changed\":false");
        assertThat(served("/fixed")).isEqualTo("hidden");
    }

    @Test
    void listsASectionInPages() {
        for (int i = 0; i < 5; i++) {
            admin.put("/v1/config/routes/r" + i, ORDERS.replace("orders", "r" + i));
        }
        admin.put("/v1/config/routes/fixed", "{\"path-prefix\":\"/fixed\",\"answer\":{\"body\":\"over\"}}");
        List<String> names = new ArrayList<>();
        String after = "";
        do {
            String page = admin.get("/v1/config/routes?limit=2&after=" + after).body();
            page.lines().forEach(line -> {
                var name = java.util.regex.Pattern.compile("\\{\"name\":\"([a-z0-9]+)\",\"source\":\"([a-z-]+)\"")
                        .matcher(line);
                while (name.find()) {
                    names.add(name.group(1) + " " + name.group(2));
                }
            });
            int next = page.indexOf("\"next\":\"");
            after = next < 0 ? "" : page.substring(next + 8, page.indexOf('"', next + 8));
        } while (!after.isEmpty());

        assertThat(names)
                .containsExactly(
                        "fixed dynamic-over-file",
                        "r0 dynamic",
                        "r1 dynamic",
                        "r2 dynamic",
                        "r3 dynamic",
                        "r4 dynamic");
        assertThat(admin.get("/v1/config/routes?limit=0").statusCode()).isEqualTo(400);
    }

    @Test
    void appliesManyAtOnceDryFirst() throws Exception {
        admin.put("/v1/config/routes/old", ORDERS.replace("orders", "old"));
        String wanted = """
                routes: [{name: a, path-prefix: /a, cluster: c}]
                clusters: [{name: c, endpoints: ["127.0.0.1:1"]}]
                """;
        HttpResponse<String> dry =
                admin.call("POST", "/v1/config?dry-run=true&prune=true", wanted, "Content-Type", "application/yaml");
        assertThat(dry.statusCode()).isEqualTo(200);
        assertThat(dry.body())
                .contains("\"dryRun\":true")
                .contains("\"document\":\"clusters/c\"", "\"document\":\"routes/a\"", "\"document\":\"routes/old\"");
        assertThat(served("/old")).isEqualTo("one");

        String at = AdminCaller.tag(admin.get("/v1/config"));
        assertThat(admin.call(
                                "POST",
                                "/v1/config?prune=true",
                                wanted,
                                "Content-Type",
                                "application/yaml",
                                "If-Match",
                                at)
                        .statusCode())
                .isEqualTo(200);
        assertThat(served("/old")).isEqualTo("404");
        assertThat(admin.post("/v1/config", "{}", "If-Match", at).statusCode()).isEqualTo(412);
    }

    @Test
    void refusesWithEveryProblemAndItsPath() {
        HttpResponse<String> refused = admin.post("/v1/config", """
                {"routes": [{"name": "a", "path-prefix": "/a", "cluster": "nowhere"}], "clusters": []}""");

        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.headers().firstValue("content-type")).contains("application/problem+json");
        assertThat(refused.body())
                .contains("\"type\":\"/problems/invalid\"", "\"status\":422")
                .contains("{\"path\":\"routes/a.cluster\",\"found\":\"nowhere\"");
        assertThat(admin.post("/v1/config", "{\"routs\": [{}, 1], \"routes\": [{}, 1]}")
                        .body())
                .contains("\"path\":\"routs\"", "\"path\":\"routes[0].name\"", "\"path\":\"routes[1]\"");
        assertThat(admin.put("/v1/config/routes/a", "{\"name\":").body()).contains("\"path\":\"routes/a\"");
        assertThat(admin.put("/v1/config/nothing/a", "{}").statusCode()).isEqualTo(404);
    }

    @Test
    void refusesToRemoveWhatIsUsedAndNamesTheUsers() {
        admin.put("/v1/config/clusters/c", "{\"endpoints\":[\"127.0.0.1:1\"]}");
        admin.put("/v1/config/routes/a.b", "{\"path-prefix\":\"/a\",\"cluster\":\"c\"}");
        HttpResponse<String> refused = admin.delete("/v1/config/clusters/c");

        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body()).contains("/problems/in-use").contains("clusters/c is used by routes/a.b, expected");
        assertThat(admin.delete("/v1/config/clusters/shop").body()).contains("is an entry of the file");
    }

    @Test
    void letsOneOfTwoWritersWinWithTheSameTag() throws Exception {
        String tag = AdminCaller.tag(admin.put("/v1/config/routes/orders", ORDERS));
        for (int round = 0; round < 20; round++) {
            CyclicBarrier together = new CyclicBarrier(2);
            List<Integer> statuses = java.util.Collections.synchronizedList(new ArrayList<>());
            List<Thread> writers = new ArrayList<>();
            for (int writer = 0; writer < 2; writer++) {
                String body = ORDERS.replace("one", "round " + round + " writer " + writer);
                String mine = tag;
                writers.add(Thread.startVirtualThread(() -> {
                    try {
                        together.await();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                    statuses.add(admin.put("/v1/config/routes/orders", body, "If-Match", mine)
                            .statusCode());
                }));
            }
            for (Thread writer : writers) {
                writer.join();
            }
            assertThat(statuses).containsExactlyInAnyOrder(200, 412);
            tag = AdminCaller.tag(admin.get("/v1/config/routes/orders"));
        }
    }

    @Test
    void tellsItsHistoryAndTakesChangesBack() throws Exception {
        admin.put("/v1/config/routes/orders", ORDERS);
        admin.put("/v1/config/routes/orders", ORDERS.replace("one", "two"));
        assertThat(admin.post("/v1/config/undo", "{}").statusCode()).isEqualTo(200);
        assertThat(served("/orders")).isEqualTo("one");
        assertThat(admin.post("/v1/config/undo", "{\"number\": 1}").statusCode())
                .isEqualTo(200);
        assertThat(served("/orders")).isEqualTo("404");
        assertThat(admin.post("/v1/config/undo", "{\"number\": 17}").statusCode())
                .isEqualTo(404);
        assertThat(admin.post("/v1/config/undo", "{\"number\": \"x\"}").statusCode())
                .isEqualTo(400);

        assertThat(admin.get("/v1/config/history?limit=2").body())
                .contains("\"number\":4", "\"what\":\"undo 1\"", "\"who\":\"local\",\"from\":\"127.0.0.1\"")
                .contains("\"number\":3")
                .doesNotContain("\"number\":2,");
    }

    @Test
    void tellsHowItStands() {
        admin.put("/v1/config/routes/orders", ORDERS);

        assertThat(admin.get("/v1/config/status").body())
                .startsWith("{\"dynamic\":true,\"revision\":\"")
                .endsWith("\",\"documents\":1,\"problem\":null,\"lost\":null,\"refused\":{},\"loaded\":true}\n");
        assertThat(admin.get("/readyz").body())
                .contains(
                        "{\"name\":\"dynamic-store\",\"ok\":true,\"required\":false,\"detail\":\"serves 1 documents at")
                .contains("{\"name\":\"dynamic-documents\",\"ok\":true");
        assertThat(admin.get("/metrics").body())
                .contains("gateway_dynamic_revision 1", "gateway_dynamic_documents 1", "gateway_dynamic_store_lost 0")
                .contains("gateway_dynamic_changes_total{source=\"own\"} 1");
        assertThat(admin.post("/v1/config/store", "{\"action\": \"other\"}").statusCode())
                .isEqualTo(400);
        assertThat(admin.post("/v1/config/store", "{\"action\": \"accept\"}").statusCode())
                .isEqualTo(200);
    }

    @Test
    void changesNothingWithoutDynamic() throws Exception {
        start("");

        assertThat(admin.put("/v1/config/routes/orders", ORDERS).body()).contains("/problems/dynamic-off");
        assertThat(admin.get("/v1/config").body())
                .contains("\"revision\":\"0\"")
                .contains("${BODY}");
        assertThat(admin.get("/v1/config/status").body()).startsWith("{\"dynamic\":false,");
        assertThat(admin.call("POST", "/upstream/x", "server 10.0.0.1;", "Content-Type", "text/plain")
                        .statusCode())
                .isEqualTo(409);
    }

    @Test
    void refusesWhatAWebPageCouldSend() {
        assertThat(admin.call("PUT", "/v1/config/routes/a", ORDERS).statusCode())
                .isEqualTo(415);
        assertThat(admin.call("POST", "/v1/config", "{}", "Content-Type", "text/plain")
                        .statusCode())
                .isEqualTo(415);
        assertThat(admin.put("/v1/config/routes/a", ORDERS, "Origin", "http://evil.example")
                        .statusCode())
                .isEqualTo(403);
        assertThat(admin.put("/v1/config/routes/a", ORDERS, "Sec-Fetch-Site", "cross-site")
                        .statusCode())
                .isEqualTo(403);
        assertThat(admin.put("/v1/config/routes/a", ORDERS, "Origin", "http://127.0.0.1:" + gateway.adminPort())
                        .statusCode())
                .isEqualTo(201);
        assertThat(admin.call("POST", "/upstream/x", "server 10.0.0.1;", "Sec-Fetch-Site", "same-origin")
                        .statusCode())
                .isEqualTo(403);
        assertThat(admin.put("/v1/config/routes/a", ORDERS).headers().map())
                .doesNotContainKey("access-control-allow-origin");
    }

    /** A thousand changes of single chars of good documents, of which those that are refused say where. */
    @Test
    void refusesBrokenDocumentsWithTheirPathAndChangesNothing() {
        Random random = new Random(15);
        List<String> good = List.of(
                "{\"name\":\"m\",\"path-prefix\":\"/m\",\"cluster\":\"shop\",\"timeout\":\"20s\"}",
                "{\"name\":\"m\",\"path\":\"/m\",\"answer\":{\"status\":200,\"body\":\"x\"}}",
                "{\"name\":\"m\",\"path-prefix\":\"/m\",\"clusters\":[{\"cluster\":\"shop\",\"weight\":3}]}");
        int refused = 0;
        for (int tries = 0; refused < 1_000; tries++) {
            assertThat(tries).isLessThan(20_000);
            StringBuilder broken = new StringBuilder(good.get(random.nextInt(good.size())));
            for (int i = random.nextInt(3); i >= 0; i--) {
                broken.setCharAt(random.nextInt(broken.length()), "{}[]:,\"abz09-/ ".charAt(random.nextInt(15)));
            }
            HttpResponse<String> answer = admin.put("/v1/config/routes/m?dry-run=true", broken.toString());
            if (answer.statusCode() != 200) {
                refused++;
                assertThat(answer.statusCode()).as(broken.toString()).isEqualTo(422);
                assertThat(answer.body()).as(broken.toString()).contains("\"problems\":[{\"path\":\"routes/m");
                assertThat(admin.put("/v1/config/routes/m", broken.toString()).statusCode())
                        .isEqualTo(422);
            }
        }
        assertThat(admin.get("/v1/config/status").body()).contains("\"revision\":\"0\",\"documents\":0");
    }

    @Test
    void describesItself() {
        HttpResponse<String> answer = admin.get("/v1/openapi.json");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"openapi\": \"3.1.0\"", "\"/v1/config/{section}/{name}\"");
    }

    @Test
    void understandsTheCommandsOfDyups() {
        String form = "application/x-www-form-urlencoded";
        HttpResponse<String> made =
                admin.call("POST", "/upstream/user_backend", "server 10.53.10.191;", "Content-Type", form);
        assertThat(made.statusCode()).isEqualTo(200);
        assertThat(made.body()).isEqualTo("success");
        assertThat(admin.get("/v1/config/clusters/user_backend").body())
                .isEqualTo("{\"name\":\"user_backend\",\"endpoints\":[\"10.53.10.191:80\"]}\n");
        assertThat(admin.get("/list").body()).isEqualTo("shop\nuser_backend\n");

        admin.call(
                "POST",
                "/upstream/user_backend",
                "server 10.0.0.1:81 weight=2 max_fails=3 fail_timeout=10s; server [::1]:82 backup max_fails=3 fail_timeout=10; "
                        + "server b.test down max_fails=3 fail_timeout=10s;",
                "Content-Type",
                form);
        assertThat(admin.get("/v1/config/clusters/user_backend").body())
                .isEqualTo("{\"name\":\"user_backend\",\"endpoints\":[{\"address\":\"10.0.0.1:81\",\"weight\":2},"
                        + "{\"address\":\"[::1]:82\",\"weight\":1,\"backup\":true},\"b.test:80\"],\"drained\":[\"b.test:80\"],"
                        + "\"outlier\":{\"max-fails\":3,\"fail-timeout\":\"10s\"}}\n");
        String listed = admin.get("/upstream/user_backend").body();
        assertThat(listed).isEqualTo("""
                server 10.0.0.1:81 weight=2 max_fails=3 fail_timeout=10 backup=0 down=0
                server [::1]:82 weight=1 max_fails=3 fail_timeout=10 backup=1 down=0
                server b.test:80 weight=1 max_fails=3 fail_timeout=10 backup=0 down=1
                """);
        String before = admin.get("/v1/config/status").body();
        assertThat(admin.call("POST", "/upstream/user_backend", listed, "Content-Type", form)
                        .statusCode())
                .isEqualTo(200);
        assertThat(admin.get("/v1/config/status").body()).isEqualTo(before);
        assertThat(admin.get("/detail").body()).contains("user_backend\n" + listed + "\n");

        admin.put("/v1/config/routes/users", "{\"path-prefix\":\"/users\",\"cluster\":\"user_backend\"}");
        HttpResponse<String> used = admin.delete("/upstream/user_backend");
        assertThat(used.statusCode()).isEqualTo(409);
        assertThat(used.body()).contains("clusters/user_backend is used by routes/users");
        admin.delete("/v1/config/routes/users");
        assertThat(admin.delete("/upstream/user_backend").statusCode()).isEqualTo(200);
        assertThat(admin.get("/upstream/user_backend").statusCode()).isEqualTo(404);
    }

    @Test
    void saysWhatIsWrongWithAServer() {
        for (String body : List.of(
                "server",
                "host 10.0.0.1;",
                "server 10.0.0.1 weight=0;",
                "server 10.0.0.1 slow_start=3s;",
                "server 10.0.0.1 max_conns=3;",
                "server a:b:c;",
                ";",
                "server 10.0.0.1 max_fails=1; server 10.0.0.2;")) {
            HttpResponse<String> refused =
                    admin.call("POST", "/upstream/x", body, "Content-Type", "application/x-www-form-urlencoded");
            assertThat(refused.statusCode()).as(body).isEqualTo(400);
            assertThat(refused.body()).as(body).containsAnyOf("expected", "outside");
        }
        assertThat(admin.get("/list").body()).isEqualTo("shop\n");
    }

    @Test
    void drainsAndEnablesAnEndpointOfTheFile() {
        String path = "/v1/clusters/shop/endpoints/127.0.0.1:2";
        assertThat(admin.post(path, "{\"drained\": true}").statusCode()).isEqualTo(200);
        assertThat(admin.get("/v1/clusters").body())
                .contains("{\"name\":\"127.0.0.1:2\",\"state\":\"drained\"")
                .contains("{\"name\":\"127.0.0.1:1\",\"state\":\"healthy\"");
        assertThat(admin.get("/v1/config/clusters/shop").body()).contains("\"drained\":[\"127.0.0.1:2\"]");
        assertThat(admin.post(path, "{\"drained\": true}").body()).contains("\"changed\":false");

        assertThat(admin.post(path, "{\"drained\": false}").statusCode()).isEqualTo(200);
        assertThat(admin.get("/v1/clusters").body()).doesNotContain("drained");
        assertThat(admin.get("/v1/config/clusters").body()).contains("\"name\":\"shop\",\"source\":\"file\"");
        assertThat(admin.post("/v1/clusters/shop/endpoints/127.0.0.1:3", "{\"drained\": true}")
                        .statusCode())
                .isEqualTo(404);
        assertThat(admin.post(path, "{\"drained\": 1}").statusCode()).isEqualTo(400);
        assertThat(admin.post("/v1/clusters/other/endpoints/127.0.0.1:3", "{\"drained\": true}")
                        .statusCode())
                .isEqualTo(404);
    }
}

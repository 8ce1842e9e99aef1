// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.gateway.config.ConfigReader;
import io.penstock.gateway.config.read.ConfigException;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who may use the admin listener, and for what. */
@Timeout(60)
class AdminAccessTest {
    private static final String WRITER = "w0rd-of-the-writer-1";
    private static final String READER = "w0rd-of-the-reader-1";

    @TempDir
    Path folder;

    private final Kept kept = new Kept();
    private final HttpClient client = kept.add(HttpClient.newHttpClient());

    @AfterEach
    void close() {
        kept.close();
    }

    private String yaml(String address) {
        return """
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                admin:
                  address: "%s"
                  port: 0
                  tokens:
                    - {name: ada, token: "${WRITER}", role: write}
                    - {name: eve, token: "${READER}"}
                access-log: {output: none}
                dynamic: {file: "%s"}
                """.formatted(address, folder.resolve("own.json"));
    }

    private AdminCaller on(String address) throws IOException {
        Gateway gateway =
                kept.add(new Gateway(ConfigReader.read(yaml(address), Map.of("WRITER", WRITER, "READER", READER))));
        gateway.start();
        return new AdminCaller(client, gateway.adminPort());
    }

    private static HttpResponse<String> put(AdminCaller admin, String... fields) {
        return admin.put("/v1/config/routes/a", "{\"path-prefix\":\"/a\",\"answer\":{}}", fields);
    }

    @Test
    void needsATokenAwayFromLoopback() throws IOException {
        AdminCaller admin = on("0.0.0.0");

        HttpResponse<String> refused = admin.get("/v1/config");
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.headers().firstValue("WWW-Authenticate")).contains("Bearer realm=\"penstock\"");
        for (String path : new String[] {"/v1/clusters", "/v1/connections", "/list", "/v1/lookups/a/b"}) {
            assertThat(admin.get(path).statusCode()).as(path).isEqualTo(401);
        }
        assertThat(admin.get("/").statusCode())
                .as("the page, which has a field for the token")
                .isEqualTo(200);
        assertThat(admin.get("/healthz").statusCode()).isEqualTo(200);
        assertThat(admin.get("/metrics").statusCode()).isEqualTo(200);
        assertThat(put(admin).statusCode()).isEqualTo(401);
        assertThat(put(admin, "Authorization", "Bearer " + WRITER + "x").statusCode())
                .isEqualTo(401);
        assertThat(put(admin, "Authorization", "Basic " + WRITER).statusCode()).isEqualTo(401);
        assertThat(put(admin, "Authorization", "Bearer ").statusCode()).isEqualTo(401);
        assertThat(put(admin, "Authorization", "Bearer " + WRITER).statusCode()).isEqualTo(201);
    }

    @Test
    void letsAReaderReadAndNamesTheWriter() throws IOException {
        AdminCaller admin = on("127.0.0.1");
        String reader = "bearer " + READER;

        assertThat(put(admin, "Authorization", reader).statusCode()).isEqualTo(403);
        assertThat(admin.delete("/upstream/x", "Authorization", reader).statusCode())
                .isEqualTo(403);
        assertThat(admin.get("/v1/config", "Authorization", reader).statusCode())
                .isEqualTo(200);
        put(admin, "Authorization", "Bearer " + WRITER);
        assertThat(admin.get("/v1/config/history").body()).contains("\"who\":\"ada\",\"from\":\"127.0.0.1\"");
        admin.delete("/v1/config/routes/a");
        assertThat(admin.get("/v1/config/history?limit=1").body()).contains("\"who\":\"local\"");
    }

    @Test
    void refusesToStartWithoutWhatKeepsOthersOut() {
        assertThatThrownBy(() -> read("admin: {address: 0.0.0.0}", Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("admin.tokens: is missing, expected one or more: admin.address is not loopback");
        assertThatThrownBy(() -> read("admin: {address: admin.internal}", Map.of()))
                .hasMessageContaining("admin.tokens: is missing");
        String one = "admin: {tokens: [{name: a, token: \"%s\"}]}";
        assertThatThrownBy(() -> read(one.formatted("${T}"), Map.of("T", "")))
                .hasMessageContaining("admin.tokens[0].token: is empty");
        assertThatThrownBy(() -> read(one.formatted("${T}"), Map.of("T", "only-15-bytes--")))
                .hasMessageContaining("admin.tokens[0].token: is shorter than 16 bytes");
        assertThatThrownBy(() -> read(one.formatted("${T:changeme-changeme}"), Map.of()))
                .hasMessageContaining("admin.tokens[0].token: is written in the configuration");
        assertThatThrownBy(() -> read(
                        "admin: {tokens: [{name: a, token: \"${T}\"}, {name: a, token: \"${T}\"}]}",
                        Map.of("T", WRITER)))
                .hasMessageContaining("admin.tokens[1].name: a is given twice");
    }

    private static void read(String admin, Map<String, String> environment) {
        ConfigReader.read("listeners: [{port: 0}]\nroutes: [{name: all, answer: {}}]\n" + admin + "\n", environment);
    }
}

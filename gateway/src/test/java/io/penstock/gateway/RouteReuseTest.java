// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.config.dynamic.DocumentName;
import io.penstock.gateway.dynamic.Author;
import io.penstock.gateway.dynamic.Dynamic;
import io.penstock.gateway.dynamic.Edits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A route whose own words stay is compiled once; what it uses must be of today all the same. */
class RouteReuseTest {
    private static final Author ADA = new Author("ada", "");

    @TempDir
    private Path folder;

    @RegisterExtension
    final RunningGateway first = RunningGateway.with(answering("one"));

    @RegisterExtension
    final RunningGateway second = RunningGateway.with(answering("two"));

    @RegisterExtension
    final RunningGateway node = RunningGateway.with("");

    private static String answering(String body) {
        return """
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                admin: {port: 0}
                access-log: {output: none}
                routes: [{name: all, answer: {status: 200, body: %s}, response-headers: {set: {x-origin: "yes"}}}]
                """.formatted(body);
    }

    @BeforeEach
    void start() throws IOException {
        node.configured("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                admin: {port: 0}
                access-log: {output: none}
                global-filters: [everywhere]
                filters: [{name: everywhere, headers: {response: {set: {x-global: a}}}}]
                dynamic: {file: "%s"}
                """.formatted(folder.resolve("own.json")));
        put("clusters/c", "{\"name\":\"c\",\"endpoints\":[\"" + address(first) + "\"]}");
        put("clusters/d", "{\"name\":\"d\",\"endpoints\":[\"" + address(first) + "\"]}");
        put("filters/f", "{\"name\":\"f\",\"headers\":{\"response\":{\"set\":{\"x-own\":\"a\"}}}}");
        put("filters/all", "{\"name\":\"all\",\"chain\":{\"filters\":[\"f\"]}}");
        put("routes/plain", "{\"name\":\"plain\",\"path-prefix\":\"/plain\",\"cluster\":\"c\",\"filters\":[\"f\"]}");
        put(
                "routes/split",
                "{\"name\":\"split\",\"path-prefix\":\"/split\",\"filters\":[\"all\"],"
                        + "\"clusters\":[{\"cluster\":\"c\",\"weight\":1},{\"cluster\":\"d\",\"weight\":0}]}");
        put("routes/other", "{\"name\":\"other\",\"path-prefix\":\"/other\",\"cluster\":\"d\"}");
    }

    private static String address(RunningGateway of) {
        return "127.0.0.1:" + of.gateway().listeners().getFirst().port();
    }

    private Dynamic dynamic() {
        return node.gateway().dynamic().orElseThrow();
    }

    private void put(String name, String json) {
        dynamic().change(Edits.of(DocumentName.parse(name).orElseThrow(), Optional.of(json)), ADA);
    }

    /** Body and fields of a response, in lower case. */
    private String get(String path) throws IOException {
        try (Http1Origin.Connection connection = new Http1Origin.Connection(new Socket(
                InetAddress.getLoopbackAddress(),
                node.gateway().listeners().getFirst().port()))) {
            connection.send("GET " + path + " HTTP/1.1\r\nHost: a.test\r\n\r\n");
            String head = connection.head();
            return head + connection.text(Http1Origin.length(head));
        }
    }

    @Test
    void goesToTheClusterOfToday() throws IOException {
        assertThat(get("/plain")).endsWith("one");

        put("clusters/c", "{\"name\":\"c\",\"endpoints\":[\"" + address(second) + "\"]}");

        assertThat(get("/plain")).endsWith("two");
        assertThat(get("/split")).endsWith("two");
        assertThat(get("/other")).endsWith("one");
    }

    @Test
    void hasTheFiltersOfToday() throws IOException {
        assertThat(get("/plain")).containsIgnoringCase("x-own: a");

        put("filters/f", "{\"name\":\"f\",\"headers\":{\"response\":{\"set\":{\"x-own\":\"b\"}}}}");

        assertThat(get("/plain")).containsIgnoringCase("x-own: b").containsIgnoringCase("x-global: a");
        assertThat(get("/split")).containsIgnoringCase("x-own: b");
    }

    @Test
    void hasTheChainOfToday() throws IOException {
        put("filters/g", "{\"name\":\"g\",\"headers\":{\"response\":{\"set\":{\"x-own\":\"g\"}}}}");
        put("filters/all", "{\"name\":\"all\",\"chain\":{\"filters\":[\"g\"]}}");

        assertThat(get("/split")).containsIgnoringCase("x-own: g");
        assertThat(get("/plain")).containsIgnoringCase("x-own: a");
    }

    @Test
    void hasTheGlobalFiltersOfToday() throws IOException {
        assertThat(get("/other")).containsIgnoringCase("x-global: a");

        put(
                "filters/everywhere",
                "{\"name\":\"everywhere\",\"headers\":{\"response\":{\"set\":{\"x-global\":\"b\"}}}}");

        assertThat(get("/other")).containsIgnoringCase("x-global: b");
    }
}

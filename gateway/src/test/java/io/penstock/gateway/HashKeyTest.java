// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What {@code consistent-hash} keeps together, for callers of either protocol. */
@Timeout(60)
class HashKeyTest {
    private static final Pattern FROM = Pattern.compile("x-from: (\\d+)\r\n");
    private static final int KEYS = 100;

    private final List<StatusOrigin> origins =
            Stream.generate(StatusOrigin::new).limit(4).toList();
    private final List<RunningGateway> gateways = new ArrayList<>();

    @AfterEach
    void close() {
        gateways.forEach(RunningGateway::close);
        origins.forEach(StatusOrigin::close);
    }

    private RunningGateway gateway(String on) {
        String endpoints = String.join(
                "\", \"", origins.stream().map(StatusOrigin::address).toList());
        RunningGateway gateway =
                RunningGateway.with("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes: [{name: all, cluster: main}]
                clusters:
                  - name: main
                    endpoints: ["%s"]
                    upstream: {protocol: http1}
                    balancer: {policy: consistent-hash, hash-on: '%s', load-bound: 1000}
                trusted: [127.0.0.0/8]
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(endpoints, on)).start();
        gateways.add(gateway);
        return gateway;
    }

    /** Which endpoint gets a request of a new HTTP/2 client. */
    private static String endpoint(FramePeer client, String path, String... fields) {
        int call = client.get(path, fields);
        WireFrame head = client.awaitHead(call);
        assertThat(head.status()).isEqualTo("200");
        client.awaitRest(call);
        return String.valueOf(head.value("x-from"));
    }

    /** Which endpoint gets a request of a new HTTP/1.1 client. */
    private static String endpoint1(RunningGateway gateway, String path, String field) throws Exception {
        try (Http1Origin.Connection client = gateway.http1Client()) {
            client.send("GET " + path + " HTTP/1.1\r\nhost: example.test\r\n" + field + "\r\n");
            Matcher from = FROM.matcher(client.head());
            assertThat(from.find()).isTrue();
            return from.group(1);
        }
    }

    @Test
    void isTheCookieHoweverItIsSent() throws Exception {
        RunningGateway gateway = gateway("cookie:user");
        FramePeer client = gateway.client();
        Set<String> all = new HashSet<>();

        for (int i = 0; i < KEYS; i++) {
            String user = "user=" + i;
            String endpoint = endpoint(client, "/", "cookie", user);
            all.add(endpoint);
            assertThat(endpoint(
                            client, "/other", "cookie", "a=b; " + user + "; c=d", "x-forwarded-for", "192.0.2." + i))
                    .isEqualTo(endpoint);
            assertThat(endpoint(client, "/", "cookie", "xuser=0", "cookie", user, "cookie", "user2=1"))
                    .isEqualTo(endpoint);
            assertThat(endpoint1(gateway, "/", "cookie: a=b; " + user + "\r\n")).isEqualTo(endpoint);
        }

        assertThat(all).hasSize(origins.size());
    }

    @Test
    void isTheClientsAddressWithoutTheCookieOrTheHeader() {
        for (String on : List.of("cookie:user", "header:x-user", "client-address")) {
            FramePeer client = gateway(on).client();
            Set<String> all = new HashSet<>();

            for (int i = 0; i < KEYS; i++) {
                String address = "192.0.2." + i;
                String endpoint = endpoint(client, "/", "x-forwarded-for", address);
                all.add(endpoint);
                assertThat(endpoint(client, "/" + i, "cookie", "other=" + i, "x-forwarded-for", "1.2.3.4, " + address))
                        .as(on)
                        .isEqualTo(endpoint);
            }

            assertThat(all).as(on).hasSize(origins.size());
        }
    }

    @Test
    void isTheClientsAddressWhateverElseItSends() throws Exception {
        RunningGateway gateway = gateway("client-address");
        FramePeer client = gateway.client();
        String endpoint = endpoint(client, "/");

        for (int i = 0; i < KEYS; i++) {
            assertThat(endpoint(client, "/" + i, "cookie", "user=" + i, "x-user", "u" + i))
                    .isEqualTo(endpoint);
        }
        assertThat(endpoint1(gateway, "/", "")).isEqualTo(endpoint);
    }

    @Test
    void isThePathWithoutItsQuery() throws Exception {
        RunningGateway gateway = gateway("path");
        FramePeer client = gateway.client();
        Set<String> all = new HashSet<>();

        for (int i = 0; i < KEYS; i++) {
            String path = "/things/" + i;
            String endpoint = endpoint(client, path);
            all.add(endpoint);
            assertThat(endpoint(client, path + "?a=" + i, "x-forwarded-for", "192.0.2." + i))
                    .isEqualTo(endpoint);
            assertThat(endpoint1(gateway, path + "?", "")).isEqualTo(endpoint);
        }

        assertThat(all).hasSize(origins.size());
    }

    @Test
    void isTheHeaderInWhateverCaseItIsNamed() throws Exception {
        RunningGateway gateway = gateway("header:X-User");
        FramePeer client = gateway.client();
        Set<String> all = new HashSet<>();

        for (int i = 0; i < KEYS; i++) {
            String endpoint = endpoint(client, "/", "x-user", "u" + i);
            all.add(endpoint);
            assertThat(endpoint1(gateway, "/" + i, "X-USER: u" + i + "\r\n")).isEqualTo(endpoint);
        }

        assertThat(all).hasSize(origins.size());
    }
}

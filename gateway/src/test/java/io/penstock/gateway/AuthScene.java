// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import io.penstock.gateway.CauseCaller.Way;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A gateway whose filter {@code who} guards everything but {@code /free}; what is below {@code /seen} goes to an upstream that keeps the
 * heads it gets.
 */
final class AuthScene implements AutoCloseable {
    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final String yaml;
    private final RunningGateway gateway;

    /** With a filter of this kind. */
    AuthScene(String kind, Map<String, String> variables) {
        this(kind, variables, "", "");
    }

    /**
     * The same with more.
     *
     * @param clusters further ones, each with a comma before it
     * @param sections further ones of the file
     */
    AuthScene(String kind, Map<String, String> variables, String clusters, String sections) {
        HostileOrigin origin = HostileOrigin.reformed();
        open.add(origin);
        Http1Origin seeing = Http1Origin.following(connection -> {
            while (true) {
                seen.add(connection.request());
                connection.answer("ok");
            }
        });
        open.add(seeing);
        yaml = """
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                event-loops: 1
                routes:
                  - {name: all, path-prefix: /, cluster: origin, filters: [who]}
                  - {name: seen, path-prefix: /seen, cluster: seen, filters: [who]}
                  - {name: free, path-prefix: /free, cluster: origin}
                clusters: [{name: origin, endpoints: ["%s"], upstream: {protocol: h2c}},
                  {name: seen, endpoints: ["%s"], upstream: {protocol: http1}}%s]
                filters: [{name: who, %s}]
                trusted: [127.0.0.0/8]
                admin: {port: 0}
                access-log: {output: none}
                %s
                """.formatted(origin.address(), seeing.address(), clusters, kind, sections);
        RunningGateway made = RunningGateway.with(yaml);
        variables.forEach(made::variable);
        gateway = made.start();
        open.add(gateway);
    }

    /** Closes this, too, after the gateway. */
    <T extends AutoCloseable> T closing(T part) {
        open.addFirst(part);
        return part;
    }

    CauseCaller caller(Way way) {
        CauseCaller caller = CauseCaller.of(way, gateway);
        open.add(caller);
        if (way == Way.HTTP1_AGAIN) {
            for (int i = 0; i < 2; i++) {
                caller.ask("/free");
                gateway.ended();
            }
        }
        return caller;
    }

    RunningGateway gateway() {
        return gateway;
    }

    /** The configuration, to be applied with a change. */
    String yaml() {
        return yaml;
    }

    /** The heads that the upstream of {@code /seen} got. */
    List<String> seen() {
        return seen;
    }

    /** The whole answer to a request of HTTP/1.1. */
    String answer(String path, String... fields) throws IOException {
        try (Http1Origin.Connection client = gateway.http1Client()) {
            StringBuilder head = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: a.test\r\n");
            for (int i = 0; i < fields.length; i += 2) {
                head.append(fields[i]).append(": ").append(fields[i + 1]).append("\r\n");
            }
            client.send(head.append("\r\n").toString());
            String answer = client.request();
            gateway.ended();
            return answer;
        }
    }

    /** A page of the admin listener. */
    String page(String path) throws IOException {
        URI page = URI.create("http://127.0.0.1:" + gateway.gateway().adminPort() + path);
        try (InputStream in = page.toURL().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() throws IOException {
        for (AutoCloseable one : open.reversed()) {
            try {
                one.close();
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
    }
}

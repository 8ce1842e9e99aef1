// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.cluster;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How each endpoint is asked whether it is well.
 *
 * @param type {@code http}, {@code tcp} or {@code grpc}, default {@code http}; {@code http} speaks the protocol of the cluster
 * @param interval 100 ms to 1 h, default 5 s; between the end of one check and the next, give or take a tenth
 * @param timeout 10 ms to 1 min, default 2 s; for connecting and answering together
 * @param healthy 1 to 100, default 2; good checks in a row that make an endpoint healthy
 * @param unhealthy 1 to 100, default 3; bad checks in a row that make it unhealthy
 * @param path default {@code /}; of an {@code http} check
 * @param host the authority of an {@code http} or {@code grpc} check; absent means the endpoint
 * @param statuses default {@code 200-299}; good answers of an {@code http} check
 * @param service the service that a {@code grpc} check asks about; empty, the default, means the whole endpoint
 * @param port 1 to 65 535; checked instead of the endpoint's own port; absent means that one
 */
public record HealthCheckConfig(
        Type type,
        Duration interval,
        Duration timeout,
        int healthy,
        int unhealthy,
        String path,
        Optional<String> host,
        List<StatusRange> statuses,
        String service,
        Optional<Integer> port) {

    /** What is asked. */
    public enum Type {
        HTTP,
        TCP,
        GRPC
    }

    public HealthCheckConfig {
        statuses = List.copyOf(statuses);
        Check check = new Check()
                .range("interval", interval, ofMillis(100), ofHours(1))
                .range("timeout", timeout, ofMillis(10), ofMinutes(1))
                .range("healthy", healthy, 1, 100)
                .range("unhealthy", unhealthy, 1, 100)
                .that(
                        "path",
                        path.matches("/[!-~&&[^#]]{0,1023}"),
                        Check.quoted(path),
                        "is not a path, expected one such as /healthz")
                .notEmpty("statuses", statuses)
                .that(
                        "service",
                        service.matches("[A-Za-z0-9._/-]{0,200}"),
                        Check.quoted(service),
                        "is not the name of a service");
        host.ifPresent(text -> check.that(
                "host",
                text.matches("[A-Za-z0-9._:\\[\\]-]{1,255}"),
                Check.quoted(text),
                "is not an authority, expected a host with or without a port"));
        port.ifPresent(number -> check.range("port", number, 1, 65_535));
        check.done();
    }

    static HealthCheckConfig from(ConfigNode node) {
        return new HealthCheckConfig(
                node.choice("type", Type.HTTP),
                node.duration("interval", ofSeconds(5)),
                node.duration("timeout", ofSeconds(2)),
                node.integer("healthy", 2),
                node.integer("unhealthy", 3),
                node.text("path", "/"),
                node.optionalText("host"),
                node.parsedList("statuses", List.of(new StatusRange(200, 299)), StatusRange::parse),
                node.text("service", ""),
                node.optionalInteger("port"));
    }
}

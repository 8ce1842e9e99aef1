// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.discovery;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import io.penstock.gateway.config.read.Address;
import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import io.penstock.gateway.config.read.Units;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Endpoints from the records of a name.
 *
 * @param name a DNS name; required
 * @param records {@code address}, both A and AAAA, or {@code srv}, which has ports, priorities and weights; default {@code address}
 * @param port 1 to 65 535; required with {@code address}, and only allowed there
 * @param servers name servers to ask, {@code host:port} with an IP address; empty, the default, means those of this machine
 * @param minRefresh 100 ms to 1 h, default 5 s; records with a shorter life are asked for this often
 * @param maxRefresh 1 s to 24 h, default 5 min; records with a longer life are asked for this often; at least {@code min-refresh}
 */
public record DnsDiscoveryConfig(
        String name,
        Records records,
        Optional<Integer> port,
        List<String> servers,
        Duration minRefresh,
        Duration maxRefresh) {

    private static final String MISSING = "is missing, expected one because the records are addresses";

    /** Which records tell the endpoints. */
    public enum Records {
        ADDRESS,
        SRV
    }

    public DnsDiscoveryConfig {
        servers = List.copyOf(servers);
        Check check = new Check()
                .that("name", Address.host(name), Check.quoted(name), "is not a DNS name")
                .that("port", records == Records.SRV || port.isPresent(), "", MISSING)
                .that(
                        "port",
                        records == Records.ADDRESS || port.isEmpty(),
                        "",
                        "is given, expected none because srv records have their own")
                .range("min-refresh", minRefresh, ofMillis(100), ofHours(1))
                .range("max-refresh", maxRefresh, ofSeconds(1), ofHours(24))
                .that(
                        "max-refresh",
                        maxRefresh.compareTo(minRefresh) >= 0,
                        Units.text(maxRefresh),
                        "is shorter than min-refresh");
        port.ifPresent(number -> check.range("port", number, 1, 65_535));
        for (int i = 0; i < servers.size(); i++) {
            check.that(
                    "servers[" + i + "]",
                    Address.literalPort(servers.get(i)),
                    Check.quoted(servers.get(i)),
                    "is not an IP address with a port, such as 127.0.0.1:53");
        }
        check.done();
    }

    static DnsDiscoveryConfig from(ConfigNode node) {
        Records records = node.choice("records", Records.ADDRESS);
        Optional<Integer> port = node.optionalInteger("port");
        if (records == Records.ADDRESS && port.isEmpty()) {
            if (!node.has("port")) {
                node.problem("port", MISSING);
            }
            port = Optional.of(1); // stands in, so that reading goes on
        }
        return new DnsDiscoveryConfig(
                node.requiredText("name", "unknown"),
                records,
                port,
                node.parsedList("servers", List.of(), Function.identity()),
                node.duration("min-refresh", ofSeconds(5)),
                node.duration("max-refresh", ofMinutes(5)));
    }
}

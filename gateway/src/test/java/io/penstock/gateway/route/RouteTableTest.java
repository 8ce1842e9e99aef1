// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteTableTest {
    private final RouteTable<String> routes = new RouteTable.Builder<String>()
            .add(Optional.empty(), "/a", "a")
            .add(Optional.empty(), "/a/b", "a-b")
            .add(Optional.of("Host.test"), "/", "host")
            .add(Optional.of("host.test"), "/a/b/c", "host-a-b-c")
            .add(Optional.of("[::1]"), "/six", "six")
            .add(Optional.of("narrow.test"), "/only", "narrow")
            .build();

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                // authority, path, route
                "any.test, /a, a",
                "any.test, /a/, a",
                "any.test, /a/x, a",
                "any.test, /a?q=/a/b, a",
                "any.test, /a/b, a-b",
                "any.test, /a/b/c, a-b",
                "any.test, /a/bc, a",
                "any.test, /ab, -",
                "any.test, /A, -",
                "any.test, /, -",
                "'', /a, a",
                "host.test, /a, host",
                "HOST.TEST:8080, /x, host",
                "host.test, /a/b/c/d, host-a-b-c",
                "host.test, *, host",
                "any.test, *, -",
                "[::1], /six, six",
                "[::1]:80, /six/x, six",
                "narrow.test, /a, a",
                "narrow.test, /only, narrow"
            })
    void findsTheLongestPrefixOfTheHostAndThenOfAny(String authority, String path, String route) {
        assertThat(routes.match(authority, path)).isEqualTo(route);
    }
}

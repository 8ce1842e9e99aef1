// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.gateway.config.read.ConfigException;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouteUrlTest {

    @ParameterizedTest
    @CsvSource({
        "/, , /",
        "/*, , /",
        "/orders, , /orders",
        "/orders/, , /orders",
        "/orders/*, , /orders",
        "/orders*, , /orders",
        "http://example.com/, example.com, /",
        "https://*.example.com/a/b, *.example.com, /a/b"
    })
    void readsHostAndPath(String text, String host, String path) {
        RouteUrl url = RouteUrl.parse(text);

        assertThat(url.host()).isEqualTo(Optional.ofNullable(host));
        assertThat(url.path().text()).isEqualTo(path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "orders",
                "/a*b",
                "/a?b=c",
                "/a#b",
                "http://example.com",
                "http://example.com:80/",
                "/a//b",
                "/a/../b"
            })
    void refusesOthers(String text) {
        assertThatThrownBy(() -> RouteUrl.parse(text))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("expected");
    }
}

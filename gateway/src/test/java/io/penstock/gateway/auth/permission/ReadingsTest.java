// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.permission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadingsTest {

    @ParameterizedTest
    @CsvSource({
        "/, ''",
        "/v1, /v1",
        "/v1/, /v1",
        "/v1/orders/, /v1/orders",
        "/v1/a.b/..c, /v1/a.b/..c",
        "/pkg.Service/Method, /pkg.Service/Method",
        "*, *",
        "/%61%62, /ab",
        "/a%20b, '/a b'",
        "/%41%4a, /AJ",
        "/%zz%4, /%zz%4",
    })
    void areOneForMostPaths(String path, String reading) {
        assertThat(Readings.asItStands(path)).isEqualTo(reading);
        assertThat(Readings.others(path)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        // an escaped slash is one, or is not
        "/v1/a%2Fb, /v1/a%2Fb /v1/a/b",
        "/v1/a%2fb, /v1/a%2Fb /v1/a/b",
        "/v1/a%5Cb, /v1/a%5Cb /v1/a/b",
        "/v1/a\\b, /v1/a\\b /v1/a/b",
        "/v1%00.html, /v1%00.html /v1",
        // so is one that was escaped twice, and so is a letter
        "/a%252Fb, /a%252Fb /a%2Fb /a/b",
        "/%2561dmin, /%2561dmin /%61dmin /admin",
        "/%252561dmin, /%252561dmin /%2561dmin /%61dmin /admin",
        // empty segments and dots
        "//v1///a, //v1///a /v1/a",
        "/a/../b, /a/../b /b",
        "/a/./b/.., /a/./b/.. /a",
        "/../../a, /../../a /a",
        "/a/%2e%2e/b, /a/../b /b",
        "/a/..%2Fb, /a/..%2Fb /b",
        // parameters, also those that hide dots
        "/a;x=1/b, /a;x=1/b /a/b",
        "/a/..;/b, /a/..;/b /a/../b /b",
        "/a/..;x/b, /a/..;x/b /a/../b /b",
        "/a%3Bx/b, /a;x/b /a/b",
        "/v1//x;a%2Fb, /v1//x;a%2Fb /v1/x;a%2Fb /v1/x;a/b /v1/x/b /v1//x /v1/x",
        "/v1//x%2Fy, /v1//x%2Fy /v1/x%2Fy /v1/x/y",
        "/a%252Fb;c, /a%252Fb;c /a%2Fb;c /a%2Fb /a/b;c /a/b /a%252Fb",
        "/x%2Fy;a%2Fb, /x%2Fy;a%2Fb /x/y;a/b /x/y/b /x%2Fy /x/y",
    })
    void areAllThatServersMayTakeAPathFor(String path, String readings) {
        Set<String> all = new LinkedHashSet<>(Set.of(Readings.asItStands(path)));
        all.addAll(Readings.others(path));

        assertThat(String.join(" ", all)).isEqualTo(readings);
    }

    @Test
    void endWhereAPathWasEscapedTooOften() {
        assertThat(Readings.others("/%" + "25".repeat(1000) + "2F"))
                .hasSize(3)
                .allMatch(reading -> reading.startsWith("/%25"));
    }
}

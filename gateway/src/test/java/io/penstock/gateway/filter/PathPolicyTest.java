// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.gateway.config.PathConfig;
import io.penstock.gateway.config.PathConfig.Treatment;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import java.net.URI;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathPolicyTest {

    private static PathPolicy all(Treatment treatment) {
        return new PathPolicy(new PathConfig(
                treatment,
                treatment,
                treatment,
                treatment,
                treatment == Treatment.NORMALISE ? Treatment.REJECT : treatment));
    }

    @ParameterizedTest
    @CsvSource({
        "/a/./b, /a/b",
        "/a/../b, /b",
        "/a/b/.., /a/",
        "/a/., /a/",
        "/a/%2e%2E/b, /b",
        "/a/.%2e/b, /b",
        "/a/%2E/b, /a/b",
        "/., /",
        "//a///b, /a/b",
        "/a%2Fb, /a/b",
        "/a%2f%2e%2e%2fb, /b",
        "/a\\b, /a/b",
        "/a%5Cb, /a/b",
        "/a%5c..%5cb, /b",
        "/a//../b, /b",
        "/a/..?x=/../y, /?x=/../y"
    })
    void normalisesWhatHasASecondReading(String before, String after) {
        assertThat(all(Treatment.NORMALISE).apply(before)).isEqualTo(after);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/a",
                "/a/b/",
                "/a.b/.c/d.",
                "/...",
                "/a/..b",
                "/a?b=//..%00\\",
                "/%41%zz%",
                "*",
                "/pkg.Service/Method"
            })
    void leavesAloneWhatHasNone(String path) {
        assertThat(all(Treatment.NORMALISE).apply(path)).isEqualTo(path);
        assertThat(all(Treatment.REJECT).apply(path)).isEqualTo(path);
    }

    @ParameterizedTest
    @CsvSource({
        "/a/../b, a dot segment",
        "/a/%2e, a dot segment",
        "/a//b, repeated slashes",
        "/a%2fb, an encoded slash",
        "/a\\b, a backslash",
        "/a%5cb, a backslash",
        "/a%00, an encoded NUL"
    })
    void refusesWhatItIsToldTo(String path, String found) {
        assertThatThrownBy(() -> all(Treatment.REJECT).apply(path))
                .isInstanceOfSatisfying(GatewayException.class, refusal -> {
                    assertThat(refusal.reason()).isEqualTo(Cause.BAD_PATH);
                    assertThat(refusal.detail()).isEqualTo("the path has " + found);
                });
        assertThat(all(Treatment.PASS).apply(path)).isEqualTo(path);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/..", "/a/../..", "/a/../../b", "/%2e%2e/", "/a%2f..%2f..%2f..%2fetc"})
    void refusesToClimbAboveTheRoot(String path) {
        assertThatThrownBy(() -> all(Treatment.NORMALISE).apply(path))
                .isInstanceOf(GatewayException.class)
                .hasMessageContaining("climbs above its root");
    }

    @Test
    void agreesWithTheJdkOnRandomPathsAndHasNothingToDoASecondTime() {
        Random random = new Random(3);
        String[] parts = {"a", "b", ".", "..", "...", "a.b"};
        PathPolicy policy = all(Treatment.NORMALISE);
        for (int round = 0; round < 20_000; round++) {
            StringBuilder path = new StringBuilder();
            for (int i = random.nextInt(7); i >= 0; i--) {
                path.append('/').append(parts[random.nextInt(parts.length)]);
            }
            String normal = URI.create(path.toString()).normalize().getPath();
            if (normal.startsWith("/../") || normal.equals("/..")) {
                assertThatThrownBy(() -> policy.apply(path.toString())).isInstanceOf(GatewayException.class);
            } else {
                String found = policy.apply(path.toString());
                assertThat(found).as(path.toString()).isEqualTo(normal);
                assertThat(policy.apply(found)).isEqualTo(found);
            }
        }
    }
}

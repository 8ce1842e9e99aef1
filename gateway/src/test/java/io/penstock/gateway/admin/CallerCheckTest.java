// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.gateway.admin.answer.AdminRefusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallerCheckTest {
    private final CallerCheck onLoopback = new CallerCheck("127.0.0.1", true);
    private final CallerCheck onNetwork = new CallerCheck("admin.internal", false);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.0.0.1:9901",
                "localhost",
                "LOCALHOST:1",
                "[::1]",
                "[::1]:9901",
                "10.255.0.9:80",
                "[fe80::1]"
            })
    void acceptsLiteralsAndLocalhost(String host) {
        assertThatCode(() -> onLoopback.check("GET", "/healthz", host, null, null))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "evil.example",
                "evil.example:9901",
                "127.0.0.1.evil.example",
                "1.2.3",
                "1.2.3.4.",
                "1.2.3.256",
                "localhost.evil",
                "::1",
                "[::1].evil",
                "127.0.0.1:",
                "localhost@evil"
            })
    void refusesNames(String host) {
        assertThatThrownBy(() -> onLoopback.check("GET", "/healthz", host, null, null))
                .isInstanceOf(AdminRefusal.class);
    }

    @Test
    void opensHealthAndMetricsToNamesBeyondLoopbackAndNothingElse() {
        assertThatCode(() -> onNetwork.check("GET", "/metrics", "gateway.cluster.local:9901", null, null))
                .doesNotThrowAnyException();
        assertThatCode(() -> onNetwork.check("GET", "/v1/connections", "Admin.Internal:9901", null, null))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> onNetwork.check("GET", "/v1/connections", "gateway.cluster.local", null, null))
                .hasMessageContaining("Host");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost:8080",
                "http://localhost",
                "https://evil.example",
                "null",
                "",
                "http://localhost:9901.evil"
            })
    void refusesChangesThatComeFromAPageOfOthers(String origin) {
        for (String path : new String[] {"/v1/lookups/a/b", "/v1/config/routes/a", "/v1/explain"}) {
            assertThatThrownBy(() -> onLoopback.check("PUT", path, "localhost:9901", origin, null))
                    .hasMessageContaining("Origin");
            assertThatCode(() -> onLoopback.check("GET", path, "localhost:9901", origin, null))
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void letsItsOwnPageChangeTheConfigurationAndAskQuestions() {
        for (String path : new String[] {"/v1/config/routes/a", "/v1/clusters/a/endpoints/b:1", "/v1/explain"}) {
            assertThatCode(() ->
                            onLoopback.check("POST", path, "localhost:9901", "http://localhost:9901", "same-origin"))
                    .doesNotThrowAnyException();
            assertThatThrownBy(() -> onLoopback.check("POST", path, "localhost:9901", null, "same-site"))
                    .hasMessageContaining("Sec-Fetch-Site");
            assertThatThrownBy(
                            () -> onLoopback.check("POST", path, "evil.example", "http://evil.example", "same-origin"))
                    .hasMessageContaining("Host");
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.config.ConfigReader;
import io.penstock.gateway.config.route.RouteConfig;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathRewriteTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // what is matched, how it is rewritten, old path, new path
                "path-prefix: /v1 | path-prefix: /v2 | /v1 | /v2",
                "path-prefix: /v1 | path-prefix: /v2 | /v1/ | /v2/",
                "path-prefix: /v1 | path-prefix: /v2 | /v1/a?b=/v1 | /v2/a?b=/v1",
                "path-prefix: /v1 | path-prefix: / | /v1/a | /a",
                "path-prefix: /v1 | path-prefix: / | /v1 | /",
                "path-prefix: /v1 | path-prefix: / | /v1?q | /?q",
                "path-prefix: / | path-prefix: /api | /a | /api/a",
                "path-prefix: / | path-prefix: /api | / | /api/",
                "path-prefix: / | path-prefix: /api | //a | /api//a",
                "path-prefix: / | path-prefix: /api | * | *",
                "path-prefix: /a/b | path-prefix: /c/d | /a/b/%2e%2E/x | /c/d/%2e%2E/x",
                "path-template: '/u/{id}/...' | path-prefix: /p | /u/42/files | /p/files",
                "path-template: '/u/{id}/...' | path: '/p/{id}/...' | /u/42/files?x | /p/42/files?x",
                "path-template: '/u/{id}/...' | path: '/p/{id}/...' | /u/42 | /p/42",
                "path-template: '/{a}/{b}' | path: '/{b}/{a}' | /1/2 | /2/1",
                "path-template: '/{a}/{b}' | path: '/x-{b}.{a}' | /1/2?q | /x-2.1?q",
                "path-template: '/{a}' | path: '/{a}' | /%2F?q=%20 | /%2F?q=%20",
                "path: /old | path: /new | /old?a=b | /new?a=b",
                "path-regex: '/(?P<a>[^/]+)-(?P<b>.*)' | path: '/{b}/{a}' | /x-y/z?q | /y/z/x?q",
                "path-regex: '/(?P<a>x)?(?P<b>y)' | path: '/{a}{b}' | /y | /y",
                "grpc: {service: a.B} | path-prefix: /c.D | /a.B/Do | /c.D/Do",
            })
    void makesTheNewPathAndKeepsTheQuery(String match, String rewrite, String path, String expected) {
        RouteConfig route = ConfigReader.read(
                        "listeners: [{port: 0}]\nroutes: [{name: a, answer: {}, " + match + ", rewrite: {" + rewrite
                                + "}}]",
                        Map.of())
                .routes()
                .getFirst();

        PathRewrite compiled = PathRewrite.of(route.rewrite(), route.match().path());

        assertThat(compiled.apply(path)).isEqualTo(expected);
        assertThat(compiled.isEmpty()).isFalse();
    }
}

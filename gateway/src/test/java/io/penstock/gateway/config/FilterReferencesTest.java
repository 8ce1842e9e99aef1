// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.penstock.gateway.config.read.ConfigException;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with filters and with who lists them. */
class FilterReferencesTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[{name: a, headers: {}}, {name: a, cors: {origins: ['*']}}] | [] | filters[1].name",
                "[{name: a}] | [] | filters[0].name",
                "[{name: a, headers: {}, digest: {request: add}}] | [] | filters[0].digest",
                "[{name: a, heders: {}}] | [] | filters[0].heders",
                "[{name: a, headers: {}}] | [b] | routes[0].filters[0]",
                "[{name: a, headers: {}}] | [a, a] | routes[0].filters[1]",
                "[{name: a, headers: {}}, {name: f, forwarded: {}}] | [a, f] | routes[0].filters[1]",
                "[{name: a, external: {cluster: nobody}}] | [a] | filters[0]",
                "[{name: a, headers: {request: {set: {x: '${nothing}'}}}}] | [a] | filters[0].headers.request.set.x",
                "[{name: a, headers: {request: {set: {x: '${client'}}}}] | [a] | filters[0].headers.request.set.x",
                "[{name: a, cors: {origins: [a.test]}}] | [a] | filters[0].cors.origins[0]",
                "[{name: a, cors: {origins: ['*', 'https://a.test']}}] | [a] | filters[0].cors.origins[0]",
                "[{name: a, cors: {origins: ['*'], credentials: true}}] | [a] | filters[0].cors.origins",
                "[{name: a, cors: {origins: ['https://a.test'], headers: ['*'], credentials: true}}] | [a] |"
                        + " filters[0].cors.headers",
                "[{name: a, external: {cluster: origin, path: check}}] | [a] | filters[0].external.path",
                "[{name: a, external: {cluster: origin, about: [colour]}}] | [a] | filters[0].external.about[0]",
                "[{name: a, external: {cluster: origin, allow-fields: [Host]}}] | [a] |"
                        + " filters[0].external.allow-fields[0]",
                "[{name: a, digest: {request: both}}] | [a] | filters[0].digest.request",
                "[{name: a, permissions: {rules: [{path: v1, public: true}]}}] | [a] | filters[0].permissions.rules[0].path",
                "[{name: a, permissions: {rules: [{path: /a/../b, public: true}]}}] | [a] |"
                        + " filters[0].permissions.rules[0].path",
                "[{name: a, permissions: {rules: [{path: /a//b, public: true}]}}] | [a] |"
                        + " filters[0].permissions.rules[0].path",
                "[{name: a, permissions: {rules: [{path: /a%2Fb, public: true}]}}] | [a] |"
                        + " filters[0].permissions.rules[0].path",
                "[{name: a, permissions: {rules: [{path: '/a;b', public: true}]}}] | [a] |"
                        + " filters[0].permissions.rules[0].path",
                "[{name: a, permissions: {rules: [{path: /a/b*, public: true}]}}] | [a] |"
                        + " filters[0].permissions.rules[0].path",
                "[{name: a, permissions: {rules: [{path: /a/**/b, public: true}]}}] | [a] |"
                        + " filters[0].permissions.rules[0].path",
                "[{name: a, permissions: {rules: [{path: /1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20/21/22/23/24"
                        + "/25/26/27/28/29/30/31/32/33, public: true}]}}] | [a] | filters[0].permissions.rules[0].path",
                "[{name: a, permissions: {rules: [{path: /a, public: false}]}}] | [a] |"
                        + " filters[0].permissions.rules[0].public",
                "[{name: a, permissions: {rules: [{path: /a, public: true, known: true}]}}] | [a] |"
                        + " filters[0].permissions.rules[0].public",
                "[{name: a, permissions: {rules: [{path: /a, any: ['a:*']}]}}] | [a] |"
                        + " filters[0].permissions.rules[0].any[0]",
                "[{name: a, permissions: {rules: [{path: /a, any: []}]}}] | [a] | filters[0].permissions.rules[0].any",
                "[{name: a, permissions: {rules: [{path: /a, all: ['a b']}]}}] | [a] |"
                        + " filters[0].permissions.rules[0].all[0]",
                "[{name: a, permissions: {rules: [{path: /a, known: true, methods: [GET, GET]}]}}] | [a] |"
                        + " filters[0].permissions.rules[0].methods[1]",
                "[{name: a, permissions: {rules: [{path: /a, known: true, methods: ['*']}]}}] | [a] |"
                        + " filters[0].permissions.rules[0].methods[0]",
                "[{name: a, permissions: {rules: [{path: '/a/{b}', known: true}, {path: '/A/*', known: true}]}}] | [a] |"
                        + " filters[0].permissions.rules[1].path",
                "[{name: a, permissions: {rules: [{path: /a, known: true, methods: [GET, PUT]}, {path: /%61, known: true,"
                        + " methods: [PUT]}]}}] | [a] | filters[0].permissions.rules[1].path",
                "[{name: a, permissions: {scopes: ['a=b'], rules: [{path: /a, known: true}]}}] | [a] |"
                        + " filters[0].permissions.scopes[0]",
                "[{name: a, security-fields: {x-frame-options: ALLOW}}] | [a] |"
                        + " filters[0].security-fields.x-frame-options",
                "[{name: a, security-fields: {x-content-type-options: sniff}}] | [a] |"
                        + " filters[0].security-fields.x-content-type-options",
                "[{name: a, security-fields: {strict-transport-security: 1y}}] | [a] |"
                        + " filters[0].security-fields.strict-transport-security",
                "[{name: a, security-fields: {referrer-policy: 'origin, nobody'}}] | [a] |"
                        + " filters[0].security-fields.referrer-policy",
                "[{name: a, security-fields: {content-security-policy: ' '}}] | [a] |"
                        + " filters[0].security-fields.content-security-policy",
                "[{name: a, security-fields: {permissions-policy: \u00fcber\u4e2d}}] | [a] |"
                        + " filters[0].security-fields.permissions-policy",
                "[{name: a, security-fields: {cross-origin-opener-policy: any}}] | [a] |"
                        + " filters[0].security-fields.cross-origin-opener-policy",
                "[{name: a, security-fields: {cross-origin-resource-policy: any}}] | [a] |"
                        + " filters[0].security-fields.cross-origin-resource-policy",
                "[{name: a, security-fields: {cross-origin-embedder-policy: any}}] | [a] |"
                        + " filters[0].security-fields.cross-origin-embedder-policy",
                "[{name: a, security-fields: {remove: [connection]}}] | [a] | filters[0].security-fields.remove[0]",
            })
    void isToldWithItsPlace(String filters, String names, String place) {
        String yaml = """
                listeners: [{port: 0}]
                routes: [{name: all, cluster: origin, filters: %s}]
                clusters: [{name: origin, endpoints: ["127.0.0.1:1"]}]
                filters: %s
                """.formatted(names, filters);

        ConfigException e = catchThrowableOfType(ConfigException.class, () -> ConfigReader.read(yaml, Map.of()));

        assertThat(e.problems()).extracting(problem -> problem.path()).contains(place);
    }
}

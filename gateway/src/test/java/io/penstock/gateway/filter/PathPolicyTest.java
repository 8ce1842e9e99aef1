// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.config.listener.PathPolicyConfig;
import io.penstock.gateway.config.listener.PathPolicyConfig.NonAscii;
import io.penstock.gateway.config.listener.PathPolicyConfig.Treatment;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathPolicyTest {

    private static PathPolicy policy(
            Treatment dots, Treatment doubled, Treatment slash, Treatment backslash, Treatment nul, NonAscii nonAscii) {
        return new PathPolicy(new PathPolicyConfig(dots, doubled, slash, backslash, nul, nonAscii), false);
    }

    private static PathPolicy treating(NonAscii nonAscii) {
        return policy(
                Treatment.NORMALISE, Treatment.PASS, Treatment.PASS, Treatment.REJECT, Treatment.REJECT, nonAscii);
    }

    /** What a request with these bytes becomes, each written as the character of its number. */
    private static String applied(NonAscii nonAscii, String path) {
        Head head = new Head().add(":path", path);
        GatewayException refusal = treating(nonAscii).apply(head);
        return refusal == null ? String.valueOf(head.path()) : refusal.reason().slug() + ": " + refusal.detail();
    }

    @Test
    void rejectsBytesOutsideOfAscii() {
        assertThat(applied(NonAscii.REJECT, "/caf\u00c3\u00a9"))
                .isEqualTo("bad-path: byte 0xc3 at 4 of the path, expected ASCII");
        assertThat(applied(NonAscii.REJECT, "/\u00c0\u00af"))
                .isEqualTo("bad-path: byte 0xc0 at 1 of the path, expected ASCII");
        assertThat(applied(NonAscii.REJECT, "/?q=\u00ff"))
                .isEqualTo("bad-path: byte 0xff at 4 of the path, expected ASCII");
    }

    @Test
    void encodesBytesOutsideOfAsciiOneByOne() {
        assertThat(applied(NonAscii.ENCODE, "/caf\u00c3\u00a9/x")).isEqualTo("/caf%C3%A9/x");
        assertThat(applied(NonAscii.ENCODE, "/\u00c0\u00af../a?\u00e9")).isEqualTo("/%C0%AF../a?%E9");
        assertThat(applied(NonAscii.ENCODE, "/a/../caf\u00c3\u00a9")).isEqualTo("/caf%C3%A9");
    }

    @Test
    void passesBytesOutsideOfAsciiWhereItMay() {
        assertThat(applied(NonAscii.PASS, "/caf\u00c3\u00a9?\u00e9")).isEqualTo("/caf\u00c3\u00a9?\u00e9");
    }

    private static String applied(Treatment treatment, String path) {
        Treatment nul = treatment == Treatment.NORMALISE ? Treatment.REJECT : treatment;
        PathPolicy policy = policy(treatment, treatment, treatment, treatment, nul, NonAscii.REJECT);
        Head head = new Head().add(":path", path);
        GatewayException refusal = policy.apply(head);
        if (refusal != null) {
            assertThat(refusal.reason()).isEqualTo(Cause.BAD_PATH);
            return "rejected";
        }
        return String.valueOf(head.path());
    }

    @ParameterizedTest
    @CsvSource({
        "/, /",
        "/a/b.c/..d/.e, /a/b.c/..d/.e",
        "/a/./b, /a/b",
        "/a/../b, /b",
        "/a/b/.., /a/",
        "/a/., /a/",
        "/a/%2e%2E/b, /b",
        "/a/.%2e/b, /b",
        "/.., rejected",
        "/a/../../b, rejected",
        "//a///b/, /a/b/",
        "/a%2Fb, /a/b",
        "/a/%2e%2e%2fb, /b",
        "/a\\..\\b, /b",
        "/a%5c..%5Cb, /b",
        "/a%00b, rejected",
        "/a%41%2, /a%41%2",
        "/a?b=/../%2F, /a?b=/../%2F",
        "/./a?b=//, /a?b=//",
        "*, *",
        "/a#b, rejected"
    })
    void normalises(String path, String expected) {
        assertThat(applied(Treatment.NORMALISE, path)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "/a/./b, rejected",
        "/a/%2e%2e, rejected",
        "//, rejected",
        "/a//b, rejected",
        "/a/, /a/",
        "/a%2fb, rejected",
        "/a\\b, rejected",
        "/a%5Cb, rejected",
        "/a%00, rejected",
        "/a%41?%00\\//.., /a%41?%00\\//.."
    })
    void rejects(String path, String expected) {
        assertThat(applied(Treatment.REJECT, path)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"/a/../b", "//a", "/a%2F..%2fb", "/a\\b", "/a%5c", "/a%00"})
    void passes(String path) {
        assertThat(applied(Treatment.PASS, path)).isEqualTo(path);
    }

    @ParameterizedTest
    @CsvSource({"/a/x%2f..%2fb, rejected", "/a%2f.%2fb, rejected", "/a/..%2fb, rejected", "/a%2f...%2fb, /a%2f...%2fb"})
    void findsDotSegmentsBehindEncodedSlashesThatPass(String path, String expected) {
        PathPolicy policy = policy(
                Treatment.NORMALISE, Treatment.PASS, Treatment.PASS, Treatment.PASS, Treatment.REJECT, NonAscii.REJECT);
        Head head = new Head().add(":path", path);

        GatewayException refusal = policy.apply(head);

        assertThat(refusal == null ? head.path() : "rejected").isEqualTo(expected);
    }

    @Test
    void leavesAPlainPathAsTheInstanceThatItIs() {
        PathPolicy policy = treating(NonAscii.REJECT);
        String path = "/a/b?c=%2F";

        assertThat(policy.settled(path)).isSameAs(path);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorityTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "a.test",
                "A.test.",
                "a_b.test",
                "a:",
                "a:0",
                "a:80",
                "a:65535",
                "127.0.0.1:8080",
                "[::1]",
                "[::1]:",
                "[::1]:80",
                "[2001:DB8::a]:443",
                "[::ffff:1.2.3.4]",
                "a%41",
                "!$&'()*+;=~",
                "xn--bcher-kva.test"
            })
    void isAHostWithAPortOrWithout(String text) {
        assertThat(Authority.valid(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":80",
                "[",
                "]",
                "[]",
                "[::1",
                "::1",
                "[::1]x",
                "[::1]:x",
                "[gg::1]",
                "[1.2.3.4]",
                "[::1%25eth0]",
                "[::1%eth0]",
                "[v1.a]",
                "[::1]]",
                "[[::1]]",
                "a:x",
                "a:-1",
                "a:+1",
                "a: 1",
                "a:99999",
                "a:65536",
                "a:000080",
                "a:80:90",
                "a%",
                "a%4",
                "a%zz",
                "a%4:80",
                "caf\u00e9",
                "caf\u00c3\u00a9",
                "user@a",
                "a/b",
                "a?b",
                "a#b",
                "a b",
                "a,b",
                "a[",
                "a]",
                "a\\b",
                "a\"b",
                "<a>",
                "a|b",
                "a^b",
                "{a}",
                "a`"
            })
    void isNothingElse(String text) {
        assertThat(Authority.valid(text)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "a, A, http, true",
        "a, a:80, http, true",
        "a:, a:80, http, true",
        "a:443, a, https, true",
        "[::1]:80, [::1], http, true",
        "a, a:443, http, false",
        "a, a:80, https, false",
        "a:80, a:81, http, false",
        "a, b, http, false",
        "a, aa, http, false",
        "ab:80, a:80, http, false",
        "[::1], [::2], http, false"
    })
    void isTheSameWithTheSchemesOwnPort(String one, String other, String scheme, boolean same) {
        assertThat(Authority.same(one, other, scheme)).isEqualTo(same);
        assertThat(Authority.same(other, one, scheme)).isEqualTo(same);
    }

    @ParameterizedTest
    @CsvSource({
        "0:0:0:0:0:0:0:1, ::1",
        "0:0:0:0:0:0:0:0, ::",
        "2001:DB8:0:0:0:0:0:1, 2001:db8::1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "1:0:0:2:3:0:0:4, 1::2:3:0:0:4",
        "fe80:0:0:0:0:0:0:0, fe80::",
        "127.0.0.1, 127.0.0.1"
    })
    void writesAddressesAsRfc5952Says(String found, String expected) throws UnknownHostException {
        InetAddress address = Address.literal(found).orElseThrow();

        assertThat(Address.text(address)).isEqualTo(expected);
        assertThat(Address.literal(expected)).contains(address);
    }

    @Test
    void putsAnAddressWithAPortIntoBrackets() {
        assertThat(Address.text(new InetSocketAddress(Address.literal("0:0::1").orElseThrow(), 80)))
                .isEqualTo("[::1]:80");
        assertThat(Authority.canonical("[0:0:0:0:0:0:0:1]:80")).isEqualTo("[::1]:80");
        assertThat(Authority.canonical("a.test:80")).isEqualTo("a.test:80");
    }

    /** The zone of an address means nothing to others. */
    @Test
    void leavesTheZoneOut() throws UnknownHostException {
        byte[] bytes = Address.literal("fe80::1").orElseThrow().getAddress();

        assertThat(Address.text(java.net.Inet6Address.getByAddress(null, bytes, 1)))
                .isEqualTo("fe80::1");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.lookup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostPortTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.7:9000, 10.0.0.7, 9000, 10.0.0.7",
        "0.0.0.0:1, 0.0.0.0, 1, 0.0.0.0",
        "[::1]:65535, ::1, 65535, 0:0:0:0:0:0:0:1",
        "[FC00::7]:9000, fc00::7, 9000, fc00:0:0:0:0:0:0:7",
        "[::ffff:169.254.169.254]:80, ::ffff:169.254.169.254, 80, 169.254.169.254",
        "localhost:80, localhost, 80,",
        "Worker-7.Jobs.svc.cluster.local:80, worker-7.jobs.svc.cluster.local, 80,",
        "a.example.:80, a.example., 80,",
        "_grpc.a:80, _grpc.a, 80,",
        "10.0.0.7.nip:80, 10.0.0.7.nip, 80,",
    })
    void readsAddressesAndNames(String text, String host, int port, @Nullable String address) {
        HostPort parsed = HostPort.parse(text);

        assertThat(parsed.host()).isEqualTo(host);
        assertThat(parsed.port()).isEqualTo(port);
        InetAddress literal = parsed.literal();
        assertThat(literal == null ? null : literal.getHostAddress()).isEqualTo(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":80",
                "host",
                "host:",
                "host:0",
                "host:080",
                "host:65536",
                "host:4294967376",
                "host:99999999999999999999",
                "host:-1",
                "host:+80",
                "host:80 ",
                " host:80",
                "ho st:80",
                "host:80:80",
                "http://host:80",
                "user@host:80",
                "host/path:80",
                "host:٨٠",
                "hôst:80",
                "127.1:80",
                "127.0.0.01:80",
                "0177.0.0.1:80",
                "0x7f.0.0.1:80",
                "0x7f000001:80",
                "2130706433:80",
                "1.2.3.4.5:80",
                "256.0.0.1:80",
                "1.2.3.4.:80",
                "a..b:80",
                ".a:80",
                "-a:80",
                "a-:80",
                "a.123:80",
                "a.0x1f:80",
                "::1:80",
                "[::1]",
                "[::1:80",
                "[]:80",
                "[:80",
                "[::1]x:80",
                "[fe80::1%eth0]:80",
                "[127.0.0.1]:80",
                "[host]:80",
                "[1:2:3]:80",
                "[::1]]:80",
                "\u0000:80"
            })
    void refusesEverythingElse(String text) {
        assertThatThrownBy(() -> HostPort.parse(text))
                .isInstanceOfSatisfying(
                        GatewayException.class, e -> assertThat(e.reason()).isEqualTo(Cause.MALFORMED_TARGET));
    }

    @Test
    void refusesLabelsAndNamesBeyondTheLimitsOfDns() {
        String label = "a".repeat(63);
        String name = String.join(".", label, label, label, "a".repeat(61));

        assertThat(HostPort.parse(name + ":80").host()).hasSize(253);
        assertThatThrownBy(() -> HostPort.parse("a" + label + ":80")).isInstanceOf(GatewayException.class);
        assertThatThrownBy(() -> HostPort.parse(name + "a:80")).isInstanceOf(GatewayException.class);
    }

    @Test
    void showsNoControlCharactersAndNoLongValues() {
        assertThatThrownBy(() -> HostPort.parse("\u001b[31m" + "x".repeat(10_000)))
                .extracting(e -> ((GatewayException) e).detail())
                .satisfies(detail -> assertThat(detail).hasSizeLessThan(200).startsWith("\"?[31mxxx"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.test:80\n", "a.test:80\r\n", "a.test:80"})
    void leavesTheEndOfALineAway(String value) {
        assertThat(HostPort.parse(value)).isEqualTo(HostPort.parse("a.test:80"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.test:80\n\n", "a.test:80 ", "\na.test:80", "a.test\n:80", "\n", "\r\n", "a.test:80\r"})
    void takesNoOtherWhiteSpaceAway(String value) {
        assertThatThrownBy(() -> HostPort.parse(value)).isInstanceOf(GatewayException.class);
    }
}

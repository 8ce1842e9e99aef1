// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.config.lookup.AllowConfig;
import io.penstock.gateway.config.lookup.PortRange;
import io.penstock.gateway.config.read.Cidr;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AllowListTest {
    private final AllowList allow = new AllowList(new AllowConfig(
            List.of(
                    cidr("127.0.0.0", 8),
                    cidr("10.0.0.0", 8),
                    cidr("172.16.0.0", 12),
                    cidr("192.168.0.0", 16),
                    cidr("::1", 128),
                    cidr("fc00::", 7)),
            List.of(new PortRange(1024, 65_535), new PortRange(80, 80))));

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 9000, true",
        "127.255.255.255, 9000, true",
        "126.255.255.255, 9000, false",
        "128.0.0.0, 9000, false",
        "10.1.2.3, 80, true",
        "10.1.2.3, 1024, true",
        "10.1.2.3, 65535, true",
        "10.1.2.3, 1023, false",
        "10.1.2.3, 22, false",
        "172.15.255.255, 9000, false",
        "172.16.0.0, 9000, true",
        "172.31.255.255, 9000, true",
        "172.32.0.0, 9000, false",
        "192.168.255.1, 9000, true",
        "192.169.0.0, 9000, false",
        "169.254.169.254, 80, false",
        "100.100.100.200, 80, false",
        "8.8.8.8, 9000, false",
        "0.0.0.0, 9000, false",
        "::, 9000, false",
        "224.0.0.1, 9000, false",
        "255.255.255.255, 9000, false",
        "::1, 9000, true",
        "::2, 9000, false",
        "fbff::1, 9000, false",
        "fc00::1, 9000, true",
        "fdff::1, 9000, true",
        "fe80::1, 9000, false",
        "fd00:ec2::254, 80, true",
        "::ffff:10.0.0.1, 9000, true",
        "::ffff:169.254.169.254, 80, false",
        "::127.0.0.1, 9000, false",
        "64:ff9b::7f00:1, 9000, false",
        "2002:7f00:1::, 9000, false",
    })
    void allowsOnlyNamedNetworksAndPorts(String address, int port, boolean allowed) {
        assertThat(allow.refusal(address(address), port) == null).isEqualTo(allowed);
    }

    @Test
    void refusesTheUnspecifiedAddressEvenWhenAllNetworksAreAllowed() {
        AllowList all = new AllowList(
                new AllowConfig(List.of(cidr("0.0.0.0", 0), cidr("::", 0)), List.of(new PortRange(1, 65_535))));

        assertThat(all.refusal(address("8.8.8.8"), 80)).isNull();
        assertThat(all.refusal(address("2001:db8::1"), 80)).isNull();
        assertThat(all.refusal(address("0.0.0.0"), 80)).isNotNull();
        assertThat(all.refusal(address("::"), 80)).isNotNull();
        assertThat(all.refusal(address("ff02::1"), 80)).isNotNull();
    }

    static Cidr cidr(String address, int prefixLength) {
        return new Cidr(address(address), prefixLength);
    }

    static InetAddress address(String literal) {
        try {
            return InetAddress.getAllByName(literal)[0];
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}

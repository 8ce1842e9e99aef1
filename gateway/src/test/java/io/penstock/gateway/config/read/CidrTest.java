// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.1.2, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "172.16.0.0/12, 172.31.255.255, true",
        "172.16.0.0/12, 172.32.0.0, false",
        "127.0.0.1, 127.0.0.1, true",
        "127.0.0.1, 127.0.0.2, false",
        "0.0.0.0/0, 255.255.255.255, true",
        "0.0.0.0/0, ::1, false",
        "::/0, 1.2.3.4, false",
        "::/0, fe80::1, true",
        "fc00::/7, fdff::1, true",
        "fc00::/7, fe00::1, false",
        "::1, ::1, true",
        "::1, ::2, false",
        "10.0.0.0/8, ::ffff:10.1.2.3, true",
        "::ffff:10.0.0.0/104, 10.1.2.3, true",
        "::ffff:10.0.0.1, 10.0.0.1, true",
        "192.168.1.128/25, 192.168.1.127, false"
    })
    void containsTheAddressesBehindItsPrefix(String network, String address, boolean contained)
            throws UnknownHostException {
        assertThat(Cidr.parse(network).contains(InetAddress.getByName(address))).isEqualTo(contained);
    }

    @Test
    void containsAnIpv4AddressThatArrivesAsIpv6() throws UnknownHostException {
        byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 10, 1, 2, 3};
        InetAddress address = Inet6Address.getByAddress(null, mapped, 0);

        assertThat(address).isInstanceOf(Inet6Address.class);
        assertThat(Cidr.parse("10.0.0.0/8").contains(address)).isTrue();
        assertThat(new Cidr(address, 128)).isEqualTo(Cidr.parse("10.1.2.3"));
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.0.0.0/8",
        "10.1.2.3/32, 10.1.2.3",
        "FC00:0::/7, fc00::/7",
        "::1/128, ::1",
        "::, ::",
        "::/0, ::/0",
        "2001:db8:0:1:0:0:0:1, 2001:db8:0:1::1",
        "1:0:0:2:0:0:0:3, 1:0:0:2::3",
        "1:2:3:4:5:6:7:0, 1:2:3:4:5:6:7:0",
        "1:2:3:4:5:6::, 1:2:3:4:5:6::",
        "::ffff:10.0.0.0/104, 10.0.0.0/8"
    })
    void printsWhatItCanRead(String text, String printed) {
        assertThat(Cidr.parse(text)).hasToString(printed);
        assertThat(Cidr.parse(printed)).isEqualTo(Cidr.parse(text));
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1/8, 10.0.0.0/8",
        "fe00::/7, fe00::/7",
        "fd00::/7, fc00::/7",
        "192.168.1.200/25, 192.168.1.128/25",
        "1.2.3.4/0, 0.0.0.0/0"
    })
    void namesTheNetworkThatWasMeant(String text, String meant) {
        if (text.equals(meant)) {
            assertThat(Cidr.parse(text)).hasToString(meant);
        } else {
            assertThatThrownBy(() -> Cidr.parse(text))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("has bits after its prefix, expected " + meant);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/8",
                "localhost",
                "localhost/8",
                "example.com",
                "10",
                "10.0",
                "10.0.0",
                "1.2.3.4.5",
                "256.0.0.1",
                "010.0.0.1",
                "0x7f.1",
                "2130706433",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/08",
                "10.0.0.0/8/8",
                "::/129",
                ":",
                ":::",
                "1::2::3",
                "fe80::1%eth0",
                "[::1]",
                "g::1",
                ".:1",
                "a.b:c",
                "::ffff:10.0.0.0/64",
                "beef",
                "cafe.:",
                " 10.0.0.0/8",
                "10.0.0.0/8 "
            })
    void refusesWhatIsNotALiteral(String text) {
        assertThatThrownBy(() -> Cidr.parse(text)).isInstanceOf(ConfigException.class);
    }
}

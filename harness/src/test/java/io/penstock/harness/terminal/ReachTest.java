// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReachTest {
    private static final String TITLES = "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT";
    private static final String NEIGHBOURS = "gw-1 000A12C6 00000000 0001 0 0 0 00FFFFFF 0 0 0";
    private static final String EVERYWHERE = "eth0 00000000 0101A8C0 0003 0 0 0 00000000 0 0 0";

    @ParameterizedTest
    @CsvSource({
        "198.18.0.1, true",
        "198.19.255.254, true",
        "198.17.0.1, false",
        "198.20.0.1, false",
        "10.0.0.1, false",
        "2001:db8::c612:1, false"
    })
    void knowsTheAddressesThatAreForMeasurements(String address, boolean is) throws Exception {
        assertThat(Reach.measurement(InetAddress.getByName(address))).isEqualTo(is);
    }

    @Test
    void isIsolatedOnlyWithoutADefaultRoute() {
        assertThat(Reach.isolated(List.of(TITLES, NEIGHBOURS))).isTrue();
        assertThat(Reach.isolated(List.of(TITLES, NEIGHBOURS, EVERYWHERE))).isFalse();
        assertThat(Reach.isolated(List.of(TITLES, "half a line"))).isFalse();
        assertThat(Reach.isolated(List.of())).isFalse();
    }

    @Test
    void reachesLoopbackAlways() throws Exception {
        assertThat(Reach.allows(InetAddress.getLoopbackAddress())).isTrue();
        assertThat(Reach.allows(InetAddress.getByName("10.1.2.3"))).isFalse();
    }
}

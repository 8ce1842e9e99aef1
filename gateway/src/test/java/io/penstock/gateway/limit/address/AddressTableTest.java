// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.limit.address;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.config.read.Address;
import io.penstock.gateway.config.read.Cidr;
import io.penstock.gateway.limit.address.Entry.Origin;
import io.penstock.gateway.lookup.MovableClock;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTableTest {
    private static final int NETWORKS = 10_000;

    private final MovableClock clock = new MovableClock();
    private final Clocks clocks = new Clocks(clock, () -> clock.millis() * 1_000_000);
    private final AddressTable table = new AddressTable(NETWORKS, clocks);

    private static Entry entry(String network, Until until) {
        return new Entry(Network.of(Cidr.parse(network)), true, Origin.FILE, until, "");
    }

    private Optional<String> match(String address) {
        Network network = Objects.requireNonNull(Network.address(address));
        return Optional.ofNullable(table.match(network))
                .map(entry -> entry.network().toString());
    }

    /** Ten thousand networks that lie within each other, and as many addresses in and beside them. */
    @Test
    void findsTheNetworkThatALookAtEachFinds() throws UnknownHostException {
        Random random = new Random(14);
        Set<Cidr> networks = new HashSet<>();
        List<InetAddress> members = new ArrayList<>();
        while (networks.size() < NETWORKS) {
            byte[] bytes = bytes(random, members);
            InetAddress member = InetAddress.getByAddress(bytes);
            members.add(member);
            networks.add(Cidr.around(member, random.nextInt(bytes.length * 8 + 1)));
        }
        List<Cidr> naive = new ArrayList<>(networks);
        naive.sort(Comparator.comparingInt(Cidr::prefixLength).reversed());
        naive.forEach(network -> assertThat(table.put(entry(network.toString(), new Until.Ever())))
                .isTrue());

        int found = 0;
        for (int i = 0; i < NETWORKS; i++) {
            InetAddress address = InetAddress.getByAddress(bytes(random, members));
            Optional<String> expected = naive.stream()
                    .filter(network -> network.contains(address))
                    .findFirst()
                    .map(Cidr::toString);
            assertThat(match(Address.text(address))).as(Address.text(address)).isEqualTo(expected);
            found += expected.isPresent() ? 1 : 0;
        }

        assertThat(table.size()).isEqualTo(NETWORKS);
        assertThat(found).isBetween(NETWORKS / 4, NETWORKS);

        naive.subList(0, NETWORKS / 2).forEach(network -> table.remove(Network.of(network)));
        List<Cidr> rest = naive.subList(NETWORKS / 2, NETWORKS);
        for (InetAddress member : members.subList(0, 2_000)) {
            assertThat(match(Address.text(member)))
                    .isEqualTo(rest.stream()
                            .filter(network -> network.contains(member))
                            .findFirst()
                            .map(Cidr::toString));
        }
    }

    /** Of an address, most often one that begins as another. */
    private static byte[] bytes(Random random, List<InetAddress> others) {
        byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
        random.nextBytes(bytes);
        bytes[0] = (byte) (bytes[0] | 0x20); // not the beginning of IPv4 within IPv6
        if (!others.isEmpty() && random.nextInt(4) > 0) {
            byte[] other = others.get(random.nextInt(others.size())).getAddress();
            if (other.length == bytes.length) {
                System.arraycopy(other, 0, bytes, 0, 1 + random.nextInt(other.length));
            }
        }
        return bytes;
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.0/24, 192.0.2.255, true",
        "192.0.2.0/24, 192.0.3.0, false",
        "192.0.2.7, 192.0.2.7, true",
        "192.0.2.7, ::ffff:192.0.2.7, true",
        "0.0.0.0/0, 255.255.255.255, true",
        "0.0.0.0/0, ::1, false",
        "::/0, 192.0.2.7, false",
        "::/0, 2001:db8::1, true",
        "2001:db8::/32, 2001:db8:ffff::, true",
        "2001:db8::/63, 2001:db8:0:1::1, true",
        "2001:db8::/64, 2001:db8:0:1::1, false",
        "2001:db8::/65, 2001:db8::7fff:ffff:ffff:ffff, true",
        "2001:db8::/65, 2001:db8::8000:0:0:0, false",
    })
    void knowsWhatIsInANetwork(String network, String address, boolean in) {
        table.put(entry(network, new Until.Ever()));

        assertThat(match(address).isPresent()).isEqualTo(in);
    }

    @Test
    void goesByTheLargerNetworkWhenTheTimeOfTheSmallerIsOver() {
        table.put(entry("10.0.0.0/8", new Until.Date(clock.instant().plusSeconds(60))));
        table.put(entry("10.1.0.0/16", Until.in(Duration.ofSeconds(10), clocks)));
        assertThat(match("10.1.2.3")).hasValue("10.1.0.0/16");

        clock.forward(Duration.ofMillis(9_999));
        assertThat(match("10.1.2.3")).hasValue("10.1.0.0/16");
        clock.forward(Duration.ofMillis(1));
        assertThat(match("10.1.2.3")).hasValue("10.0.0.0/8");
        clock.forward(Duration.ofSeconds(50));
        assertThat(match("10.1.2.3")).isEmpty();
    }

    @Test
    void takesNoMoreThanItHasRoomFor() {
        AddressTable small = new AddressTable(2, clocks);

        assertThat(small.put(entry("10.0.0.1", new Until.Ever()))).isTrue();
        assertThat(small.put(entry("10.0.0.2", new Until.Ever()))).isTrue();
        assertThat(small.put(entry("10.0.0.3", new Until.Ever()))).isFalse();
        assertThat(small.put(entry("10.0.0.1", new Until.Ever()))).isTrue();
        small.remove(Network.of(Cidr.parse("10.0.0.1")));
        assertThat(small.put(entry("10.0.0.3", new Until.Ever()))).isTrue();
        assertThat(small.size()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "1.2.3",
                "1.2.3.",
                "1.2.3.4.",
                ".1.2.3.4",
                "1..2.3",
                "01.2.3.4",
                "1.2.3.256",
                "1.2.3.4.5",
                "1.2.3.4000000000000",
                "a.test",
                "unknown",
                "1.2.3.4 ",
                "-1.2.3.4",
                ":",
                ":::",
                "fe80::1%eth0"
            })
    void takesNothingElseForAnAddress(String text) {
        assertThat(Network.address(text)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "255.255.255.255", "10.0.200.9", "::", "::1", "2001:db8::ff", "ffff::"})
    void writesAnAddressAsItWasRead(String text) {
        assertThat(Network.address(text)).hasToString(text);
    }
}

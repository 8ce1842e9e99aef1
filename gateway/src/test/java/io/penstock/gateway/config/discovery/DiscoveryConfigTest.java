// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.penstock.gateway.config.discovery.DnsDiscoveryConfig.Records;
import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.config.read.Units;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DiscoveryConfigTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private static List<String> problems(Runnable making) {
        ConfigException e = catchThrowableOfType(ConfigException.class, making::run);
        return e == null
                ? List.of()
                : e.problems().stream()
                        .map(problem -> problem.path() + " " + problem.verdict())
                        .toList();
    }

    private static DnsDiscoveryConfig dns(
            Records records, @Nullable Integer port, Duration least, Duration most, String... servers) {
        return new DnsDiscoveryConfig("jobs.test", records, Optional.ofNullable(port), List.of(servers), least, most);
    }

    private static ConsulDiscoveryConfig consul(String url, String service, Duration wait, Duration connect) {
        return new ConsulDiscoveryConfig(
                url, service, Optional.empty(), Optional.of(" "), List.of("v1"), false, wait, connect);
    }

    @ParameterizedTest
    @CsvSource({
        "100ms, 1s, true",
        "1h, 24h, true",
        "99ms, 1s, false",
        "61m, 24h, false",
        "100ms, 999ms, false",
        "100ms, 1441m, false",
        "10s, 9s, false"
    })
    void boundsHowOftenDnsIsAsked(String least, String most, boolean allowed) {
        var found = problems(() -> dns(
                Records.ADDRESS,
                9000,
                Units.duration(least).orElseThrow(),
                Units.duration(most).orElseThrow()));

        assertThat(found.isEmpty()).as(found.toString()).isEqualTo(allowed);
    }

    @Test
    void wantsAPortForAddressesAndNoneForServices() {
        assertThat(problems(() -> dns(Records.ADDRESS, 1, SECOND, SECOND))).isEmpty();
        assertThat(problems(() -> dns(Records.SRV, null, SECOND, SECOND))).isEmpty();
        assertThat(problems(() -> dns(Records.ADDRESS, null, SECOND, SECOND)))
                .containsExactly("port is missing, expected one because the records are addresses");
        assertThat(problems(() -> dns(Records.SRV, 9000, SECOND, SECOND)))
                .containsExactly("port is given, expected none because srv records have their own");
        assertThat(problems(() -> dns(Records.ADDRESS, 65_536, SECOND, SECOND)))
                .containsExactly("port is outside 1 to 65535");
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:53, true",
        "[::1]:8600, true",
        "127.0.0.1, false",
        "localhost:53, false",
        "'::1:53', false",
        "127.0.0.1:0, false"
    })
    void takesNameServersAsAddressesOnly(String server, boolean allowed) {
        var found = problems(() -> dns(Records.ADDRESS, 9000, SECOND, SECOND, server));

        assertThat(found.isEmpty()).as(found.toString()).isEqualTo(allowed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:8500", "https://consul.test", "http://[::1]:8500/"})
    void takesTheUrlOfAnAgent(String url) {
        assertThat(problems(() -> consul(url, "jobs", SECOND, SECOND))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"127.0.0.1:8500", "ftp://a:1", "http://a:1/v1", "http://user:pw@a:1", "http://a:0", "http://"})
    void refusesAnotherUrl(String url) {
        assertThat(problems(() -> consul(url, "jobs", SECOND, SECOND)))
                .containsExactly("url is not http://host:port or https://host:port");
    }

    @Test
    void boundsTheTimesOfConsul() {
        assertThat(problems(() -> consul("http://a", "jobs", Duration.ofMinutes(10), Duration.ofMillis(1))))
                .isEmpty();
        assertThat(problems(() -> consul("http://a", "jobs", Duration.ofMillis(999), Duration.ofSeconds(61))))
                .containsExactly("max-wait is outside 1s to 10m", "connect-timeout is outside 1ms to 1m");
        assertThat(problems(() -> consul("http://a", "", SECOND, SECOND)))
                .containsExactly("service is not the name of a service");
    }

    @Test
    void takesABlankTokenForNone() {
        assertThat(consul("http://a", "jobs", SECOND, SECOND).token()).isEmpty();
    }

    @Test
    void isOneOfTheTwo() {
        var dns = Optional.of(dns(Records.ADDRESS, 1, SECOND, SECOND));
        var consul = Optional.of(consul("http://a", "jobs", SECOND, SECOND));

        assertThat(problems(() -> new DiscoveryConfig(dns, Optional.empty()))).isEmpty();
        assertThat(problems(() -> new DiscoveryConfig(Optional.empty(), consul)))
                .isEmpty();
        assertThat(problems(() -> new DiscoveryConfig(dns, consul)))
                .containsExactly("consul is given beside dns, expected one of them");
        assertThat(problems(() -> new DiscoveryConfig(Optional.empty(), Optional.empty())))
                .containsExactly("dns is missing, expected dns or consul");
    }
}

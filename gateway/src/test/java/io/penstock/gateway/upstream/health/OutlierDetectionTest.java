// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.config.cluster.OutlierConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class OutlierDetectionTest {
    private static final long SECOND = 1_000_000_000L;

    private final AtomicInteger changes = new AtomicInteger();
    private final List<EndpointHealth> endpoints = new ArrayList<>();
    private OutlierDetection outliers = detection(Optional.<Integer>empty(), 50);
    private long now = 5 * SECOND;

    private OutlierDetection detection(Optional<Integer> maxFails, int percent) {
        return new OutlierDetection(
                new OutlierConfig(
                        maxFails,
                        Duration.ofSeconds(10),
                        5,
                        3,
                        Duration.ofSeconds(10),
                        100,
                        5,
                        19,
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(100),
                        percent),
                0);
    }

    private EndpointHealth endpoints(int count) {
        for (int i = 0; i < count; i++) {
            endpoints.add(new EndpointHealth(changes::incrementAndGet));
        }
        outliers.endpoints(endpoints);
        return endpoints.getFirst();
    }

    private void results(EndpointHealth endpoint, int count, Result result) {
        for (int i = 0; i < count; i++) {
            outliers.result(endpoint, result, now);
        }
    }

    @Test
    void ejectsAfterFailuresInARow() {
        EndpointHealth endpoint = endpoints(2);

        results(endpoint, 4, Result.FAILURE);
        results(endpoint, 1, Result.SUCCESS);
        results(endpoint, 4, Result.FAILURE);
        assertThat(endpoint.usable()).isTrue();
        results(endpoint, 1, Result.FAILURE);

        assertThat(endpoint.usable()).isFalse();
        assertThat(endpoint.ejected()).isTrue();
        assertThat(endpoint.ejectedUntilNanos()).isEqualTo(now + 30 * SECOND);
        assertThat(outliers.ejections()).isEqualTo(1);
        assertThat(changes).hasValue(1);
    }

    @Test
    void ejectsSoonerWhenThereIsNoConnection() {
        EndpointHealth endpoint = endpoints(2);

        results(endpoint, 3, Result.CONNECT_FAILURE);

        assertThat(endpoint.ejected()).isTrue();
    }

    @Test
    void ejectsAfterFailuresWithinATimeWhenConfigured() {
        outliers = detection(Optional.of(3), 50);
        EndpointHealth endpoint = endpoints(2);

        for (int i = 0; i < 10; i++) { // one in 6 s is fewer than 3 in 10 s
            results(endpoint, 1, Result.FAILURE);
            results(endpoint, 9, Result.SUCCESS);
            now += 6 * SECOND;
        }
        assertThat(endpoint.ejected()).isFalse();
        now += 11 * SECOND;
        for (int i = 0; i < 3; i++) {
            results(endpoint, 1, Result.FAILURE);
            results(endpoint, 9, Result.SUCCESS);
            now += SECOND;
        }

        assertThat(endpoint.ejected()).isTrue();
    }

    @Test
    void returnsAnEndpointWhenItsTimeIsOverAndEjectsItLongerTheNextTime() {
        EndpointHealth endpoint = endpoints(2);
        results(endpoint, 5, Result.FAILURE);

        now += 30 * SECOND - 1;
        outliers.upkeep(now);
        assertThat(endpoint.usable()).isFalse();
        now += 1;
        outliers.upkeep(now);
        assertThat(endpoint.usable()).isTrue();
        results(endpoint, 5, Result.FAILURE);

        assertThat(endpoint.ejectedUntilNanos()).isEqualTo(now + 60 * SECOND);
    }

    @Test
    void boundsTheLengthOfAnEjectionAndForgives() {
        EndpointHealth endpoint = endpoints(2);
        for (int i = 0; i < 10; i++) {
            results(endpoint, 5, Result.FAILURE);
            now = endpoint.ejectedUntilNanos();
            endpoint.endEjection(now);
        }
        results(endpoint, 5, Result.FAILURE);
        assertThat(endpoint.ejectedUntilNanos()).isEqualTo(now + 100 * SECOND);
        now += 100 * SECOND;

        for (int i = 0; i < 12; i++) {
            outliers.upkeep(now);
            now += 10 * SECOND;
        }
        results(endpoint, 5, Result.FAILURE);

        assertThat(endpoint.ejectedUntilNanos()).isEqualTo(now + 30 * SECOND);
    }

    @Test
    void ejectsNoMoreThanItsPart() {
        endpoints(5);

        endpoints.forEach(endpoint -> results(endpoint, 5, Result.FAILURE));

        assertThat(endpoints).filteredOn(EndpointHealth::ejected).hasSize(2);
    }

    @Test
    void ejectsNothingOfAClusterOfOne() {
        EndpointHealth endpoint = endpoints(1);

        results(endpoint, 50, Result.CONNECT_FAILURE);

        assertThat(endpoint.usable()).isTrue();
    }

    @Test
    void ejectsAnEndpointWhoseSuccessRateIsFarBelowTheOthers() {
        EndpointHealth bad = endpoints(6);
        for (EndpointHealth endpoint : endpoints) {
            for (int i = 0; i < 100; i++) {
                results(endpoint, 1, endpoint.equals(bad) && i % 2 == 0 ? Result.FAILURE : Result.SUCCESS);
            }
        }

        now = 10 * SECOND;
        outliers.upkeep(now);

        assertThat(endpoints).filteredOn(EndpointHealth::ejected).containsExactly(bad);
    }

    @Test
    void comparesNoEndpointsWithFewResults() {
        EndpointHealth bad = endpoints(6);
        for (EndpointHealth endpoint : endpoints) {
            for (int i = 0; i < 99; i++) {
                results(endpoint, 1, endpoint.equals(bad) && i % 2 == 0 ? Result.FAILURE : Result.SUCCESS);
            }
        }

        now = 10 * SECOND;
        outliers.upkeep(now);

        assertThat(endpoints).noneMatch(EndpointHealth::ejected);
    }

    @Test
    void followsChecksByTheirThresholds() {
        EndpointHealth endpoint = endpoints(1);

        endpoint.checked(false, "no", 2, 3);
        endpoint.checked(false, "no", 2, 3);
        assertThat(endpoint.usable()).isTrue();
        endpoint.checked(true, "yes", 2, 3);
        endpoint.checked(false, "no", 2, 3);
        endpoint.checked(false, "no", 2, 3);
        endpoint.checked(false, "refused", 2, 3);
        assertThat(endpoint.usable()).isFalse();
        assertThat(endpoint.lastCheck()).isEqualTo("refused");
        endpoint.checked(true, "yes", 2, 3);
        assertThat(endpoint.usable()).isFalse();
        endpoint.checked(true, "yes", 2, 3);

        assertThat(endpoint.usable()).isTrue();
        assertThat(changes).hasValue(2);
    }
}

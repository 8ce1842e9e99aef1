// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LatenciesTest {

    @Test
    void putsEachDurationIntoTheFirstBucketWhoseBoundIsNotBelowIt() {
        var random = new Random(7);
        for (int i = 0; i < 100_000; i++) {
            long micros = random.nextLong(1L << random.nextInt(1, 40));
            int bucket = Latencies.bucket(micros);

            if (bucket < Latencies.BOUNDS_SECONDS.size()) {
                assertThat(micros / 1e6).isLessThanOrEqualTo(Latencies.BOUNDS_SECONDS.get(bucket));
            }
            if (bucket > 0) {
                assertThat(micros / 1e6).isGreaterThan(Latencies.BOUNDS_SECONDS.get(bucket - 1));
            }
        }
    }

    @Test
    void placesTheBoundsThemselvesAndTheExtremes() {
        for (int i = 0; i < Latencies.BOUNDS_SECONDS.size(); i++) {
            assertThat(Latencies.bucket(Math.round(Latencies.BOUNDS_SECONDS.get(i) * 1e6)))
                    .isEqualTo(i);
        }
        assertThat(Latencies.bucket(0)).isZero();
        assertThat(Latencies.bucket(Long.MAX_VALUE)).isEqualTo(Latencies.BOUNDS_SECONDS.size());
    }

    @Test
    void countsANegativeDurationAsNone() {
        var latencies = new Latencies();

        latencies.record(-5);

        assertThat(latencies.counts().getFirst()).isEqualTo(1);
        assertThat(latencies.sumSeconds()).isZero();
    }
}

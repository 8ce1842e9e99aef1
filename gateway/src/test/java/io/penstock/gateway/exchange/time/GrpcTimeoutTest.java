// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GrpcTimeoutTest {

    @ParameterizedTest
    @CsvSource({
        "0n, 0",
        "1n, 1",
        "99999999n, 99999999",
        "5u, 5000",
        "250m, 250000000",
        "3S, 3000000000",
        "2M, 120000000000",
        "1H, 3600000000000",
        "99999999H, 9223372036854775807"
    })
    void readsEachUnit(String text, long nanos) {
        assertThat(GrpcTimeout.parse(text)).isEqualTo(nanos);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "S", "1", "1s", "123456789n", "-1S", "+1S", " 1S", "1S ", "1.0S", "1\u0661S"})
    void refusesWhatIsNoTimeout(String text) {
        assertThatThrownBy(() -> GrpcTimeout.parse(text))
                .isInstanceOfSatisfying(
                        GatewayException.class, e -> assertThat(e.reason()).isEqualTo(Cause.MALFORMED_REQUEST));
    }

    @Test
    void writesNeverMoreThanWhatIsLeft() {
        Random random = new Random(7);
        for (int i = 0; i < 10_000; i++) {
            long nanos = random.nextLong(Long.MAX_VALUE) >> random.nextInt(63);

            String text = GrpcTimeout.field(nanos).value();

            assertThat(text).matches("[0-9]{1,8}[HMSmun]");
            assertThat(GrpcTimeout.parse(text)).isBetween(0L, nanos);
        }
    }

    @Test
    void writesZeroWhenNothingIsLeft() {
        assertThat(GrpcTimeout.field(-5).value()).isEqualTo("0n");
    }
}

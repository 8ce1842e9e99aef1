// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitsTest {

    @ParameterizedTest
    @CsvSource({
        "250ms,PT0.25S,250ms",
        "2s,PT2S,2s",
        "5m,PT5M,5m",
        "1h,PT1H,1h",
        "90s,PT90S,90s",
        "120s,PT2M,2m",
        "1000ms,PT1S,1s",
        "0s,PT0S,0s",
        "36h,PT36H,36h"
    })
    void readsAndWritesDurations(String text, Duration duration, String written) {
        assertThat(Units.duration(text)).hasValue(duration);
        assertThat(Units.text(duration)).isEqualTo(written);
    }

    @ParameterizedTest
    @CsvSource({
        "1B,1,1B",
        "65535B,65535,65535B",
        "64KiB,65536,64KiB",
        "1024KiB,1048576,1MiB",
        "1MiB,1048576,1MiB",
        "1GiB,1073741824,1GiB",
        "0B,0,0B",
        "0KiB,0,0B"
    })
    void readsAndWritesSizes(String text, int bytes, String written) {
        assertThat(Units.size(text)).hasValue(bytes);
        assertThat(Units.sizeText(bytes)).isEqualTo(written);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "5",
                "s",
                "-1s",
                "+1s",
                "1.5s",
                "1 s",
                "1S",
                "01s",
                "1us",
                "1d",
                "1h30m",
                "9999999999999h",
                "٣s"
            })
    void refusesWhatIsNotADuration(String text) {
        assertThat(Units.duration(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "5", "KiB", "-1KiB", "1.5KiB", "1 KiB", "1kib", "1KB", "1K", "01KiB", "2GiB", "9999999999GiB"
            })
    void refusesWhatIsNotASize(String text) {
        assertThat(Units.size(text)).isEmpty();
    }
}

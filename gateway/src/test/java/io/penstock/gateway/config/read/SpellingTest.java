// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpellingTest {

    @ParameterizedTest
    @CsvSource({"port,port,0", "prot,port,1", "pot,port,1", "ports,port,1", "part,port,1", "'',port,4"})
    void countsLettersThatDiffer(String a, String b, int distance) {
        assertThat(Spelling.distance(a, b)).isEqualTo(distance);
        assertThat(Spelling.distance(b, a)).isEqualTo(distance);
    }

    @Test
    void choosesTheNearestWord() {
        assertThat(Spelling.nearest("idle-timout", List.of("head-timeout", "idle-timeout", "write-timeout")))
                .hasValue("idle-timeout");
    }

    @Test
    void choosesNothingThatIsFarAway() {
        assertThat(Spelling.nearest("certificate", List.of("port", "address"))).isEmpty();
        assertThat(Spelling.nearest("x".repeat(10_000), List.of("port"))).isEmpty();
    }
}

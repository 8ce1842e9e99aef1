// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange.time;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.Head;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class HttpDateTest {
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("1994-11-06T08:49:37.900Z"));
    private final HttpDate date = new HttpDate(now::get);

    @Test
    void isWrittenAsRfc9110Says() {
        assertThat(date.field().name()).isEqualTo("date");
        assertThat(date.field().value()).isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT");
    }

    @Test
    void isMadeOnceASecond() {
        Field first = date.field();
        now.set(Instant.parse("1994-11-06T08:49:37.999Z"));
        assertThat(date.field()).isSameAs(first);

        now.set(Instant.parse("1994-11-06T08:49:38Z"));
        assertThat(date.field().value()).isEqualTo("Sun, 06 Nov 1994 08:49:38 GMT");

        now.set(Instant.parse("1994-11-06T08:49:37Z")); // a clock that was set
        assertThat(date.field().value()).isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT");
    }

    @Test
    void leavesTheDateThatAResponseHas() {
        Head response = new Head().add(":status", "200").add("date", "Sun, 06 Nov 1994 08:00:00 GMT");

        date.addTo(response);

        assertThat(response.size()).isEqualTo(2);
        assertThat(response.value("date")).isEqualTo("Sun, 06 Nov 1994 08:00:00 GMT");
    }
}

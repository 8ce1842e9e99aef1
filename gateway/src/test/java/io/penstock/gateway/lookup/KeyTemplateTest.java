// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.lookup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyTemplateTest {
    private static final String CHARACTERS = "A-Za-z0-9._-";

    @ParameterizedTest
    @CsvSource({
        "${jobid}, j-1, ''",
        "prefix:${jobid}, prefix:j-1, prefix:",
        "${jobid}:target, j-1:target, ''",
        "a${JobId}b${tenant}c, aj-1bacmec, a",
        "${:authority}/${jobid}, host/j-1, ''",
        "schlüssel:${jobid}, schlÃ¼ssel:j-1, schlÃ¼ssel:",
    })
    void putsFieldsIntoTheKey(String text, String key, String prefix) {
        Head request = new Head().add(":authority", "host").add("jobid", "j-1").add("tenant", "acme");
        KeyTemplate template = KeyTemplate.of(text, CHARACTERS, 64);

        assertThat(template.fill(request)).isEqualTo(key);
        assertThat(template.prefix()).isEqualTo(prefix);
    }

    @Test
    void takesTheFieldItselfWhenThereIsNothingElse() {
        Head request = new Head().add("jobid", new String("j-1"));

        assertThat(KeyTemplate.of("${jobid}", CHARACTERS, 64).fill(request)).isSameAs(request.value("jobid"));
    }

    @Test
    void refusesARequestWithoutTheField() {
        assertRefused(Cause.NO_ROUTE_KEY, "p:${jobid}", new Head().add("job", "j-1"));
    }

    @Test
    void refusesARequestWithTheFieldTwice() {
        assertRefused(
                Cause.BAD_ROUTE_KEY, "${jobid}", new Head().add("jobid", "j-1").add("jobid", "j-2"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "a b",
                "a\tb",
                "a/b",
                "a:b",
                "a*",
                "a\u00e9",
                "\u0000",
                "a\r\nSET x y",
                "${x}",
                "a\u0131"
            })
    void refusesOtherCharacters(String value) {
        assertRefused(Cause.BAD_ROUTE_KEY, "p:${jobid}", new Head().add("jobid", value));
    }

    @ParameterizedTest
    @CsvSource({"62, true", "63, false", "10000, false"})
    void countsTheWholeKeyAgainstTheLimit(int length, boolean allowed) {
        Head request = new Head().add("jobid", "a".repeat(length));
        KeyTemplate template = KeyTemplate.of("p:${jobid}", CHARACTERS, 64);

        if (allowed) {
            template.check(request, template.fill(request));
        } else {
            assertRefused(Cause.BAD_ROUTE_KEY, "p:${jobid}", request);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "jobid", "${}", "${jobid", "a${", "}"})
    void refusesTemplatesWithoutAField(String text) {
        assertThatThrownBy(() -> KeyTemplate.of(text, CHARACTERS, 64))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("key template");
    }

    @Test
    void refusesCharactersThatAreNoClass() {
        assertThatThrownBy(() -> KeyTemplate.of("${jobid}", "z-a", 64))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("key characters z-a");
    }

    private static void assertRefused(Cause cause, String text, Head request) {
        KeyTemplate template = KeyTemplate.of(text, CHARACTERS, 64);

        assertThatThrownBy(() -> template.check(request, template.fill(request)))
                .isInstanceOfSatisfying(
                        GatewayException.class, e -> assertThat(e.reason()).isEqualTo(cause));
    }

    @ParameterizedTest
    @CsvSource({
        "job:${jobid}, 42, job:42",
        "job:${jobid}, job:42, job:42",
        "job:${jobid}:target, 42, job:42:target",
        "job:${jobid}:target, job:42:target, job:42:target",
        "job:${jobid}:target, job:42, job:job:42:target",
        "${jobid}, 42, 42",
        "${tenant}/${jobid}, 42, 42"
    })
    void knowsWhichKeyIsMeant(String text, String given, String key) {
        assertThat(KeyTemplate.of(text, CHARACTERS, 64).meant(given)).isEqualTo(key);
    }
}

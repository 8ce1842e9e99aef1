// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Dictionaries of structured fields (RFC 8941). */
class StructuredFieldTest {
    private static String written(String text) {
        return StructuredField.dictionary("f", text).entrySet().stream()
                .map(member -> member.getKey() + "=" + member.getValue().text())
                .collect(Collectors.joining(", "));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            a=1                         | a=1
            a=-0                        | a=0
            a=007                       | a=7
            a=999999999999999           | a=999999999999999
            a=-999999999999999          | a=-999999999999999
            a=1.0                       | a=1.0
            a=-1.500                    | a=-1.5
            a=123456789012.125          | a=123456789012.125
            a="x"                       | a="x"
            a=""                        | a=""
            a="\\"\\\\"                 | a="\\"\\\\"
            a=tok/en:*                  | a=tok/en:*
            a=*x                        | a=*x
            a=:aGVsbG8=:                | a=:aGVsbG8=:
            a=:aGVsbG8:                 | a=:aGVsbG8=:
            a=::                        | a=::
            a=?0                        | a=?0
            a=?1                        | a=?1
            a                           | a=?1
            a;x=1;y                     | a=?1;x=1;y
            a=1;x=?0;y=?1;*z-_.9=t      | a=1;x=?0;y;*z-_.9=t
            a=1;  x=1                   | a=1;x=1
            a=1;x=1;y=2;x=3             | a=1;x=3;y=2
            a=()                        | a=()
            a=( "x"  y;p=1 )            | a=("x" y;p=1)
            a=("x");created=5;keyid="k" | a=("x");created=5;keyid="k"
            a=1 ,  b=2                  | a=1, b=2
            a=1\t,\tb=2                 | a=1, b=2
            a=1,b=2,a=3                 | a=3, b=2
            ` a=1 `                     | a=1
            """)
    void readsAndWritesInOneForm(String text, String form) {
        assertThat(written(text.replace("\\t", "\t"))).isEqualTo(form);
    }

    @Test
    void readsAnEmptyDictionary() {
        assertThat(StructuredField.dictionary("f", "")).isEqualTo(Map.of());
        assertThat(StructuredField.dictionary("f", "  ")).isEqualTo(Map.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "A=1",
                "1=1",
                "=1",
                "a=",
                "a=1,",
                "a=1, ",
                "a=1 b=2",
                "a=1,,b=2",
                "a=1;",
                "a=1;X=1",
                "a=1;x=",
                "a=1 ;x=1",
                "a =1",
                "a= 1",
                "\ta=1",
                "a=1000000000000000",
                "a=1234567890123.1",
                "a=1.",
                "a=1.1234",
                "a=.5",
                "a=-",
                "a=--1",
                "a=+1",
                "a=1e3",
                "a=\"x",
                "a=\"\\x\"",
                "a=\"\\",
                "a=\"\u00e9\"",
                "a=\"\t\"",
                "a='x'",
                "a=:aGVsbG8=",
                "a=:aGVs bG8=:",
                "a=:a:",
                "a=:aGVsbG8==:",
                "a=:=aGVsbG8:",
                "a=:a-_b:",
                "a=?2",
                "a=?",
                "a=?true",
                "a=(",
                "a=(\"x\"",
                "a=(\"x\"\"y\")",
                "a=(\"x\",\"y\")",
                "a=(\"x\"\t\"y\")",
                "a=((\"x\"))",
                "a=)",
                "a=@1",
                "a={}",
                "a=1\r\nb=2",
                "\u0000"
            })
    void refusesWhatIsNone(String text) {
        assertThatExceptionOfType(GatewayException.class)
                .isThrownBy(() -> StructuredField.dictionary("f", text))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Cause.BAD_CREDENTIALS))
                .withMessageMatching("f is malformed at character \\d+, expected .+");
    }

    /** Whatever comes: it is read, and reads the same again once it is written, or it is refused in one way. */
    @Test
    void takesAnyTextWithoutADefect() {
        Random random = new Random(9421);
        String alphabet = "ab1.-\"\\:=?()*;, \t+/@\u00e9";
        int read = 0;
        for (int i = 0; i < 200_000; i++) {
            StringBuilder text = new StringBuilder(random.nextBoolean() ? "a=" : "a=(\"");
            for (int length = random.nextInt(12); length > 0; length--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                String once = written(text.toString());
                assertThat(written(once)).isEqualTo(once);
                read++;
            } catch (GatewayException e) {
                assertThat(e.reason()).isEqualTo(Cause.BAD_CREDENTIALS);
            }
        }
        assertThat(read).isBetween(1_000, 150_000);
    }
}

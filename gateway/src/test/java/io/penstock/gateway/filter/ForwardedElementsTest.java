// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardedElementsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "for=192.0.2.60 | 192.0.2.60",
                "for=192.0.2.60;proto=http;by=203.0.113.43 | 192.0.2.60",
                "For=\"[2001:db8:cafe::17]:4711\" | [2001:db8:cafe::17]:4711",
                "for=[2001:db8::1]:80 | [2001:db8::1]:80",
                "for=192.0.2.43, for=198.51.100.17 | 192.0.2.43 198.51.100.17",
                "for=a,for=b , for=c\t| a b c",
                "proto=http;for=_gazonk | _gazonk",
                "for=\"a\\\"b\" | a\"b",
                "; for=a ; | a",
                "for=a;host=\"x, for=evil; y\" | a",
            })
    void readsTheClientOfEachElement(String field, String clients) {
        assertThat(ForwardedElements.clients(field)).containsExactly(clients.split(" "));
    }

    @Test
    void hasAnEmptyEntryForAnElementWithoutClient() {
        assertThat(ForwardedElements.clients("proto=http, , for=a")).isEqualTo(List.of("", "", "a"));
        assertThat(ForwardedElements.clients("")).isEqualTo(List.of(""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "for=\"a",
                "for=\"a\\",
                "for=",
                "for",
                "for=a b",
                "for=\"a\"b",
                "for=a;for=b",
                "for =a",
                "for= a",
                "=a",
                "for=a;proto=\"x, for=1.2.3.4, for=\"[2001:db8::1]:80\""
            })
    void saysNothingOfAFieldThatBreaksTheGrammar(String field) {
        assertThat(ForwardedElements.clients(field)).isNull();
    }

    /** What a proxy appends is found as the last entry, or nothing is, whatever the caller wrote before. */
    @Test
    void letsNobodySwallowWhatIsAppended() {
        SplittableRandom random = new SplittableRandom(7239);
        String alphabet = "for=\"\\,; [a1:]";
        for (int i = 0; i < 200_000; i++) {
            StringBuilder field = new StringBuilder();
            for (int length = random.nextInt(24); length > 0; length--) {
                field.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            boolean quoted = random.nextBoolean();
            field.append(quoted ? ", for=\"[2001:db8::7]\"" : ", for=192.0.2.7");

            List<String> clients = ForwardedElements.clients(field.toString());

            if (clients != null) {
                assertThat(clients.getLast()).as(field.toString()).isEqualTo(quoted ? "[2001:db8::7]" : "192.0.2.7");
            }
        }
    }
}

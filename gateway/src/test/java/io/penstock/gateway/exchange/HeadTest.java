// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeadTest {

    @Test
    void setsAFieldInThePlaceOfTheFirstAndRemovesTheOthers() {
        Head head = new Head().add("a", "1").add("b", "2").add("c", "3").add("b", "4");

        head.set("b", "5");

        assertThat(text(head)).containsExactly("a=1", "b=5", "c=3");
    }

    @Test
    void addsAPseudoFieldBeforeAllOthers() {
        Head head = new Head().add(":method", "GET").add("a", "1");

        head.set(":authority", "x").set("z", "2");

        assertThat(text(head)).containsExactly(":authority=x", ":method=GET", "a=1", "z=2");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {"200,200", "99,0", "1000,0", "2x0,0", "-,0", "'',0"})
    void readsAStatusOfThreeDigits(String text, int status) {
        Head head = new Head();
        if (text != null) {
            head.add(":status", text);
        }

        assertThat(head.status()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "application/grpc,true",
                "application/grpc+proto,true",
                "application/grpc;x=1,true",
                "application/grpc-web,false",
                "application/json,false",
                "-,false"
            })
    void knowsGrpcByItsContentType(String type, boolean grpc) {
        Head head = new Head();
        if (type != null) {
            head.add("content-type", type);
        }

        assertThat(head.grpc()).isEqualTo(grpc);
    }

    @Test
    void behavesLikeAPlainListUnderRandomChanges() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            Head head = new Head();
            List<String> model = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                String name = "n" + random.nextInt(5);
                String field = name + "=" + i;
                switch (random.nextInt(4)) {
                    case 0 -> {
                        head.remove(name);
                        model.removeIf(one -> one.startsWith(name + "="));
                    }
                    case 1 -> {
                        head.set(name, Integer.toString(i));
                        set(model, name, field);
                    }
                    default -> {
                        head.add(name, Integer.toString(i));
                        model.add(field);
                    }
                }
                assertThat(text(head)).as("seed %d", seed).isEqualTo(model);
            }
        }
    }

    private static void set(List<String> model, String name, String field) {
        boolean placed = false;
        for (int i = 0; i < model.size(); i++) {
            if (model.get(i).startsWith(name + "=")) {
                if (placed) {
                    model.remove(i--);
                } else {
                    model.set(i, field);
                    placed = true;
                }
            }
        }
        if (!placed) {
            model.add(field);
        }
    }

    private static List<String> text(Head head) {
        List<String> text = new ArrayList<>();
        for (int i = 0; i < head.size(); i++) {
            text.add(head.at(i).name() + "=" + head.at(i).value());
        }
        return text;
    }
}

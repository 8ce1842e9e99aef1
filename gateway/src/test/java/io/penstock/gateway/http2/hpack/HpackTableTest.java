// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.hpack;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Field;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HpackTableTest {

    @Test
    void isEmptiedByAnEntryLargerThanItself() {
        HpackTable table = new HpackTable(100);
        table.add(Field.of("a", "b"));
        table.add(Field.of("c", "d"));

        table.add(Field.of("large", "x".repeat(64)));

        assertThat(table.count()).isZero();
        assertThat(table.bytes()).isZero();
    }

    @Test
    void holdsAnEntryOfExactlyItsSize() {
        HpackTable table = new HpackTable(100);
        Field exact = Field.of("name", "x".repeat(64));

        table.add(exact);

        assertThat(table.at(0)).isSameAs(exact);
    }

    @Test
    void holdsNothingAtSizeZero() {
        HpackTable table = new HpackTable(0);

        table.add(Field.of("", ""));

        assertThat(table.count()).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {3, 14, 159})
    void behavesAsAQueueBoundedInBytes(long seed) {
        Random random = new Random(seed);
        HpackTable table = new HpackTable(4096);
        ArrayDeque<Field> model = new ArrayDeque<>();
        for (int round = 0; round < 5000; round++) {
            if (random.nextInt(50) == 0) {
                table.resize(random.nextInt(10_000));
            } else {
                Field field = Field.of("n", "v".repeat(random.nextInt(300)));
                table.add(field);
                model.addFirst(field);
            }
            while (model.stream().mapToInt(Field::bytes).sum() > table.capacity()) {
                model.removeLast();
            }

            assertThat(table.count()).isEqualTo(model.size());
            Iterator<Field> expected = model.iterator();
            for (int age = 0; age < table.count(); age++) {
                assertThat(table.at(age)).isSameAs(expected.next());
            }
        }
    }
}

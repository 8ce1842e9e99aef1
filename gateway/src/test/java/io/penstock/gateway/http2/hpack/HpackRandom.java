// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.hpack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.Field.Indexing;
import io.penstock.gateway.exchange.Head;
import java.util.Random;

/** Makes heads that repeat themselves about as often as real ones, from a seed. */
final class HpackRandom {
    private static final Indexing[] INDEXINGS = Indexing.values();

    private final Random random;

    HpackRandom(long seed) {
        this.random = new Random(seed);
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    Head head() {
        Head head = new Head();
        for (int i = below(20); i > 0; i--) {
            head.add(field());
        }
        return head;
    }

    private Field field() {
        Indexing indexing = below(4) > 0 ? Indexing.INDEXED : INDEXINGS[below(INDEXINGS.length)];
        return switch (below(10)) {
            case 0, 1, 2 -> {
                Field known = HpackStaticTable.at(1 + below(HpackStaticTable.SIZE));
                yield Field.of(known.name(), known.value(), indexing);
            }
            case 3, 4 ->
                Field.of(HpackStaticTable.at(1 + below(HpackStaticTable.SIZE)).name(), text(30), indexing);
            case 5, 6, 7 -> Field.of("name-" + below(20), "value-" + below(5), indexing);
            case 8 -> Field.of(text(40), text(200), indexing);
            default -> Field.of("name-" + below(20), below(10) == 0 ? text(6000) : text(300), indexing);
        };
    }

    private String text(int bound) {
        if (below(2) == 0) {
            return new String(bytes(below(bound)), ISO_8859_1);
        }
        return "abc/0123456789".repeat(bound / 14 + 1).substring(0, below(bound));
    }
}

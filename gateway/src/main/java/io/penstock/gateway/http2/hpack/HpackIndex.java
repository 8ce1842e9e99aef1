// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.hpack;

import io.penstock.gateway.exchange.Field;

/**
 * Finds the fields and names of an encoder's dynamic table by their hashes.
 *
 * <p>Each bucket leads to its newest entry, and each entry to the next older one of its bucket, all by sequence number. A chain ends
 * at the first number that the table has evicted; everything behind it is older still. So evicting costs nothing here, and a slot
 * of the ring is written over only when no chain reaches it. Not safe for use by two threads at once.
 */
final class HpackIndex {
    private static final int FIRST = HpackStaticTable.SIZE + 1;

    private final HpackTable table;
    private int mask;
    private int shift;
    private int[] fieldBuckets;
    private int[] olderField;
    private int[] nameBuckets;
    private int[] olderName;

    HpackIndex(HpackTable table) {
        this.table = table;
        int slots = table.slots();
        this.mask = slots - 1;
        this.shift = Integer.numberOfLeadingZeros(slots);
        this.fieldBuckets = new int[2 * slots];
        this.nameBuckets = new int[2 * slots];
        this.olderField = new int[slots];
        this.olderName = new int[slots];
    }

    /** The index of this name and value, or 0. */
    @SuppressWarnings("ReferenceEquality") // decoders hand out shared instances: the usual hit compares no text
    int indexOf(Field field) {
        int newest = table.added();
        int count = table.count();
        int age = newest - fieldBuckets[bucket(field.hashCode())];
        while (age >= 0 && age < count) {
            Field entry = table.at(age);
            if (entry == field || entry.equals(field)) {
                return FIRST + age;
            }
            age = newest - olderField[(newest - age) & mask];
        }
        return 0;
    }

    /** The smallest index of this name, or 0. */
    int indexOf(String name) {
        int newest = table.added();
        int count = table.count();
        int age = newest - nameBuckets[bucket(name.hashCode())];
        while (age >= 0 && age < count) {
            if (table.at(age).name().equals(name)) {
                return FIRST + age;
            }
            age = newest - olderName[(newest - age) & mask];
        }
        return 0;
    }

    /** Adds the field to the table, in which it fits, and remembers its place. */
    void add(Field field) {
        table.add(field);
        link(field, table.added());
    }

    /** Changes the size of the table. */
    void resize(int capacity) {
        table.resize(capacity);
        int slots = table.slots();
        if (slots != mask + 1) {
            mask = slots - 1;
            shift = Integer.numberOfLeadingZeros(slots);
            fieldBuckets = new int[2 * slots];
            nameBuckets = new int[2 * slots];
            olderField = new int[slots];
            olderName = new int[slots];
            // An untouched bucket leads to number 0, which the table must have left behind.
            for (int age = table.count() - 1; age >= 0; age--) {
                link(table.at(age), table.added() - age);
            }
        }
    }

    private void link(Field field, int number) {
        int bucket = bucket(field.hashCode());
        olderField[number & mask] = fieldBuckets[bucket];
        fieldBuckets[bucket] = number;
        bucket = bucket(field.name().hashCode());
        olderName[number & mask] = nameBuckets[bucket];
        nameBuckets[bucket] = number;
    }

    private int bucket(int hash) {
        return (hash * 0x9e3779b9) >>> shift;
    }
}

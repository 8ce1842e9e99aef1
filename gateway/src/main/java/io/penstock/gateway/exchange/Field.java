// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange;

/**
 * One name and value of a head, and how it may be compressed on the next hop.
 *
 * <p>Both strings hold one byte per char (ISO-8859-1), so that bytes above 0x7f pass unchanged. Names are lower case. Instances
 * are shared and do not change: a decoder hands out the instance of its dynamic table again and again, so the hash that an encoder
 * looks it up by is computed once.
 */
public final class Field {

    /** How a field may be represented when it is compressed (RFC 7541 §6.2). */
    public enum Indexing {
        /** May enter a dynamic table. */
        INDEXED,
        /** Changes too often to be worth a table entry. */
        UNINDEXED,
        /** Secret: must never enter a table, here or on a later hop (RFC 7541 §7.1.3). */
        NEVER
    }

    private final String name;
    private final String value;
    private final Indexing indexing;
    /** 0 until it is asked for; a benign race, as that of a string's. */
    private int hash;

    private boolean checked;

    private Field(String name, String value, Indexing indexing) {
        this.name = name;
        this.value = value;
        this.indexing = indexing;
    }

    public static Field of(String name, String value) {
        return new Field(name, value, Indexing.INDEXED);
    }

    public static Field of(String name, String value, Indexing indexing) {
        return new Field(name, value, indexing);
    }

    public String name() {
        return name;
    }

    public String value() {
        return value;
    }

    public Indexing indexing() {
        return indexing;
    }

    /** Whether the name begins with a colon (RFC 9113 §8.3). */
    public boolean pseudo() {
        return !name.isEmpty() && name.charAt(0) == ':';
    }

    /**
     * Whether a codec has found the field to be well formed, so that a field that a table hands out a thousand times is checked
     * once. A benign race: two threads may both check.
     */
    public boolean checked() {
        return checked;
    }

    public void markChecked() {
        checked = true;
    }

    /** The size that this field counts in a table or a list: both lengths and 32 (RFC 7541 §4.1), in bytes. */
    public int bytes() {
        return name.length() + value.length() + 32;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Field that
                && hashCode() == that.hashCode()
                && name.equals(that.name)
                && value.equals(that.value);
    }

    @Override
    public int hashCode() {
        int known = hash;
        if (known == 0) {
            known = 31 * name.hashCode() + value.hashCode();
            hash = known;
        }
        return known;
    }

    /** The name alone: values may be secret and do not belong in logs. */
    @Override
    public String toString() {
        return name;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store.document;

import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One state of the documents.
 *
 * @param epoch names the line of states that began with the first change; a store that was emptied begins another one
 * @param number how many changes the line has had, 0 or more
 * @param change names the last change, since two stores can have changed the same state in different ways
 */
public record Revision(String epoch, long number, String change) {
    /** Before the first change. */
    public static final Revision NONE = new Revision("", 0, "");

    private static final Pattern TEXT = Pattern.compile("([0-9a-f]{12})-([0-9]{1,18})-([0-9a-f]{12})");

    /** What the next change leads to; the first one begins a line. */
    public Revision next() {
        return new Revision(number == 0 ? random() : epoch, number + 1, random());
    }

    /** The next one in this line that comes after the other, too, whichever line that is of. */
    public Revision nextAfter(Revision other) {
        return new Revision(number == 0 ? random() : epoch, Math.max(number, other.number) + 1, random());
    }

    /** Whether a store with the other one may have come there from this one by changes alone. */
    public boolean leadsTo(Revision other) {
        return number == 0 || equals(other) || (epoch.equals(other.epoch) && number < other.number);
    }

    private static String random() {
        return UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    }

    /** Reads what {@link #toString} writes; empty when it is something else. */
    public static Optional<Revision> parse(String text) {
        if (text.equals("0")) {
            return Optional.of(NONE);
        }
        Matcher matcher = TEXT.matcher(text);
        return matcher.matches()
                ? Optional.of(new Revision(matcher.group(1), Long.parseLong(matcher.group(2)), matcher.group(3)))
                : Optional.empty();
    }

    /** {@code EPOCH-NUMBER-CHANGE}, or 0 before the first change. */
    @Override
    public String toString() {
        return number == 0 ? "0" : epoch + "-" + number + "-" + change;
    }
}

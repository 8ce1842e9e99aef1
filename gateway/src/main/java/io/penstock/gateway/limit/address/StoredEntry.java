// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.limit.address;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.Cidr;
import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.limit.address.Entry.Origin;
import io.penstock.gateway.store.StoredSet.Member;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/**
 * How a network is written in a store: the key's name is the network, the value {@code deny} or {@code allow}, then perhaps {@code until} with a
 * time, and then perhaps {@code because} with a text. A key that the store itself gives up after a time needs no {@code until}.
 */
final class StoredEntry {
    private static final String UNTIL = " until ";
    private static final String BECAUSE = " because ";
    private static final int MOST_CHARS = 200;

    private StoredEntry() {}

    /** The value of a network that is denied. */
    static String denied(String why) {
        return "deny" + BECAUSE + why;
    }

    /**
     * Reads what a key says.
     *
     * @throws ConfigException when it is not written so
     */
    static Entry parse(Member member, Clocks clocks) {
        Network network = Network.of(Cidr.parse(member.name()));
        String text = member.value().strip();
        int because = text.indexOf(BECAUSE);
        String why = because < 0 ? "" : text.substring(because + BECAUSE.length());
        String verdict = because < 0 ? text : text.substring(0, because);
        int until = verdict.indexOf(UNTIL);
        Until end = end(member.left(), until < 0 ? "" : verdict.substring(until + UNTIL.length()), clocks);
        return new Entry(
                network,
                denied(member.value(), until < 0 ? verdict : verdict.substring(0, until)),
                Origin.STORE,
                end,
                why.length() <= MOST_CHARS ? why : why.substring(0, MOST_CHARS));
    }

    private static boolean denied(String value, String word) {
        return switch (word) {
            case "deny" -> true;
            case "allow" -> false;
            default ->
                throw Check.failed(
                        Check.quoted(value),
                        "says neither deny nor allow, expected one of them, until TIME and because TEXT behind it");
        };
    }

    /** What ends first, the key or what it says. */
    private static Until end(@Nullable Duration left, String date, Clocks clocks) {
        Until kept = left == null ? new Until.Ever() : Until.in(left, clocks);
        if (date.isEmpty()) {
            return kept;
        }
        Until said = new Until.Date(date(date));
        Duration time = said.left(clocks).orElseThrow();
        return left != null && left.compareTo(time) < 0 ? kept : said;
    }

    private static Instant date(String text) {
        try {
            return Instant.parse(text.strip());
        } catch (DateTimeParseException e) {
            throw Check.failed(Check.quoted(text), "is not a time, expected one such as 2027-01-01T00:00:00Z");
        }
    }
}

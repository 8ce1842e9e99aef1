// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin.api;

import io.penstock.gateway.admin.answer.Asked;
import io.penstock.gateway.dynamic.Refused;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a request says about what there has to be ({@code If-Match}, {@code If-None-Match}: RFC 9110 §13.1). */
final class Expectation {
    private static final String ANY = "*";

    private Expectation() {}

    /**
     * The tags that documents have to have so that the request is meant for them.
     *
     * @param now what there is
     * @throws Refused it is not as the request says
     */
    static Map<String, String> of(Asked asked, String name, Optional<Entry> now) {
        Optional<String> match = asked.field().apply("if-match");
        Optional<String> none = asked.field().apply("if-none-match");
        Optional<String> only = match.flatMap(Expectation::only);
        if (only.isPresent() && none.isEmpty()) {
            // judged when the change is made: another node may know of it before this one does
            boolean file = now.filter(entry -> !entry.document() && entry.tag().equals(only.get()))
                    .isPresent();
            return Map.of(name, file ? "" : only.get());
        }
        String found = now.map(Entry::tag).orElse("");
        boolean matches = match.isEmpty()
                || (match.get().strip().equals(ANY)
                        ? now.isPresent()
                        : tags(match.get()).contains(found));
        boolean differs = none.isEmpty()
                || (none.get().strip().equals(ANY)
                        ? now.isEmpty()
                        : !tags(none.get()).contains(found));
        if (!matches || !differs) {
            throw new Refused(
                    Refused.Reason.STALE,
                    name + ": found " + (now.isEmpty() ? "none" : '"' + found + '"') + ", expected "
                            + match.map(text -> "If-Match: " + text)
                                    .orElseGet(() -> "If-None-Match: " + none.orElse("")));
        }
        Map<String, String> expected = new HashMap<>();
        if (match.isPresent() || none.isPresent()) {
            expected.put(name, now.filter(Entry::document).map(Entry::tag).orElse(""));
        }
        return expected;
    }

    /** The revision that everything has to be at. */
    static Optional<String> revision(Asked asked, String now) {
        Optional<String> match =
                asked.field().apply("if-match").filter(text -> !text.strip().equals(ANY));
        if (match.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> only = only(match.get());
        if (only.isPresent()) {
            return only;
        }
        if (!tags(match.get()).contains(now)) {
            throw new Refused(
                    Refused.Reason.STALE, "found revision \"" + now + "\", expected If-Match: " + match.get());
        }
        return Optional.of(now);
    }

    /** The tag, when there is one and nothing else; an empty one would mean that there is no document. */
    private static Optional<String> only(String list) {
        Set<String> tags = tags(list);
        return tags.size() == 1 && list.indexOf(',') < 0 && !tags.contains("")
                ? Optional.of(tags.iterator().next())
                : Optional.empty();
    }

    /** Strong tags of a list, without their quotes; weak ones match nothing here. */
    private static Set<String> tags(String list) {
        Set<String> tags = new HashSet<>();
        int at = 0;
        while (at < list.length()) {
            int open = list.indexOf('"', at);
            int close = open < 0 ? -1 : list.indexOf('"', open + 1);
            if (close < 0) {
                break;
            }
            boolean weak = open >= 2 && list.startsWith("W/", open - 2);
            if (!weak) {
                tags.add(list.substring(open + 1, close));
            }
            at = close + 1;
        }
        return tags;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.route;

import io.penstock.gateway.config.match.MatchConfig;
import io.penstock.gateway.config.match.MatchRank;
import io.penstock.gateway.config.match.PathPattern;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.route.Segments.Entry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of one route for one request.
 *
 * @param route its name
 * @param match what it asks for, in short
 * @param verdict how far it came
 * @param reason why it lost, for people; empty for the winner
 */
public record Candidate(String route, String match, Verdict verdict, String reason) {

    /** How far a route came, the farthest first. */
    public enum Verdict {
        /** It serves the request. */
        WON,
        /** It fits too, and another one comes before it. */
        OUTRANKED,
        /** Host and path fit, something else does not. */
        CONDITION,
        /** The host fits, the path does not. */
        PATH,
        /** The host does not fit. */
        HOST
    }

    static <T> Candidate judge(Entry<T> entry, Exchange exchange, boolean won, @Nullable Entry<T> winner) {
        MatchConfig match = entry.rank().match();
        String text = text(match);
        if (won) {
            return new Candidate(entry.name(), text, Verdict.WON, "");
        }
        String host = host(exchange.authority());
        if (!hostFits(match.host().orElse(""), host)) {
            String expected = match.host().orElse("");
            return new Candidate(
                    entry.name(),
                    text,
                    Verdict.HOST,
                    "expected host " + expected + ", but it is " + (host.isEmpty() ? "absent" : host));
        }
        if (!pathFits(entry.rank().pattern(), exchange.path())) {
            return new Candidate(
                    entry.name(),
                    text,
                    Verdict.PATH,
                    "expected path " + match.path().text());
        }
        String broken = entry.conditions().broken(exchange);
        if (broken != null) {
            return new Candidate(entry.name(), text, Verdict.CONDITION, broken);
        }
        String why = winner == null
                ? "the tree does not find it"
                : winner.name() + " has "
                        + MatchRank.between(winner.rank(), entry.rank())
                                .map(MatchRank.Criterion::text)
                                .orElse("the same rank");
        return new Candidate(entry.name(), text, Verdict.OUTRANKED, why);
    }

    private static String text(MatchConfig match) {
        String host = match.host().orElse("*");
        String priority = match.priority() == 0 ? "" : " priority " + match.priority();
        return host + " " + match.path().text() + priority;
    }

    private static String host(String authority) {
        String lower = Host.lower(authority);
        return lower.substring(Host.start(lower), Math.max(Host.start(lower), Host.end(lower)));
    }

    private static boolean hostFits(String wanted, String host) {
        if (wanted.isEmpty()) {
            return true;
        }
        if (wanted.startsWith("*.")) {
            return host.length() > wanted.length() - 1 && host.endsWith(wanted.substring(1));
        }
        return host.equals(wanted);
    }

    private static boolean pathFits(PathPattern pattern, String target) {
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        if (!path.startsWith("/")) {
            return path.equals("*") && pattern.segments().isEmpty() && pattern.end() == PathPattern.End.REST;
        }
        List<String> segments = List.of(path.substring(1).split("/", -1));
        int fixed = pattern.segments().size();
        if (segments.size() < fixed || (pattern.end() == PathPattern.End.EXACT && segments.size() > fixed)) {
            return false;
        }
        for (int i = 0; i < fixed; i++) {
            String wanted = pattern.segments().get(i);
            boolean fits = PathPattern.place(wanted)
                    ? !segments.get(i).isEmpty()
                    : segments.get(i).equals(wanted);
            if (!fits) {
                return false;
            }
        }
        return true;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.route;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.penstock.gateway.config.match.PathConfig;
import io.penstock.gateway.config.match.PathPattern;
import io.penstock.gateway.config.route.RewriteConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * How the path of a request changes once its route is known, compiled. Captures are put back as they were sent, still escaped, so that
 * a caller cannot add segments.
 */
public final class PathRewrite {

    /** A piece of the new path. */
    private sealed interface Piece {
        record Fixed(String text) implements Piece {}

        /** One segment of the old path. */
        record Segment(int place) implements Piece {}

        /** A named group of the expression. */
        record Group(String name) implements Piece {}

        /** What the match left over, with its slash. */
        record Rest(int segments) implements Piece {}
    }

    private final List<Piece> pieces;
    private final Pattern pattern;

    private PathRewrite(List<Piece> pieces, Pattern pattern) {
        this.pieces = List.copyOf(pieces);
        this.pattern = pattern;
    }

    /** Compiles a rewrite that the checks of the configuration have found to fit the match. */
    public static PathRewrite of(RewriteConfig rewrite, PathConfig match) {
        PathPattern matched = match.pattern();
        List<Piece> pieces = new ArrayList<>();
        rewrite.pathPrefix().ifPresent(prefix -> {
            pieces.add(new Piece.Fixed(prefix.equals("/") ? "" : prefix));
            pieces.add(new Piece.Rest(matched.segments().size()));
        });
        rewrite.path().ifPresent(template -> template(template, match, pieces));
        return new PathRewrite(pieces, Pattern.compile(match instanceof PathConfig.Regex regex ? regex.text() : ""));
    }

    private static void template(String template, PathConfig match, List<Piece> pieces) {
        PathPattern matched = match.pattern();
        boolean rest = template.endsWith(PathPattern.REST);
        String text = rest ? template.substring(0, template.length() - PathPattern.REST.length()) : template;
        java.util.regex.Matcher reference = RewriteConfig.REFERENCE.matcher(text);
        int from = 0;
        while (reference.find()) {
            pieces.add(new Piece.Fixed(text.substring(from, reference.start())));
            String name = reference.group(1);
            pieces.add(
                    match instanceof PathConfig.Regex
                            ? new Piece.Group(name)
                            : new Piece.Segment(matched.segments().indexOf("{" + name + "}")));
            from = reference.end();
        }
        pieces.add(new Piece.Fixed(text.substring(from)));
        if (rest) {
            pieces.add(new Piece.Rest(matched.segments().size()));
        }
    }

    /** Whether paths stay as they are. */
    public boolean isEmpty() {
        return pieces.isEmpty();
    }

    /** The new path for this one, which the match fits; its query stays. */
    public String apply(String target) {
        if (pieces.isEmpty() || !target.startsWith("/")) {
            return target;
        }
        int query = target.indexOf('?');
        int end = query < 0 ? target.length() : query;
        StringBuilder path = new StringBuilder(target.length() + 32);
        for (Piece piece : pieces) {
            switch (piece) {
                case Piece.Fixed(String text) -> path.append(text);
                case Piece.Segment(int place) -> {
                    int from = start(target, place, end);
                    int slash = target.indexOf('/', from);
                    path.append(target, from, slash < 0 || slash > end ? end : slash);
                }
                case Piece.Rest(int segments) ->
                    path.append(target, Math.min(end, start(target, segments, end) - 1), end);
                case Piece.Group(String name) -> path.append(group(target.substring(0, end), name));
            }
        }
        if (path.isEmpty() || path.charAt(0) != '/') {
            path.insert(0, '/');
        }
        return path.append(target, end, target.length()).toString();
    }

    private String group(String path, String name) {
        Matcher matcher = pattern.matcher(path);
        String found = matcher.matches() ? matcher.group(name) : null;
        return found == null ? "" : found;
    }

    /** The first char of the segment at this place; behind the end when there are fewer. */
    private static int start(String path, int place, int end) {
        int from = 1;
        for (int i = 0; i < place; i++) {
            int slash = path.indexOf('/', from);
            if (slash < 0 || slash >= end) {
                return end + 1;
            }
            from = slash + 1;
        }
        return from;
    }
}

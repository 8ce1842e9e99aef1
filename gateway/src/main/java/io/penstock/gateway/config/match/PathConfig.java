// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.match;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.util.List;
import java.util.Optional;

/**
 * Which paths a route matches: one of the keys {@code path-prefix}, {@code path}, {@code path-template}, {@code path-regex} and
 * {@code grpc}. The query is never part of it, and paths are compared as they were sent.
 */
public sealed interface PathConfig {
    /** The keys of a route, of which it has at most one. */
    List<String> KEYS = List.of("path-prefix", "path", "path-template", "path-regex", "grpc");

    /** How the path is written in the configuration. */
    String text();

    /** Its fixed segments, places and end, as they are compared. */
    PathPattern pattern();

    /** A number that all with a pattern of the same rank share; costs less than the pattern. */
    default int alike() {
        return pattern().alike();
    }

    /** Whole segments and everything below: begins with a slash; one at its end means nothing and is removed. */
    record Prefix(String text) implements PathConfig {
        private static final java.util.regex.Pattern PATH =
                java.util.regex.Pattern.compile("/|(/" + PathPattern.SEGMENT + ")+");

        public Prefix {
            text = text.length() > 1 && text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
            Optional<String> pattern = Literals.prefix(text);
            new Check()
                    .that(
                            "path-prefix",
                            pattern.isEmpty() && PATH.matcher(text).matches(),
                            Check.quoted(text),
                            pattern.orElse("is not a path of whole segments, expected one such as /v1 or /pkg.Service"))
                    .that("path-prefix", !dotted(text), Check.quoted(text), "has a dot segment, expected none")
                    .done();
        }

        @Override
        public PathPattern pattern() {
            return PathPattern.fixed(text.equals("/") ? "" : text, PathPattern.End.REST);
        }

        @Override
        public int alike() {
            return PathPattern.alike(text.equals("/") ? "" : text);
        }
    }

    /** This path and no other; a slash at its end counts. */
    record Exact(String text) implements PathConfig {
        private static final java.util.regex.Pattern PATH =
                java.util.regex.Pattern.compile("/|(/" + PathPattern.SEGMENT + ")+/?");

        public Exact {
            Optional<String> pattern = Literals.path(text);
            new Check()
                    .that(
                            "path",
                            pattern.isEmpty() && PATH.matcher(text).matches(),
                            Check.quoted(text),
                            pattern.orElse("is not a path, expected one such as /health or /v1/users/"))
                    .that("path", !dotted(text), Check.quoted(text), "has a dot segment, expected none")
                    .done();
        }

        @Override
        public PathPattern pattern() {
            return PathPattern.fixed(text, PathPattern.End.EXACT);
        }

        @Override
        public int alike() {
            return PathPattern.alike(text);
        }
    }

    /** Fixed segments and places for one segment each, {@code /users/{id}/files}; {@code /...} at the end takes everything below, too. */
    record Template(String text) implements PathConfig {
        private static final String PLACE = "\\{[a-z][a-zA-Z0-9_]*}";
        private static final java.util.regex.Pattern TEMPLATE =
                java.util.regex.Pattern.compile("(/(" + PathPattern.SEGMENT + "|" + PLACE + "))+");

        public Template {
            String fixed = text.endsWith(PathPattern.REST) ? text.substring(0, text.length() - 4) : text;
            Optional<String> pattern = Literals.template(text);
            new Check()
                    .that(
                            "path-template",
                            pattern.isEmpty() && TEMPLATE.matcher(fixed).matches(),
                            Check.quoted(text),
                            pattern.orElse(
                                    "is not a template of whole segments, expected one such as /users/{id} or /users/{id}/..."))
                    .that("path-template", !dotted(fixed), Check.quoted(text), "has a dot segment, expected none")
                    .that(
                            "path-template",
                            PathPattern.template(text).distinct(),
                            Check.quoted(text),
                            "names a place twice, expected different names")
                    .done();
        }

        @Override
        public PathPattern pattern() {
            return PathPattern.template(text);
        }
    }

    /** Whole paths that a regular expression of RE2's syntax matches, in time linear in the path. */
    record Regex(String text) implements PathConfig {
        public Regex {
            new Check()
                    .that("path-regex", text.length() <= 1024, text.length() + " chars", "is longer than 1024 chars")
                    .done();
            Optional<String> wrong = fault(text);
            new Check()
                    .that(
                            "path-regex",
                            wrong.isEmpty(),
                            Check.quoted(text),
                            "is not a regular expression of RE2: " + wrong.orElse(""))
                    .done();
        }

        @Override
        public PathPattern pattern() {
            return PathPattern.regex(text);
        }

        /** What is wrong with an expression; empty when it compiles. */
        static Optional<String> fault(String text) {
            try {
                Pattern.compile(text);
                return Optional.empty();
            } catch (PatternSyntaxException e) {
                return Optional.of(e.getDescription());
            }
        }
    }

    /** gRPC calls: all, those of a service, those of a method in any service, or those of one method of one service. */
    record Grpc(Optional<String> service, Optional<String> method) implements PathConfig {
        private static final java.util.regex.Pattern SERVICE =
                java.util.regex.Pattern.compile("[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)*");
        private static final java.util.regex.Pattern METHOD = java.util.regex.Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

        public Grpc {
            Check check = new Check();
            service.ifPresent(name -> check.that(
                    "service",
                    SERVICE.matcher(name).matches(),
                    Check.quoted(name),
                    Literals.all(name, "service").orElse("is not a gRPC service, expected one such as pkg.Service")));
            method.ifPresent(name -> check.that(
                    "method",
                    METHOD.matcher(name).matches(),
                    Check.quoted(name),
                    Literals.all(name, "method").orElse("is not a gRPC method, expected one such as SayHello")));
            check.done();
        }

        @Override
        public String text() {
            return "/" + service.orElse("{service}")
                    + method.map(name -> "/" + name).orElse(PathPattern.REST);
        }

        @Override
        public PathPattern pattern() {
            return PathPattern.template(text());
        }
    }

    /** Whether a route says anything of its paths by these keys. */
    static boolean given(ConfigNode node) {
        return KEYS.stream().anyMatch(node::has);
    }

    /** Reads the one key of the route that says which paths. */
    static PathConfig from(ConfigNode node) {
        String found = "";
        for (String key : KEYS) {
            if (node.has(key) && !found.isEmpty()) {
                node.problem(key, "is given beside " + found + ", expected at most one of them");
            } else if (node.has(key)) {
                found = key;
            }
        }
        Optional<PathConfig> grpc = node.optionalChild(
                "grpc", child -> new Grpc(child.optionalText("service"), child.optionalText("method")));
        // each is read, so that each is known, also where two are given
        Optional<String> exact = node.optionalText("path");
        Optional<String> template = node.optionalText("path-template");
        Optional<String> regex = node.optionalText("path-regex");
        String prefix = node.text("path-prefix", "/");
        return exact.<PathConfig>map(Exact::new)
                .or(() -> template.map(Template::new))
                .or(() -> regex.map(Regex::new))
                .or(() -> grpc)
                .orElseGet(() -> new Prefix(prefix));
    }

    private static boolean dotted(String path) {
        return path.matches(".*/\\.\\.?(/.*)?");
    }
}

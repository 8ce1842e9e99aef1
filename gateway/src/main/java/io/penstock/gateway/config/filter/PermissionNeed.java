// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Whom a rule lets pass: one of the keys {@code any}, {@code all}, {@code known} and {@code public}. */
public sealed interface PermissionNeed {

    /** Who has one or more of these; 1 to {@value PermissionNeed#MOST}. */
    record Any(List<String> permissions) implements PermissionNeed {
        public Any {
            permissions = checked("any", permissions);
        }

        @Override
        public String toString() {
            return (permissions.size() == 1 ? "" : "one of ") + String.join(", ", permissions);
        }
    }

    /** Who has all of these; 1 to {@value PermissionNeed#MOST}. */
    record All(List<String> permissions) implements PermissionNeed {
        public All {
            permissions = checked("all", permissions);
        }

        @Override
        public String toString() {
            return (permissions.size() == 1 ? "" : "all of ") + String.join(", ", permissions);
        }
    }

    /** Everybody of whom a filter has found out who it is. */
    record Known() implements PermissionNeed {
        @Override
        public String toString() {
            return "a known caller";
        }
    }

    /** Strangers, too. */
    record Everybody() implements PermissionNeed {
        @Override
        public String toString() {
            return "nothing";
        }
    }

    /** How many permissions a rule may name. */
    int MOST = 32;

    private static List<String> checked(String key, List<String> permissions) {
        Pattern name = Pattern.compile("[\\x21-\\x7e&&[^*\",\\\\]]{1,256}");
        Check check = new Check()
                .notEmpty(key, permissions)
                .that(
                        key,
                        permissions.size() <= MOST,
                        permissions.size() + " permissions",
                        "are too many, expected at most " + MOST);
        for (int i = 0; i < permissions.size(); i++) {
            check.that(
                    key + "[" + i + "]",
                    name.matcher(permissions.get(i)).matches(),
                    Check.quoted(permissions.get(i)),
                    "is not a permission, expected one such as orders:read, without a star: callers are granted those");
        }
        check.done();
        return List.copyOf(permissions);
    }

    /** Reads the one key of the rule that says whom it lets pass. */
    static PermissionNeed from(ConfigNode node) {
        String found = "";
        for (String key : new String[] {"any", "all", "known", "public"}) {
            if (node.has(key) && !found.isEmpty()) {
                node.problem(key, "is given beside " + found + ", expected exactly one of them");
            } else if (node.has(key)) {
                found = key;
            }
        }
        if (found.isEmpty()) {
            node.problem("any", "is missing, expected exactly one of any, all, known and public");
        }
        // each is read, so that each is known, also where two are given
        List<String> any = node.parsedList("any", List.of("unread"), Function.identity());
        List<String> all = node.parsedList("all", List.of("unread"), Function.identity());
        alone(node, "known", node.flag("known", true));
        alone(node, "public", node.flag("public", true));
        return switch (found) {
            case "any" -> new Any(any);
            case "all" -> new All(all);
            case "public" -> new Everybody();
            default -> new Known();
        };
    }

    /** No rule says whom it does not let pass. */
    private static void alone(ConfigNode node, String key, boolean value) {
        if (!value) {
            node.problem(key, "is false, expected true or another key: what no rule allows is refused");
        }
    }
}

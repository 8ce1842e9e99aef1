// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Whom some requests are for.
 *
 * @param methods default any; kept as they are written
 * @param path which paths; required
 * @param need who may make them; required
 */
public record PermissionRuleConfig(List<String> methods, PermissionPath path, PermissionNeed need) {
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'+.^_`|~-]{1,64}");

    public PermissionRuleConfig {
        methods = List.copyOf(methods);
        Check check = new Check();
        for (int i = 0; i < methods.size(); i++) {
            check.that(
                    "methods[" + i + "]",
                    TOKEN.matcher(methods.get(i)).matches(),
                    Check.quoted(methods.get(i)),
                    "is not a method, expected one such as GET, or no key for any");
            check.that(
                    "methods[" + i + "]",
                    methods.indexOf(methods.get(i)) == i,
                    Check.quoted(methods.get(i)),
                    "is given twice, expected once");
        }
        check.done();
    }

    static PermissionRuleConfig from(ConfigNode node) {
        if (!node.has("path")) {
            node.problem("path", "is missing, expected one such as /v1/orders/{id} or /v1/**");
        }
        return new PermissionRuleConfig(
                node.parsedList("methods", List.of(), Function.identity()),
                node.parsed("path", PermissionPath.parse("/"), PermissionPath::parse),
                PermissionNeed.from(node));
    }

    /** As explanations and the log name it. */
    @Override
    public String toString() {
        return (methods.isEmpty() ? "" : String.join(",", methods) + " ") + path.text();
    }
}

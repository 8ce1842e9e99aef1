// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.route;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.util.Optional;

/**
 * Sends callers elsewhere; what is absent stays as the caller sent it, and the query always does.
 *
 * @param status {@code 301}, {@code 302}, {@code 303}, {@code 307} or {@code 308}, default {@code 301}
 * @param scheme {@code http} or {@code https}; without {@code host}, the port of the caller's authority is left out
 * @param host a host or host:port, in which {@code {*}} stands for what the star of the route's host stands for
 * @param rewrite {@code path-prefix} or {@code path}, as under {@code rewrite}
 */
public record RedirectConfig(int status, Optional<String> scheme, Optional<String> host, RewriteConfig rewrite)
        implements ActionConfig {

    public RedirectConfig {
        Check check = new Check()
                .that(
                        "status",
                        status >= 301 && status <= 308 && (status < 304 || status > 306),
                        status,
                        "is not a redirection, expected 301, 302, 303, 307 or 308")
                .that(
                        "host",
                        scheme.isPresent() || host.isPresent() || !rewrite.equals(RewriteConfig.NONE),
                        "",
                        "is missing, expected one or more of scheme, host, path-prefix and path");
        scheme.ifPresent(text -> check.that(
                "scheme",
                text.equals("http") || text.equals("https"),
                Check.quoted(text),
                "is not a scheme, expected http or https"));
        host.ifPresent(text -> check.that(
                "host",
                HostCapture.fine(text),
                Check.quoted(text),
                "is not an authority, expected a host or host:port"));
        check.done();
    }

    static RedirectConfig from(ConfigNode node) {
        RewriteConfig rewrite = RewriteConfig.from(node);
        Optional<String> scheme = node.optionalText("scheme");
        Optional<String> host = node.optionalText("host");
        boolean empty = scheme.isEmpty() && host.isEmpty() && rewrite.equals(RewriteConfig.NONE);
        if (empty && !node.has("scheme") && !node.has("host") && !node.has("path-prefix") && !node.has("path")) {
            node.problem("host", "is missing, expected one or more of scheme, host, path-prefix and path");
        }
        return new RedirectConfig(node.integer("status", 301), scheme, empty ? Optional.of("unknown") : host, rewrite);
    }
}

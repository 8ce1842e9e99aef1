// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.match;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a route matches, as one text: {@code /orders}, {@code http://example.com/orders} or with a star at the end; everything below the path
 * is meant.
 *
 * @param path with everything below it
 */
public record RouteUrl(Optional<String> host, PathConfig.Prefix path) {
    private static final Pattern FORM = Pattern.compile("(?:https?://([^/:?#]+))?(/[^?#*]*)\\*?");

    /**
     * Reads one.
     *
     * @throws ConfigException it is something else
     */
    public static RouteUrl parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw Check.failed(
                    Check.quoted(text),
                    "is no rule's url, expected /path or http://host/path, without port and query, * only at its end");
        }
        try {
            return new RouteUrl(Optional.ofNullable(matcher.group(1)), new PathConfig.Prefix(matcher.group(2)));
        } catch (ConfigException e) {
            throw Check.failed(
                    e.problems().getFirst().found(), e.problems().getFirst().verdict());
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.route;

import io.penstock.gateway.config.filter.ForwardedConfig;
import io.penstock.gateway.config.filter.HeaderEditConfig;
import io.penstock.gateway.config.match.MatchConfig;
import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * Which requests, and what happens to them.
 *
 * @param name unique among routes, a label in logs and metrics; required
 * @param match which requests; its keys are the route's own; default every request
 * @param action {@code cluster}, {@code clusters}, {@code lookup}, {@code redirect} or {@code answer}, exactly one of them; required
 * @param rewrite how the path changes on its way to the upstream, default not at all
 * @param authority {@code preserve}, {@code target} or a host, which may have {@code {*}} for what the star of the match stands for, default {@code preserve}
 * @param filters names of those that run on its requests, in this order, default none
 * @param requestHeaders how the request's fields change, default not at all
 * @param responseHeaders how the response's fields change, default not at all
 * @param forwarded what the upstream is told about the caller; absent means what the whole file says
 * @param upgrades protocols, in lower case, to which a request may upgrade, default {@code websocket}; the one of the match is always
 *     among them
 * @param timeouts how long exchanges may take; its keys are the route's own
 */
public record RouteConfig(
        String name,
        MatchConfig match,
        ActionConfig action,
        RewriteConfig rewrite,
        AuthorityConfig authority,
        List<String> filters,
        HeaderEditConfig requestHeaders,
        HeaderEditConfig responseHeaders,
        Optional<ForwardedConfig> forwarded,
        List<String> upgrades,
        TimeoutsConfig timeouts) {

    public RouteConfig {
        filters = List.copyOf(filters);
        upgrades = upgrades.stream().map(text -> text.toLowerCase(Locale.ROOT)).toList();
        Check check = new Check().name("name", name);
        for (int i = 0; i < upgrades.size(); i++) {
            check.that(
                    "upgrades[" + i + "]",
                    MatchConfig.TOKEN.matcher(upgrades.get(i)).matches(),
                    Check.quoted(upgrades.get(i)),
                    "is not a protocol, expected one such as websocket");
        }
        rewrite.fault("rewrite", match.path()).ifPresent(problem -> check.that(problem));
        if (action instanceof RedirectConfig redirect) {
            redirect.rewrite().fault("redirect", match.path()).ifPresent(problem -> check.that(problem));
            redirect.host()
                    .flatMap(host -> HostCapture.fault("redirect.host", host, match))
                    .ifPresent(problem -> check.that(problem));
        }
        if (authority instanceof AuthorityConfig.Literal literal) {
            HostCapture.fault("authority", literal.value(), match).ifPresent(problem -> check.that(problem));
        }
        check.done();
    }

    /** Reads one of the {@code routes}. */
    public static RouteConfig from(ConfigNode node) {
        return new RouteConfig(
                node.text("name"),
                MatchConfig.from(node),
                ActionConfig.from(node),
                node.child("rewrite", RewriteConfig::from),
                node.parsed("authority", new AuthorityConfig.Preserve(), AuthorityConfig::parse),
                filters(node),
                node.child("request-headers", HeaderEditConfig::from),
                node.child("response-headers", HeaderEditConfig::from),
                node.optionalChild("forwarded", ForwardedConfig::from),
                node.parsedList("upgrades", List.of("websocket"), Function.identity()),
                TimeoutsConfig.from(node));
    }

    /** In a rule, {@code action} is the name of the one filter or chain. */
    private static List<String> filters(ConfigNode node) {
        Optional<String> action = node.optionalText("action");
        List<String> filters = node.parsedList("filters", List.of(), Function.identity());
        if (action.isPresent() && node.has("filters")) {
            node.problem("action", "is given beside filters, expected one of them");
        }
        return action.map(List::of).orElse(filters);
    }

    /** Whether a request may upgrade to this protocol here. */
    public boolean upgradesTo(String protocol) {
        String lower = protocol.toLowerCase(Locale.ROOT);
        return upgrades.contains(lower) || match.upgrade().filter(lower::equals).isPresent();
    }
}

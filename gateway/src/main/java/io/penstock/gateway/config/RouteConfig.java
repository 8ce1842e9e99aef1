// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;

import io.penstock.gateway.config.TargetConfig.ClusterTarget;
import io.penstock.gateway.config.TargetConfig.LookupTarget;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which requests, and where they go.
 *
 * @param name unique among routes, a label in logs and metrics; required
 * @param host exact host of the authority, without port, in any case, kept in lower case; absent matches every host
 * @param pathPrefix whole segments, begins with a slash, default {@code /}; a slash at its end means nothing and is removed
 * @param target {@code cluster} or {@code lookup}, exactly one of them; required
 * @param authority {@code preserve}, {@code target} or a host, default {@code preserve}
 * @param maxGrpcTimeout 1 ms to 24 h, default 1 h; the longest {@code grpc-timeout} that is honoured; longer ones are cut to it
 * @param timeout 1 ms to 24 h; ends every exchange of the route after this; absent means no limit
 * @param maxIdle 1 ms to 24 h, at most the timeout; ends an exchange on which no byte moved for this long; absent means no limit
 */
public record RouteConfig(
        String name,
        Optional<String> host,
        String pathPrefix,
        TargetConfig target,
        AuthorityConfig authority,
        Duration maxGrpcTimeout,
        Optional<Duration> timeout,
        Optional<Duration> maxIdle) {

    /** A path of RFC 3986 §3.3 without empty segments. */
    private static final Pattern PATH = Pattern.compile("/|(/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)+");

    public RouteConfig {
        host = host.map(text -> text.toLowerCase(Locale.ROOT));
        pathPrefix = pathPrefix.length() > 1 && pathPrefix.endsWith("/")
                ? pathPrefix.substring(0, pathPrefix.length() - 1)
                : pathPrefix;
        Check check = new Check()
                .name("name", name)
                .that(
                        "path-prefix",
                        PATH.matcher(pathPrefix).matches(),
                        Check.quoted(pathPrefix),
                        "is not a path of whole segments, expected one such as /v1 or /pkg.Service")
                .that(
                        "path-prefix",
                        !pathPrefix.matches(".*/\\.\\.?(/.*)?"),
                        Check.quoted(pathPrefix),
                        "has a dot segment, expected none")
                .range("max-grpc-timeout", maxGrpcTimeout, ofMillis(1), ofHours(24));
        host.ifPresent(text -> check.host("host", text));
        timeout.ifPresent(limit -> check.range("timeout", limit, ofMillis(1), ofHours(24)));
        maxIdle.ifPresent(limit -> check.range("max-idle", limit, ofMillis(1), ofHours(24)));
        if (timeout.isPresent() && maxIdle.isPresent()) {
            check.that(
                    "max-idle",
                    maxIdle.get().compareTo(timeout.get()) <= 0,
                    Units.text(maxIdle.get()),
                    "is longer than timeout, so it could never fire");
        }
        check.done();
    }

    static RouteConfig from(ConfigNode node) {
        return new RouteConfig(
                node.text("name"),
                node.optionalText("host"),
                node.text("path-prefix", "/"),
                target(node),
                node.parsed("authority", new AuthorityConfig.Preserve(), AuthorityConfig::parse),
                node.duration("max-grpc-timeout", ofHours(1)),
                node.optionalDuration("timeout"),
                node.optionalDuration("max-idle"));
    }

    private static TargetConfig target(ConfigNode node) {
        Optional<String> cluster = node.optionalText("cluster");
        Optional<String> lookup = node.optionalText("lookup");
        if (node.has("cluster") && node.has("lookup")) {
            node.problem("lookup", "is given beside cluster, expected exactly one of them");
        } else if (!node.has("cluster") && !node.has("lookup")) {
            node.problem("cluster", "is missing, expected exactly one of cluster and lookup");
        }
        return lookup.isPresent() && cluster.isEmpty()
                ? new LookupTarget(lookup.get())
                : new ClusterTarget(cluster.orElse("unknown"));
    }
}

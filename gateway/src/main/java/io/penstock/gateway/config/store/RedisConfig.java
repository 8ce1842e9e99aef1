// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.store;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import io.penstock.gateway.config.read.Address;
import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import io.penstock.gateway.config.upstream.UpstreamConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Redis, Sentinel or Cluster.
 *
 * @param url {@code redis://user:password@host:port/database} or {@code rediss://}; with several comma-separated hosts for the
 *     other two topologies; blank in a file means the embedded store
 * @param topology {@code single}, {@code sentinel} or {@code cluster}, default {@code single}; how the hosts of the URL are to be
 *     understood
 * @param sentinelMaster the name of the master that the sentinels watch; required for sentinels, and only for them
 * @param sentinelPassword the password of the sentinels, where it is not that of the master
 * @param trust PEM file with the authorities for {@code rediss}; absent uses those of the JDK
 * @param maxConnections 1 to 1 000, default 16; connections for look-ups, without the one that listens for invalidations
 * @param reuse {@code always} or {@code never}, default {@code always}; with {@code never} each question has a connection of its own
 * @param idleTimeout 1 s to 24 h, default 1 min; a connection for look-ups that nobody used for this long is closed
 * @param connectTimeout 1 ms to 1 min, default 1 s
 * @param readTimeout 1 ms to 1 min, default 1 s
 */
public record RedisConfig(
        String url,
        Topology topology,
        Optional<String> sentinelMaster,
        Optional<String> sentinelPassword,
        Optional<Path> trust,
        int maxConnections,
        UpstreamConfig.Reuse reuse,
        Duration idleTimeout,
        Duration connectTimeout,
        Duration readTimeout) {

    /** How the hosts of a Redis URL are to be understood. */
    public enum Topology {
        SINGLE,
        SENTINEL,
        CLUSTER
    }

    /** Scheme, user and password up to the last at sign, hosts, database. */
    private static final Pattern URL = Pattern.compile("(rediss?)://(?:.*@)?([^/?#@]+)(?:/([0-9]{1,5})?)?");

    private static final String FORM = "expected redis://user:password@host:port/database or rediss://";

    public RedisConfig {
        Matcher matcher = URL.matcher(url);
        boolean readable = matcher.matches();
        String[] hosts = readable ? matcher.group(2).split(",", -1) : new String[0];
        boolean secure = readable && matcher.group(1).equals("rediss");
        boolean database = readable && matcher.group(3) != null && Integer.parseInt(matcher.group(3)) != 0;
        // the URL is shown in no problem: it may hold a password
        Check check = new Check()
                .that("url", readable, "", "is not a Redis URL, " + FORM)
                .that(
                        "url",
                        topology != Topology.SINGLE || hosts.length <= 1,
                        "",
                        "names several hosts, expected one unless topology is sentinel or cluster")
                .that(
                        "url",
                        topology != Topology.CLUSTER || !database,
                        "",
                        "names a database, expected none: a Redis cluster has only database 0")
                .that(
                        "sentinel-master",
                        topology != Topology.SENTINEL || sentinelMaster.isPresent(),
                        "",
                        "is missing, expected the name of the master because topology is sentinel")
                .that("trust", trust.isEmpty() || !readable || secure, "", "is given, expected a rediss:// URL with it")
                .range("max-connections", maxConnections, 1, 1_000)
                .range("idle-timeout", idleTimeout, ofSeconds(1), ofHours(24))
                .range("connect-timeout", connectTimeout, ofMillis(1), ofMinutes(1))
                .range("read-timeout", readTimeout, ofMillis(1), ofMinutes(1));
        for (String host : hosts) {
            check.that(
                    "url", Address.hostPort(host) || Address.host(host), "", "has a host that is not valid, " + FORM);
        }
        checkSentinels(check, topology, "sentinel-master", sentinelMaster);
        checkSentinels(check, topology, "sentinel-password", sentinelPassword);
        check.done();
    }

    private static void checkSentinels(Check check, Topology topology, String key, Optional<String> value) {
        value.ifPresent(text -> check.notBlank(key, text)
                .that(key, topology == Topology.SENTINEL, "", "is given, expected topology: sentinel with it"));
    }

    /** Nothing when the URL is blank. */
    static Optional<RedisConfig> from(ConfigNode node) {
        String url = node.requiredText("url", "");
        Topology topology = node.choice("topology", Topology.SINGLE);
        Optional<String> master = node.optionalText("sentinel-master");
        Optional<String> password = node.optionalText("sentinel-password");
        Optional<Path> trust = node.optionalPath("trust");
        int maxConnections = node.integer("max-connections", 16);
        UpstreamConfig.Reuse reuse = node.choice("reuse", UpstreamConfig.Reuse.ALWAYS);
        Duration idleTimeout = node.duration("idle-timeout", ofMinutes(1));
        Duration connectTimeout = node.duration("connect-timeout", ofSeconds(1));
        Duration readTimeout = node.duration("read-timeout", ofSeconds(1));
        // made even when it is not used, so that its other keys are checked
        String checked = url.isBlank() ? "rediss://unused" : url;
        var redis = new RedisConfig(
                checked,
                topology,
                master,
                password,
                trust,
                maxConnections,
                reuse,
                idleTimeout,
                connectTimeout,
                readTimeout);
        return url.isBlank() ? Optional.empty() : Optional.of(redis);
    }

    /** Without user, password and database. */
    @Override
    public String toString() {
        Matcher matcher = URL.matcher(url);
        return topology + " " + (matcher.matches() ? matcher.group(1) + "://" + matcher.group(2) : "");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;

/**
 * A parsed {@code redis://user:password@host:port,host:port/database}; {@code rediss} for TLS. User, password and database may be
 * left out, the port of each host too (6379; of a sentinel 26379). User and password are percent-encoded.
 */
record RedisUrl(
        boolean tls, @Nullable String user, @Nullable String password, List<HostAndPort> hosts, int database) {

    /**
     * Parses; no message shows a part of the URL that may be secret.
     *
     * @throws IllegalArgumentException when it is something else
     */
    static RedisUrl parse(String url, int defaultPort) {
        boolean tls = url.startsWith("rediss://");
        if (!tls && !url.startsWith("redis://")) {
            throw new IllegalArgumentException("redis url does not start with redis:// or rediss://");
        }
        String rest = url.substring(url.indexOf("//") + 2);
        int at = rest.lastIndexOf('@');
        @Nullable String user = null;
        @Nullable String password = null;
        if (at >= 0) {
            int colon = rest.indexOf(':');
            if (colon < 0 || colon > at) {
                throw new IllegalArgumentException("redis url has no colon between user and password");
            }
            user = colon == 0 ? null : decoded(rest.substring(0, colon));
            password = decoded(rest.substring(colon + 1, at));
        }
        String place = rest.substring(at + 1);
        int slash = place.indexOf('/');
        String database = slash < 0 ? "" : place.substring(slash + 1);
        String hosts = slash < 0 ? place : place.substring(0, slash);
        return new RedisUrl(tls, user, password, hosts(hosts, defaultPort), database(database));
    }

    private static List<HostAndPort> hosts(String text, int defaultPort) {
        List<HostAndPort> hosts = new ArrayList<>();
        for (String host : text.split(",", -1)) {
            hosts.add(host(host.strip(), defaultPort));
        }
        return List.copyOf(hosts);
    }

    private static HostAndPort host(String text, int defaultPort) {
        int colon = text.lastIndexOf(':');
        boolean bare = colon < 0 || text.endsWith("]");
        String host = bare ? text : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        int port = bare ? defaultPort : number("port", text.substring(colon + 1), 65_535);
        if (host.isEmpty() || port == 0) {
            throw new IllegalArgumentException("redis url has a host without a name or with port 0");
        }
        return new HostAndPort(host, port);
    }

    private static int database(String text) {
        return text.isEmpty() ? 0 : number("database", text, 1_000_000);
    }

    private static int number(String what, String text, int max) {
        if (!text.matches("[0-9]{1,7}") || Integer.parseInt(text) > max) {
            throw new IllegalArgumentException("redis url has a " + what + " that is no number from 0 to " + max);
        }
        return Integer.parseInt(text);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Without user and password. */
    @Override
    public String toString() {
        return (tls ? "rediss://" : "redis://") + hosts + "/" + database;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.match;

import io.penstock.gateway.config.read.Address;
import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.Cidr;
import io.penstock.gateway.config.read.ConfigNode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Which requests a route takes: all that is given must fit. Its keys stand among those of the route.
 *
 * @param priority -1 000 000 to 1 000 000, default 0; a route with a higher one comes before every more specific one
 * @param host of the authority, without port, an IPv6 address with or without brackets, in any case, kept in lower case and without a dot at its end; {@code *.example.com} takes every name below; absent
 *     takes every host
 * @param path one of {@code path-prefix}, {@code path}, {@code path-template}, {@code path-regex} and {@code grpc}, default {@code
 *     path-prefix: /}
 * @param methods default any; kept as they are written
 * @param headers default none; every one must fit
 * @param query default none; every one must fit
 * @param client networks, one of which must have the client's address; default any
 * @param upgrade takes only requests that ask for this protocol, in any case, kept in lower case; absent takes all requests
 */
public record MatchConfig(
        int priority,
        Optional<String> host,
        PathConfig path,
        List<String> methods,
        List<FieldMatchConfig> headers,
        List<FieldMatchConfig> query,
        List<Cidr> client,
        Optional<String> upgrade) {

    public static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}");

    public MatchConfig {
        host = host.map(text -> text.toLowerCase(Locale.ROOT))
                .map(Address::withoutBrackets)
                .map(text -> text.indexOf(':') < 0
                        ? text
                        : Address.literal(text).map(Address::text).orElse(text))
                .map(text -> text.length() > 1 && text.endsWith(".") ? text.substring(0, text.length() - 1) : text);
        upgrade = upgrade.map(text -> text.toLowerCase(Locale.ROOT));
        methods = List.copyOf(methods);
        headers = List.copyOf(headers);
        query = List.copyOf(query);
        client = List.copyOf(client);
        Check check = new Check().range("priority", priority, -1_000_000, 1_000_000);
        host.ifPresent(
                text -> check.that(
                        "host",
                        Address.host(text.startsWith("*.") ? text.substring(2) : text),
                        Check.quoted(text),
                        Literals.host(text)
                                .orElse(
                                        "is neither an IP address nor a DNS name, expected one of them without port, or *. and a DNS name")));
        for (int i = 0; i < methods.size(); i++) {
            Optional<String> all = Literals.all(methods.get(i), "method");
            check.that(
                    "methods[" + i + "]",
                    all.isEmpty() && TOKEN.matcher(methods.get(i)).matches(),
                    Check.quoted(methods.get(i)),
                    all.orElse("is not a method, expected one such as GET"));
        }
        upgrade.ifPresent(text -> check.that(
                "upgrade",
                TOKEN.matcher(text).matches(),
                Check.quoted(text),
                "is not a protocol, expected one such as websocket"));
        check.done();
    }

    /** Every request to this host and below this path. */
    public static MatchConfig of(Optional<String> host, String pathPrefix) {
        return new MatchConfig(
                0,
                host,
                new PathConfig.Prefix(pathPrefix),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Optional.empty());
    }

    /** Reads what a route matches from the route's own keys. */
    public static MatchConfig from(ConfigNode node) {
        Optional<RouteUrl> url = node.parsed("url", Optional.empty(), text -> Optional.of(RouteUrl.parse(text)));
        Optional<String> host = node.optionalText("host");
        PathConfig path = PathConfig.from(node);
        if (url.isPresent() && (host.isPresent() || PathConfig.given(node))) {
            node.problem("url", "is given beside host or a path, expected it in their place");
        }
        return new MatchConfig(
                node.integer("priority", 0),
                url.flatMap(RouteUrl::host).or(() -> host),
                url.<PathConfig>map(RouteUrl::path).orElse(path),
                node.parsedList("methods", List.of(), Function.identity()),
                node.list("headers", FieldMatchConfig::header),
                node.list("query", FieldMatchConfig::from),
                node.parsedList("client", List.of(), Cidr::parse),
                node.optionalText("upgrade"));
    }

    /** A number that matches of the same rank share; nearly all others have another. */
    public int alike() {
        return 31 * host.hashCode() + path.alike();
    }

    /**
     * Whether some request might fit both, as far as that can be told; asked only about matches of the same rank, whose hosts and
     * segments are the same.
     */
    public boolean meets(MatchConfig other) {
        boolean apart = (!methods.isEmpty()
                        && !other.methods.isEmpty()
                        && methods.stream().noneMatch(other.methods::contains))
                || (upgrade.isPresent() && other.upgrade.isPresent() && !upgrade.equals(other.upgrade))
                || (!client.isEmpty()
                        && !other.client.isEmpty()
                        && client.stream()
                                .noneMatch(mine -> other.client.stream().anyMatch(mine::meets)))
                || headers.stream().anyMatch(mine -> other.headers.stream().anyMatch(mine::disjoint))
                || query.stream().anyMatch(mine -> other.query.stream().anyMatch(mine::disjoint))
                || (path instanceof PathConfig.Regex mine
                        && other.path instanceof PathConfig.Regex theirs
                        && RegexEnds.of(mine.text()).disjoint(RegexEnds.of(theirs.text())));
        return !apart;
    }
}

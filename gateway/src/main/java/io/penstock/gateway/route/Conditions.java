// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.route;

import com.google.re2j.Pattern;
import io.penstock.gateway.config.match.FieldMatchConfig;
import io.penstock.gateway.config.match.FieldMatchConfig.FieldTest;
import io.penstock.gateway.config.match.MatchConfig;
import io.penstock.gateway.config.match.PathConfig;
import io.penstock.gateway.config.read.Address;
import io.penstock.gateway.config.read.Cidr;
import io.penstock.gateway.exchange.Exchange;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Everything that a match asks of a request beside its host and the segments of its path, compiled; most matches ask nothing. */
final class Conditions {

    /** One of them; the texts are for explanations. */
    private record Condition(
            Predicate<Exchange> test, String expected, java.util.function.Function<Exchange, String> found) {}

    private final Condition[] all;

    Conditions(MatchConfig match) {
        List<Condition> list = new ArrayList<>();
        if (match.path() instanceof PathConfig.Regex regex) {
            Pattern pattern = Pattern.compile(regex.text());
            list.add(new Condition(
                    exchange -> pattern.matches(path(exchange)),
                    "path ~ " + regex.text(),
                    exchange -> "is " + path(exchange)));
        }
        if (match.path() instanceof PathConfig.Grpc) {
            list.add(new Condition(
                    Exchange::grpc,
                    "gRPC",
                    exchange -> "content-type is "
                            + String.valueOf(exchange.request().value("content-type"))));
        }
        if (!match.methods().isEmpty()) {
            List<String> methods = match.methods();
            list.add(new Condition(
                    exchange -> methods.contains(method(exchange)),
                    "method " + String.join(" or ", methods),
                    exchange -> "is " + method(exchange)));
        }
        match.upgrade()
                .ifPresent(protocol -> list.add(new Condition(
                        exchange -> protocol.equals(upgrade(exchange)),
                        "upgrade to " + protocol,
                        exchange -> upgrade(exchange).isEmpty() ? "there is none" : "is to " + upgrade(exchange))));
        for (FieldMatchConfig field : match.headers()) {
            Predicate<@Nullable String> test = test(field.test());
            list.add(new Condition(
                    exchange -> test.test(header(exchange, field.name())),
                    "header " + field,
                    exchange -> found(header(exchange, field.name()))));
        }
        for (FieldMatchConfig field : match.query()) {
            Predicate<@Nullable String> test = test(field.test());
            list.add(new Condition(
                    exchange -> test.test(Query.first(exchange.path(), field.name())),
                    "query " + field,
                    exchange -> found(Query.first(exchange.path(), field.name()))));
        }
        if (!match.client().isEmpty()) {
            List<Cidr> networks = match.client();
            list.add(new Condition(
                    exchange -> within(networks, exchange.client()),
                    "client in "
                            + String.join(
                                    ", ", networks.stream().map(Cidr::toString).toList()),
                    exchange -> "is " + exchange.client()));
        }
        all = list.toArray(Condition[]::new);
    }

    boolean hold(Exchange exchange) {
        for (Condition condition : all) {
            if (!condition.test().test(exchange)) {
                return false;
            }
        }
        return true;
    }

    /** What the first one that does not hold expected, and what it found; null when all hold. */
    @Nullable
    String broken(Exchange exchange) {
        for (Condition condition : all) {
            if (!condition.test().test(exchange)) {
                String found = condition.found().apply(exchange);
                return "expected " + condition.expected() + ", but " + (found.startsWith("is ") ? "it " : "") + found;
            }
        }
        return null;
    }

    /** A handshake over HTTP/2 is a CONNECT in the place of a GET (RFC 8441 §5). */
    private static String method(Exchange exchange) {
        return exchange.method().equals("CONNECT") && exchange.request().has(":protocol") ? "GET" : exchange.method();
    }

    private static String upgrade(Exchange exchange) {
        String protocol = exchange.request().value(":protocol");
        return protocol == null ? "" : protocol.toLowerCase(Locale.ROOT);
    }

    private static String path(Exchange exchange) {
        String path = exchange.path();
        int query = path.indexOf('?');
        return query < 0 ? path : path.substring(0, query);
    }

    /** The values of all fields of the name, as one list (RFC 9110 §5.3); cookies as they are joined (RFC 9113 §8.2.3). */
    private static @Nullable String header(Exchange exchange, String name) {
        var head = exchange.request();
        if (name.equals("host")) {
            return exchange.authority().isEmpty() ? null : exchange.authority();
        }
        StringBuilder joined = null;
        String first = null;
        for (int i = 0; i < head.size(); i++) {
            var field = head.at(i);
            if (!field.name().equals(name)) {
                continue;
            }
            if (first == null) {
                first = field.value();
            } else {
                joined = joined == null ? new StringBuilder(first) : joined;
                joined.append(name.equals("cookie") ? "; " : ", ").append(field.value());
            }
        }
        return joined == null ? first : joined.toString();
    }

    private static Predicate<@Nullable String> test(FieldTest test) {
        return switch (test) {
            case FieldTest.Exact(String text) -> text::equals;
            case FieldTest.Prefix(String text) -> value -> value != null && value.startsWith(text);
            case FieldTest.Regex(String text) -> {
                Pattern pattern = Pattern.compile(text);
                yield value -> value != null && pattern.matches(value);
            }
            case FieldTest.Present present -> value -> value != null;
            case FieldTest.Absent absent -> value -> value == null;
        };
    }

    private static boolean within(List<Cidr> networks, String client) {
        InetAddress address = Address.literal(client).orElse(null);
        if (address == null) {
            return false;
        }
        for (Cidr network : networks) {
            if (network.contains(address)) {
                return true;
            }
        }
        return false;
    }

    private static String found(@Nullable String value) {
        return value == null ? "is absent" : "is " + value;
    }
}

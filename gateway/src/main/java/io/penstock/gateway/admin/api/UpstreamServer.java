// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin.api;

import io.penstock.gateway.admin.answer.AdminRefusal;
import io.penstock.gateway.config.read.Address;
import io.penstock.gateway.config.read.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.StringTokenizer;

/**
 * One {@code server} as upstream blocks of nginx and the API of dyups have it.
 *
 * @param address {@code host:port}; the port is 80 where it is left out
 * @param weight 1 or more
 * @param maxFails how many failures in {@code fail-timeout} eject it; 0 means never; absent where nothing is said
 * @param failTimeoutSeconds absent where nothing is said
 */
record UpstreamServer(
        String address,
        int weight,
        boolean backup,
        boolean down,
        Optional<Integer> maxFails,
        Optional<Integer> failTimeoutSeconds) {
    private static final int MOST = 1_000;
    private static final int HTTP_PORT = 80;

    UpstreamServer(String address) {
        this(address, 1, false, false, Optional.empty(), Optional.empty());
    }

    /**
     * Reads {@code server ADDRESS [weight=N] [backup] [down] [max_fails=N] [fail_timeout=N[s]];}, one or more.
     *
     * @throws AdminRefusal it is something else; the message says where
     */
    static List<UpstreamServer> parse(String text) {
        List<UpstreamServer> servers = new ArrayList<>();
        StringTokenizer statements = new StringTokenizer(text, ";\n");
        while (statements.hasMoreTokens()) {
            String statement = statements.nextToken().strip();
            if (!statement.isEmpty()) {
                servers.add(server(new StringTokenizer(statement), servers.size() + 1));
            }
            if (servers.size() > MOST) {
                throw AdminRefusal.invalid("there are more than " + MOST + " servers");
            }
        }
        if (servers.isEmpty()) {
            throw AdminRefusal.invalid(
                    "the body is empty, expected server ADDRESS; such as server 10.0.0.1:80 weight=2;");
        }
        return servers;
    }

    private static UpstreamServer server(StringTokenizer words, int number) {
        String first = words.nextToken();
        if (!first.equals("server") || !words.hasMoreTokens()) {
            throw AdminRefusal.invalid(
                    "statement " + number + " begins with " + Check.quoted(first) + ", expected server ADDRESS");
        }
        UpstreamServer server = new UpstreamServer(address(words.nextToken(), number));
        while (words.hasMoreTokens()) {
            server = server.with(words.nextToken(), number);
        }
        return server;
    }

    private static String address(String text, int number) {
        if (Address.hostPort(text)) {
            return text;
        }
        String withPort = text + ":" + HTTP_PORT;
        if (Address.hostPort(withPort)) {
            return withPort;
        }
        throw AdminRefusal.invalid("server " + number + ": " + Check.quoted(text)
                + " is no address, expected a name or an address with a port or without");
    }

    private UpstreamServer with(String word, int number) {
        int equals = word.indexOf('=');
        String key = equals < 0 ? word : word.substring(0, equals);
        String value = equals < 0 ? "" : word.substring(equals + 1);
        return switch (key) {
            case "weight" ->
                new UpstreamServer(
                        address, number(word, value, 1, 1_000, number), backup, down, maxFails, failTimeoutSeconds);
            case "backup" ->
                new UpstreamServer(address, weight, flag(word, value, number), down, maxFails, failTimeoutSeconds);
            case "down" ->
                new UpstreamServer(address, weight, backup, flag(word, value, number), maxFails, failTimeoutSeconds);
            case "max_fails" ->
                new UpstreamServer(
                        address,
                        weight,
                        backup,
                        down,
                        Optional.of(number(word, value, 0, 1_000_000, number)),
                        failTimeoutSeconds);
            case "fail_timeout" ->
                new UpstreamServer(address, weight, backup, down, maxFails, Optional.of(seconds(word, value, number)));
            case "max_conns" -> {
                number(word, value, 0, 0, number); // 0 is no limit
                yield this;
            }
            default ->
                throw AdminRefusal.invalid("server " + number + ": " + Check.quoted(word)
                        + " is not known, expected weight=N, backup, down, max_fails=N or fail_timeout=N");
        };
    }

    private static int seconds(String word, String value, int number) {
        String bare = value.endsWith("s") ? value.substring(0, value.length() - 1) : value;
        return number(word, bare, 1, 3_600, number);
    }

    private static boolean flag(String word, String value, int number) {
        return word.indexOf('=') < 0 || number(word, value, 0, 1, number) == 1;
    }

    private static int number(String word, String value, int least, int most, int number) {
        if (value.matches("[0-9]{1,7}")) {
            int found = Integer.parseInt(value);
            if (found >= least && found <= most) {
                return found;
            }
        }
        throw AdminRefusal.invalid(
                "server " + number + ": " + Check.quoted(word) + " is outside " + least + " to " + most);
    }

    /** As listings of dyups have it, which {@link #parse} reads. */
    String line() {
        return "server " + address + " weight=" + weight
                + maxFails.map(count -> " max_fails=" + count).orElse("")
                + failTimeoutSeconds.map(seconds -> " fail_timeout=" + seconds).orElse("")
                + " backup=" + (backup ? 1 : 0) + " down=" + (down ? 1 : 0) + "\n";
    }
}

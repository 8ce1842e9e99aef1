// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.explain;

import io.penstock.gateway.config.GatewayConfig;
import io.penstock.gateway.config.listener.ListenerConfig;
import io.penstock.gateway.config.read.Address;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.exchange.half.RequestHalf;
import io.penstock.gateway.exchange.side.Downstream;
import io.penstock.gateway.filter.PathPolicy;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A request that nobody sent, to be explained.
 *
 * @param method such as {@code GET}
 * @param url such as {@code https://example.com/v1/users?id=1}, or a path alone
 * @param fields header fields as {@code NAME:VALUE}, in order; {@code host} and {@code upgrade} mean what they mean in HTTP/1.1
 * @param peer the IP address of whose connection it is
 * @param listener whose policy for ambiguous paths holds; the first one's if absent
 */
public record Question(String method, String url, List<String> fields, String peer, Optional<String> listener) {

    public Question {
        fields = List.copyOf(fields);
    }

    /** Which part of a question makes no sense. */
    public static final class Wrong extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String part;

        private Wrong(String part, String message) {
            super(message, null, false, false);
            this.part = part;
        }

        /** {@code method}, {@code url}, {@code fields}, {@code peer} or {@code listener}. */
        public String part() {
            return part;
        }
    }

    /**
     * The exchange that it would be with this configuration. One that the listener's policy for paths refuses has a cause.
     *
     * @throws Wrong a part cannot be what it is said to be
     */
    public Exchange exchange(GatewayConfig config) {
        InetAddress address =
                Address.literal(peer).orElseThrow(() -> new Wrong("peer", peer + " is not an IP address"));
        boolean trusted = config.trusted().stream().anyMatch(network -> network.contains(address));
        boolean secure = url.startsWith("https://");
        Head head = head(secure);
        GatewayException refusal = PathPolicy.of(listener(config)).apply(head);
        Exchange exchange = new Exchange(
                head, new Peer("explain", Address.text(address), 0, secure, trusted), new Nowhere(), ended -> {});
        if (refusal != null) {
            exchange.fail(refusal.reason(), refusal.detail());
        }
        return exchange;
    }

    private ListenerConfig listener(GatewayConfig config) {
        if (listener.isEmpty()) {
            return config.listeners().getFirst();
        }
        return config.listeners().stream()
                .filter(one -> one.name().equals(listener.get()))
                .findFirst()
                .orElseThrow(() -> new Wrong("listener", listener.get() + " is not a listener of the configuration"));
    }

    private Head head(boolean secure) {
        int start = url.startsWith("http://") ? 7 : secure ? 8 : 0;
        int path = start == 0 ? 0 : first(url, start);
        String authority = url.substring(start, path);
        String target = path == url.length() ? "/" : url.substring(path);
        boolean fine = start > 0 ? !authority.isEmpty() : target.startsWith("/") || target.equals("*");
        if (!fine) {
            throw new Wrong("url", url + " is not a URL, expected one such as http://example.com/path, or a path");
        }
        if (method.isEmpty()) {
            throw new Wrong("method", "there is no method, expected one such as GET");
        }
        Head head = new Head()
                .add(":method", method)
                .add(":scheme", secure ? "https" : "http")
                .add(":path", target.startsWith("?") ? "/" + target : target);
        if (!authority.isEmpty()) {
            head.set(":authority", authority);
        }
        fields.forEach(field -> add(head, field));
        return head;
    }

    private static void add(Head head, String field) {
        int colon = field.indexOf(':');
        if (colon < 1) {
            throw new Wrong("fields", field + " is not a header, expected NAME:VALUE");
        }
        String name = field.substring(0, colon).strip().toLowerCase(Locale.ROOT);
        String value = field.substring(colon + 1).strip();
        switch (name) {
            case "host" -> head.set(":authority", value);
            case "upgrade" -> head.set(":protocol", value);
            case "connection" -> {}
            default -> head.add(name, value);
        }
    }

    private static int first(String url, int from) {
        for (int i = from; i < url.length(); i++) {
            if (url.charAt(i) == '/' || url.charAt(i) == '?') {
                return i;
            }
        }
        return url.length();
    }

    /** No transport: nothing is sent. */
    private static final class Nowhere implements Downstream {
        @Override
        public boolean bodiless() {
            return true;
        }

        @Override
        public void offload(Runnable step) {
            throw nothing();
        }

        @Override
        public void refuse(GatewayException reason) {
            throw nothing();
        }

        @Override
        public void failAttempt(GatewayException reason) {
            throw nothing();
        }

        @Override
        public void answer(Head head, byte[] body) {
            throw nothing();
        }

        @Override
        public RequestHalf half() {
            throw nothing();
        }

        private static UnsupportedOperationException nothing() {
            return new UnsupportedOperationException("an explanation sends nothing");
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.limit;

import io.penstock.gateway.config.filter.LimitKey;
import io.penstock.gateway.config.read.Address;
import io.penstock.gateway.config.read.Cidr;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.Identity;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Makes the key under which a request is counted. Immutable.
 *
 * <p>What fields and cookies say is secret more often than not, and as long as the caller likes: of them the key has the first half of the
 * SHA-256 in hexadecimal. Who does not send one shares a bucket with all others who do not.
 */
final class KeyMaker {
    private static final int DIGEST_BYTES = 16;
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._@:/+-]{1,64}");

    private final String rule;
    private final List<LimitKey> parts;
    private final int ipv4Prefix;
    private final int ipv6Prefix;

    KeyMaker(String rule, List<LimitKey> parts, int ipv4Prefix, int ipv6Prefix) {
        this.rule = rule;
        this.parts = parts;
        this.ipv4Prefix = ipv4Prefix;
        this.ipv6Prefix = ipv6Prefix;
    }

    /** The rule, and then each thing with its value. */
    String key(Exchange exchange) {
        if (parts.isEmpty()) {
            return rule;
        }
        StringBuilder key = new StringBuilder(rule);
        for (LimitKey part : parts) {
            key.append(' ').append(part.kind().word());
            switch (part.kind()) {
                case CLIENT -> key.append('=').append(client(exchange.client()));
                case ROUTE -> key.append('=').append(exchange.route());
                case CONSTANT -> key.append('=').append(part.name());
                case CLAIM -> key.append(':').append(part.name()).append('=').append(claim(exchange, part.name()));
                case HEADER ->
                    key.append(':').append(part.name()).append('=').append(field(exchange.request(), part.name()));
                case COOKIE ->
                    key.append(':').append(part.name()).append('=').append(cookie(exchange.request(), part.name()));
            }
        }
        return key.toString();
    }

    private String client(String address) {
        boolean ipv6 = address.indexOf(':') >= 0;
        int prefix = ipv6 ? ipv6Prefix : ipv4Prefix;
        return prefix == (ipv6 ? 128 : 32)
                ? address
                : Address.literal(address)
                        .map(literal -> network(literal, prefix))
                        .orElse(address);
    }

    private static String network(InetAddress address, int prefix) {
        return Cidr.around(address, Math.min(prefix, address.getAddress().length * 8))
                .toString();
    }

    /** As it is where it is short and plain, which names of users are. */
    private static String claim(Exchange exchange, String name) {
        Identity identity = exchange.identity();
        String value = identity == null ? null : identity.value(name);
        return value == null ? "" : PLAIN.matcher(value).matches() ? value : digest(value);
    }

    /** Of several fields of the name, all count. */
    private static String field(Head request, String name) {
        StringBuilder values = null;
        String only = null;
        for (int i = 0; i < request.size(); i++) {
            Field field = request.at(i);
            if (field.name().equals(name)) {
                if (only == null) {
                    only = field.value();
                } else {
                    values = values == null ? new StringBuilder(only) : values;
                    values.append(',').append(field.value());
                }
            }
        }
        return only == null ? "" : digest(values == null ? only : values.toString());
    }

    /** RFC 6265 §5.4; HTTP/2 may split the field (RFC 9113 §8.2.3). */
    private static String cookie(Head request, String name) {
        for (int i = 0; i < request.size(); i++) {
            Field field = request.at(i);
            if (field.name().equals("cookie")) {
                for (String pair : field.value().split(";", -1)) {
                    String stripped = pair.strip();
                    if (stripped.startsWith(name + "=")) {
                        return digest(stripped.substring(name.length() + 1));
                    }
                }
            }
        }
        return "";
    }

    private static String digest(String value) {
        try {
            byte[] whole = MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.ISO_8859_1));
            return HexFormat.of().formatHex(whole, 0, DIGEST_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}

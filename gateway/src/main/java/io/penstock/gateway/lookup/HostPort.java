// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.lookup;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A parsed {@code host:port}.
 *
 * @param host lower case, without brackets
 * @param literal the address when the host is an IPv4 or a bracketed IPv6 address, null when it is a DNS name
 */
record HostPort(String host, int port, @Nullable InetAddress literal) {
    private static final int MAX_CHARS = 253 + 1 + 5;

    /**
     * Parses strictly: four decimal octets without leading zeros, or IPv6 in brackets without a zone, or a DNS name whose last
     * label is no number. Loose spellings of addresses ({@code 127.1}, {@code 0x7f000001}) are refused, since a later reader
     * could understand them differently. The end of a line after it is none of it: editors and {@code redis-cli -x} leave one there.
     *
     * @throws GatewayException MALFORMED_TARGET
     */
    static HostPort parse(String value) {
        String text = trimmed(value);
        int colon = text.lastIndexOf(':');
        if (text.length() > MAX_CHARS || colon <= 0) {
            throw malformed(text, "expected host:port");
        }
        int port = port(text, colon + 1);
        String host = text.substring(0, colon).toLowerCase(Locale.ROOT);
        if (host.charAt(0) == '[') {
            InetAddress literal = ipv6(text, host);
            return new HostPort(host.substring(1, host.length() - 1), port, literal);
        }
        InetAddress ipv4 = ipv4(host);
        if (ipv4 == null && !name(host)) {
            throw malformed(text, "the host is no IPv4 address, no bracketed IPv6 address and no DNS name");
        }
        return new HostPort(host, port, ipv4);
    }

    /** Without the one end of a line that it may have. */
    static String trimmed(String value) {
        int end = value.endsWith("\n") ? value.length() - 1 : value.length();
        return value.substring(0, end > 0 && end < value.length() && value.charAt(end - 1) == '\r' ? end - 1 : end);
    }

    private static int port(String text, int from) {
        int digits = text.length() - from;
        int port = 0;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9' || digits > 5) {
                throw malformed(text, "the port is no number from 1 to 65535");
            }
            port = port * 10 + c - '0';
        }
        if (port < 1 || port > 65_535 || text.charAt(from) == '0') {
            throw malformed(text, "the port is no number from 1 to 65535");
        }
        return port;
    }

    private static @Nullable InetAddress ipv4(String host) {
        String[] parts = host.split("\\.", -1);
        if (parts.length != 4) {
            return null;
        }
        byte[] bytes = new byte[4];
        for (int i = 0; i < 4; i++) {
            if (!parts[i].matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(parts[i]) > 255) {
                return null;
            }
            bytes[i] = (byte) Integer.parseInt(parts[i]);
        }
        return address(bytes);
    }

    private static InetAddress ipv6(String text, String host) {
        if (host.length() < 4 || host.charAt(host.length() - 1) != ']') {
            throw malformed(text, "the bracket is not closed before the port");
        }
        String inner = host.substring(1, host.length() - 1);
        if (!inner.matches("[0-9a-f:.]*:[0-9a-f:.]*")) {
            throw malformed(text, "what is in brackets is no IPv6 address");
        }
        try {
            // with brackets only an address is accepted, so nothing is looked up
            return InetAddress.getByName("[" + inner + "]");
        } catch (UnknownHostException e) {
            throw malformed(text, "what is in brackets is no IPv6 address");
        }
    }

    private static boolean name(String host) {
        String bare = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        String[] labels = bare.split("\\.", -1);
        for (String label : labels) {
            if (!label.matches("[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")) {
                return false;
            }
        }
        return bare.length() <= 253 && !labels[labels.length - 1].matches("[0-9]+|0x[0-9a-f]*");
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    private static GatewayException malformed(String text, String what) {
        String shown = text.length() > 80 ? text.substring(0, 80) + "..." : text;
        return new GatewayException(
                Cause.MALFORMED_TARGET, "\"" + shown.replaceAll("[^ -~]", "?") + "\" is not a target: " + what);
    }
}

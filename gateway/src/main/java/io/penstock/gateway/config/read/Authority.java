// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.read;

import java.net.InetAddress;
import java.util.Optional;

/**
 * The authority of an {@code http} URI: a host, with a port or without, and no user information (RFC 9110 §4.2.4). The one place that knows
 * what is one, whether it came as {@code Host}, {@code :authority} or in the request target, or stands in the configuration.
 */
public final class Authority {
    private static final int MOST_PORT = 65_535;

    private Authority() {}

    /**
     * Whether it is one (RFC 3986 §3.2): a name, an IPv4 address, or an IPv6 address in brackets and without a zone; a port has up to five
     * digits, and may be empty behind its colon. Addresses of later versions, which nobody has, are none.
     */
    public static boolean valid(String text) {
        int end = hostEnd(text);
        return end > 0 && host(text, end) && (end == text.length() || port(text, end + 1));
    }

    /** The host of a valid one, an IPv6 address in its brackets. */
    public static String host(String text) {
        return text.substring(0, hostEnd(text));
    }

    /** The port of a valid one; empty when it names none. */
    public static String port(String text) {
        int end = hostEnd(text);
        return end < text.length() ? text.substring(end + 1) : "";
    }

    /** The place behind the host; -1 when something else than a port follows a bracket, 0 when a bracket is left open. */
    public static int hostEnd(String text) {
        if (!text.startsWith("[")) {
            int colon = text.indexOf(':');
            return colon < 0 ? text.length() : colon;
        }
        int end = text.indexOf(']') + 1;
        return end == text.length() || text.charAt(end) == ':' ? end : -1;
    }

    private static boolean host(String text, int end) {
        if (text.charAt(0) == '[') {
            return end > 2 && ipv6(text.substring(1, end - 1)).isPresent();
        }
        for (int i = 0; i < end; i++) {
            if (text.charAt(i) == '%') {
                if (i + 2 >= end || !hex(text.charAt(i + 1)) || !hex(text.charAt(i + 2))) {
                    return false;
                }
            } else if (!nameChar(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** Unreserved or a sub-delimiter (RFC 3986 §2), but for the comma, which joins two fields into one. */
    private static boolean nameChar(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= '0' && c <= '9')
                || (c >= 'A' && c <= 'Z')
                || "-._~!$&'()*+;=".indexOf(c) >= 0;
    }

    private static boolean hex(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }

    private static boolean port(String text, int from) {
        int port = 0;
        for (int i = from; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9 || i - from == 5) {
                return false;
            }
            port = port * 10 + digit;
        }
        return port <= MOST_PORT;
    }

    private static Optional<InetAddress> ipv6(String text) {
        return text.indexOf(':') < 0 ? Optional.empty() : Address.literal(text);
    }

    /** Whether two valid ones mean the same: in any case, a port that is left out or empty is the scheme's own (RFC 9110 §4.2.3). */
    public static boolean same(String one, String other, String scheme) {
        if (one.equalsIgnoreCase(other)) {
            return true;
        }
        int end = hostEnd(one);
        int otherEnd = hostEnd(other);
        return end == otherEnd
                && one.regionMatches(true, 0, other, 0, end)
                && portOf(one, end, scheme) == portOf(other, otherEnd, scheme);
    }

    private static int portOf(String text, int end, String scheme) {
        return end + 1 < text.length()
                ? Integer.parseInt(text.substring(end + 1))
                : scheme.equalsIgnoreCase("https") ? 443 : 80;
    }

    /** A valid one in the spelling that routes have: an IPv6 address as RFC 5952 writes it; everything else as it is. */
    public static String canonical(String text) {
        if (!text.startsWith("[")) {
            return text;
        }
        int end = text.indexOf(']');
        return end < 0
                ? text
                : ipv6(text.substring(1, end))
                        .map(address -> "[" + Address.text(address) + text.substring(end))
                        .orElse(text);
    }
}

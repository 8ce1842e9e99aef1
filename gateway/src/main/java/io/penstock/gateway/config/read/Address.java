// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.read;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/** The syntax of addresses and host names. Nothing here ever asks DNS. */
public final class Address {
    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final Pattern IPV4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]{2,45}");
    private static final Pattern PORT = Pattern.compile("[1-9][0-9]{0,4}");
    private static final String LABEL = "[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?";
    private static final Pattern DNS_NAME = Pattern.compile("(?=.{1,253}\\.?$)" + LABEL + "(\\." + LABEL + ")*\\.?");

    private Address() {}

    /** An IPv4 or IPv6 literal without brackets or zone; empty when the text is anything else. */
    public static Optional<InetAddress> literal(String text) {
        if (!IPV4.matcher(text).matches()
                && !(text.indexOf(':') >= 0 && IPV6.matcher(text).matches())) {
            return Optional.empty();
        }
        try {
            // in brackets anything but an IPv6 literal is refused; without, it could become a question to DNS
            return Optional.of(InetAddress.getByName(text.indexOf(':') >= 0 ? "[" + text + "]" : text));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    /** An IPv6 literal in brackets without them; anything else as it is. */
    public static String withoutBrackets(String text) {
        if (!text.startsWith("[") || !text.endsWith("]")) {
            return text;
        }
        String inner = text.substring(1, text.length() - 1);
        return inner.indexOf(':') >= 0 && literal(inner).isPresent() ? inner : text;
    }

    /** As text: IPv6 as RFC 5952 writes it, and without the zone, which means nothing to others. */
    public static String text(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == 4 ? address.getHostAddress() : ipv6(bytes);
    }

    /** With its port, IPv6 in brackets. */
    public static String text(InetSocketAddress address) {
        String host = text(address.getAddress());
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** RFC 5952 §4: lower case, no leading zeros, the longest run of zero groups as two colons. */
    private static String ipv6(byte[] address) {
        int start = -1;
        int length = 1;
        for (int i = 0; i < 8; i++) {
            int end = i;
            while (end < 8 && group(address, end) == 0) {
                end++;
            }
            if (end - i > length) {
                start = i;
                length = end - i;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == start) {
                text.append("::");
                i += length - 1;
            } else {
                text.append(text.isEmpty() || text.charAt(text.length() - 1) == ':' ? "" : ":")
                        .append(Integer.toHexString(group(address, i)));
            }
        }
        return text.toString();
    }

    private static int group(byte[] address, int index) {
        return ((address[2 * index] & 0xff) << 8) | (address[2 * index + 1] & 0xff);
    }

    public static boolean host(String text) {
        return text.indexOf(':') >= 0 ? literal(text).isPresent() : nameOrIpv4(text);
    }

    /** Whether the text is a name or address and a port. */
    public static boolean hostPort(String text) {
        return Authority.valid(text) && port(Authority.port(text)) && host(withoutBrackets(Authority.host(text)));
    }

    /** An IP address, IPv6 in brackets, and a port. */
    public static boolean literalPort(String text) {
        int colon = text.lastIndexOf(':');
        return hostPort(text)
                && literal(text.substring(0, colon).replaceAll("^\\[|]$", "")).isPresent();
    }

    private static boolean port(String text) {
        return PORT.matcher(text).matches() && Integer.parseInt(text) <= 65_535;
    }

    /** A last label of digits would be an IPv4 address that is wrong (RFC 1123 §2.1). */
    private static boolean nameOrIpv4(String text) {
        return IPV4.matcher(text).matches()
                || (DNS_NAME.matcher(text).matches() && !text.matches("(.*\\.)?[0-9]+\\.?"));
    }
}

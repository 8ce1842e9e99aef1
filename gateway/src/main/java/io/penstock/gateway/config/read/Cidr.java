// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.read;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * An IP network, {@code 10.0.0.0/8} or {@code fc00::/7}; a bare address is a network of one.
 *
 * <p>Literals only: DNS is never asked. An IPv4 address inside IPv6 ({@code ::ffff:10.0.0.1}) counts as the IPv4 address that it
 * carries.
 *
 * @param address the first address of the network: bits after the prefix are zero
 * @param prefixLength 0 to 32 for IPv4, 0 to 128 for IPv6
 */
public record Cidr(InetAddress address, int prefixLength) {

    public Cidr {
        byte[] bytes = bytes(address);
        int mapped = (address.getAddress().length - bytes.length) * 8;
        prefixLength -= mapped;
        new Check().range("prefix-length", prefixLength, 0, bytes.length * 8).done();
        byte[] first = masked(bytes, prefixLength);
        String network = text(first, prefixLength);
        new Check()
                .that(
                        "address",
                        Arrays.equals(bytes, first),
                        text(bytes, prefixLength),
                        "has bits after its prefix, expected " + network)
                .done();
        address = address(first);
    }

    /**
     * Reads {@code address/prefix} or a bare address.
     *
     * @throws ConfigException when it is neither
     */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        String literal = slash < 0 ? text : text.substring(0, slash);
        InetAddress address = Address.literal(literal)
                .orElseThrow(() -> Check.failed(
                        Check.quoted(text), "is not an IP network, expected one such as 10.0.0.0/8 or fc00::/7"));
        // what Java makes of ::ffff:10.0.0.0/104 is an IPv4 address, whose prefix begins after the first 96 bits
        int bits = address.getAddress().length * 8;
        int skipped = bits == 32 && literal.indexOf(':') >= 0 ? 96 : 0;
        if (slash < 0) {
            return new Cidr(address, bits);
        }
        String prefix = text.substring(slash + 1);
        int length = prefix.matches("0|[1-9][0-9]{0,2}") ? Integer.parseInt(prefix) - skipped : -1;
        if (length < 0 || length > bits) {
            throw Check.failed(
                    Check.quoted(text), "has a wrong prefix length, expected " + skipped + " to " + (bits + skipped));
        }
        return new Cidr(address, length);
    }

    /** The network with so long a prefix that the address is in. */
    public static Cidr around(InetAddress member, int prefixLength) {
        return new Cidr(address(masked(bytes(member), prefixLength)), prefixLength);
    }

    /** Whether the address is in this network; never asks DNS. */
    public boolean contains(InetAddress other) {
        byte[] mine = bytes(address);
        byte[] theirs = bytes(other);
        if (mine.length != theirs.length) {
            return false;
        }
        int whole = prefixLength / 8;
        for (int i = 0; i < whole; i++) {
            if (mine[i] != theirs[i]) {
                return false;
            }
        }
        int rest = prefixLength % 8;
        return rest == 0 || ((mine[whole] ^ theirs[whole]) & 0xff) >>> (8 - rest) == 0;
    }

    /** Whether some address is in both networks. */
    public boolean meets(Cidr other) {
        return prefixLength <= other.prefixLength ? contains(other.address) : other.contains(address);
    }

    /** As a configuration file writes it; a network of one without its prefix. */
    @Override
    public String toString() {
        return text(bytes(address), prefixLength);
    }

    private static String text(byte[] address, int prefixLength) {
        String literal = Address.text(address(address));
        return prefixLength == address.length * 8 ? literal : literal + "/" + prefixLength;
    }

    private static byte[] masked(byte[] address, int prefixLength) {
        byte[] masked = address.clone();
        for (int bit = prefixLength; bit < masked.length * 8; bit++) {
            masked[bit / 8] &= (byte) ~(0x80 >>> bit % 8);
        }
        return masked;
    }

    private static byte[] bytes(InetAddress address) {
        byte[] bytes = address.getAddress();
        boolean mapped = bytes.length == 16 && bytes[10] == -1 && bytes[11] == -1;
        for (int i = 0; mapped && i < 10; i++) {
            mapped = bytes[i] == 0;
        }
        return mapped ? Arrays.copyOfRange(bytes, 12, 16) : bytes;
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are an address", e);
        }
    }
}

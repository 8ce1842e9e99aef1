// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.limit.address;

import io.penstock.gateway.config.read.Address;
import io.penstock.gateway.config.read.Cidr;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A network in the form in which a table finds it: an IPv6 address of 128 bits of which those behind the prefix are zero. An IPv4 network has
 * the 96 bits in front with which IPv6 carries it (RFC 4291 §2.5.5.2).
 *
 * @param high the first 64 bits
 * @param low the last 64 bits
 * @param length of the prefix, 0 to 128
 */
record Network(long high, long low, int length) {
    /** Of an address. */
    static final int WHOLE = 128;
    /** In front of IPv4. */
    static final int CARRIER = 96;

    private static final long CARRIER_BITS = 0xffff_0000_0000L;

    static Network of(Cidr cidr) {
        byte[] bytes = cidr.address().getAddress();
        return bytes.length == 4
                ? new Network(
                        0,
                        CARRIER_BITS | (ByteBuffer.wrap(bytes).getInt() & 0xffff_ffffL),
                        CARRIER + cidr.prefixLength())
                : ofIpv6(bytes).prefix(cidr.prefixLength());
    }

    /** The one address that a client's text is; null when it is none. */
    static @Nullable Network address(String literal) {
        long ipv4 = ipv4(literal);
        if (ipv4 >= 0) {
            return new Network(0, CARRIER_BITS | ipv4, WHOLE);
        }
        InetAddress address = Address.literal(literal).orElse(null);
        if (address == null) {
            return null;
        }
        byte[] bytes = address.getAddress();
        return bytes.length == 4 ? of(Cidr.around(address, 32)) : ofIpv6(bytes);
    }

    private static Network ofIpv6(byte[] bytes) {
        ByteBuffer both = ByteBuffer.wrap(bytes);
        return new Network(both.getLong(), both.getLong(), WHOLE);
    }

    /** The bits of an IPv4 address in the only form that we write; -1 for anything else. Every request comes here. */
    private static long ipv4(String text) {
        long bits = 0;
        int octet = -1;
        int dots = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= '0' && c <= '9' && octet != 0) {
                octet = Math.max(octet, 0) * 10 + c - '0';
            } else if (c == '.' && octet >= 0 && dots < 3) {
                bits = bits << 8 | octet;
                octet = -1;
                dots++;
            } else {
                return -1;
            }
            if (octet > 255) {
                return -1;
            }
        }
        return octet < 0 || dots != 3 ? -1 : bits << 8 | octet;
    }

    /** Whether it is an IPv4 network. */
    boolean ipv4() {
        return length >= CARRIER && high == 0 && low >>> 32 == 0xffff;
    }

    /** The larger network with so long a prefix that this one is in. */
    Network prefix(int shorter) {
        return new Network(
                shorter >= 64 ? high : shorter == 0 ? 0 : high & -1L << (64 - shorter),
                shorter >= 128 ? low : shorter <= 64 ? 0 : low & -1L << (128 - shorter),
                shorter);
    }

    /** As a configuration file writes it. */
    Cidr cidr() {
        byte[] bytes = ByteBuffer.allocate(16).putLong(high).putLong(low).array();
        try {
            return new Cidr(InetAddress.getByAddress(bytes), ipv4() ? length - CARRIER : length);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("16 bytes are an address", e);
        }
    }

    @Override
    public String toString() {
        return cidr().toString();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.wire;

import io.penstock.gateway.config.read.Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What tells an upstream who called, before the first byte of anything else on a connection.
 *
 * @see <a href="https://www.haproxy.org/download/2.6/doc/proxy-protocol.txt">The PROXY protocol</a>
 */
public final class ProxyHeader {
    private static final byte[] SIGNATURE = {0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};
    private static final int V2_LOCAL = 0x20;
    private static final int V2_PROXY = 0x21;
    private static final int TCP4 = 0x11;
    private static final int TCP6 = 0x21;

    private ProxyHeader() {}

    /** The line of version 1. */
    public static byte[] v1(InetSocketAddress from, InetSocketAddress to) {
        boolean four = four(from) && four(to);
        String line = "PROXY " + (four ? "TCP4 " : "TCP6 ") + text(from, four) + " " + text(to, four) + " "
                + from.getPort() + " " + to.getPort() + "\r\n";
        return line.getBytes(StandardCharsets.US_ASCII);
    }

    /** The block of version 2. */
    public static byte[] v2(InetSocketAddress from, InetSocketAddress to) {
        boolean four = four(from) && four(to);
        byte[] source = bytes(from, four);
        byte[] target = bytes(to, four);
        int length = source.length + target.length + 4;
        return ByteBuffer.allocate(SIGNATURE.length + 4 + length)
                .put(SIGNATURE)
                .put((byte) V2_PROXY)
                .put((byte) (four ? TCP4 : TCP6))
                .putShort((short) length)
                .put(source)
                .put(target)
                .putShort((short) from.getPort())
                .putShort((short) to.getPort())
                .array();
    }

    /** The line of version 1 of a connection that we make for ourselves. */
    public static byte[] v1Unknown() {
        return "PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII);
    }

    /** The block of version 2 of a connection that we make for ourselves. */
    public static byte[] v2Local() {
        return ByteBuffer.allocate(SIGNATURE.length + 4)
                .put(SIGNATURE)
                .put((byte) V2_LOCAL)
                .array(); // of no family, and nothing follows
    }

    private static boolean four(InetSocketAddress address) {
        return address.getAddress().getAddress().length == 4;
    }

    private static String text(InetSocketAddress address, boolean four) {
        String literal = Address.text(address.getAddress());
        return four || literal.indexOf(':') >= 0 ? literal : "::ffff:" + literal;
    }

    /** An IPv4 address beside an IPv6 one is written as mapped (RFC 4291 §2.5.5.2). */
    private static byte[] bytes(InetSocketAddress address, boolean four) {
        InetAddress ip = address.getAddress();
        byte[] raw = ip.getAddress();
        if (four || raw.length == 16) {
            return raw;
        }
        byte[] mapped = new byte[16];
        mapped[10] = (byte) 0xff;
        mapped[11] = (byte) 0xff;
        System.arraycopy(raw, 0, mapped, 12, 4);
        return mapped;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import io.penstock.gateway.wire.Wire;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the PROXY header with which a connection from a trusted proxy begins, version 1 or 2, and not a byte beyond it: TLS may follow.
 *
 * @see <a href="https://www.haproxy.org/download/2.6/doc/proxy-protocol.txt">The PROXY protocol</a>
 */
final class ProxyHeaderReader {
    private static final byte[] V2_SIGNATURE = {0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};
    private static final byte[] V1_SIGNATURE = {'P', 'R', 'O', 'X', 'Y', ' '};
    private static final int LONGEST_V1 = 107;
    /** Addresses and additions; nobody needs more. */
    private static final int LONGEST_V2 = 4096;

    private static final int LOCAL = 0x20;
    private static final int PROXY = 0x21;
    private static final int TCP4 = 0x11;
    private static final int TCP6 = 0x21;

    private static final Pattern V1 =
            Pattern.compile("PROXY (TCP4 [0-9.]{7,15}|TCP6 [0-9A-Fa-f:.]{2,39}) \\S{2,39} ([0-9]{1,5}) [0-9]{1,5}\r\n");

    private ProxyHeaderReader() {}

    /** What is wrong with a header. */
    static final class Malformed extends IOException {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message);
        }
    }

    /**
     * Reads the header; blocks until it is here.
     *
     * @return who called the proxy; null when the header names nobody, and the proxy itself is meant
     * @throws Malformed the bytes are no PROXY header
     */
    static @Nullable InetSocketAddress read(Wire wire) throws IOException {
        byte[] start = exactly(wire, V2_SIGNATURE.length);
        if (Arrays.equals(start, V2_SIGNATURE)) {
            return version2(wire);
        }
        if (Arrays.mismatch(start, V1_SIGNATURE) < V1_SIGNATURE.length) {
            throw new Malformed("connection does not begin with a PROXY header");
        }
        return version1(wire, start);
    }

    private static @Nullable InetSocketAddress version1(Wire wire, byte[] start) throws IOException {
        StringBuilder line = new StringBuilder(new String(start, StandardCharsets.ISO_8859_1));
        byte[] one = new byte[1];
        while (line.charAt(line.length() - 1) != '\n') {
            if (line.length() == LONGEST_V1) {
                throw new Malformed("PROXY line is longer than " + LONGEST_V1 + " bytes");
            }
            fill(wire, one);
            line.append((char) (one[0] & 0xff));
        }
        if (line.toString().startsWith("PROXY UNKNOWN") && line.toString().endsWith("\r\n")) {
            return null;
        }
        Matcher parts = V1.matcher(line);
        if (!parts.matches() || Integer.parseInt(parts.group(2)) > 0xffff) {
            throw new Malformed("PROXY line is malformed");
        }
        return new InetSocketAddress(
                literal(parts.group(1).substring("TCP4 ".length())), Integer.parseInt(parts.group(2)));
    }

    /** Only characters of literals come here, so that no name is ever looked up. */
    private static InetAddress literal(String text) throws IOException {
        boolean six = text.indexOf(':') >= 0;
        if (!six && !text.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}")) {
            throw new Malformed("PROXY line has no address");
        }
        try {
            return InetAddress.getByName(six ? "[" + text + "]" : text);
        } catch (java.net.UnknownHostException e) {
            throw new Malformed("PROXY line has no address");
        }
    }

    private static @Nullable InetSocketAddress version2(Wire wire) throws IOException {
        byte[] head = exactly(wire, 4);
        int command = head[0] & 0xff;
        int length = (head[2] & 0xff) << 8 | (head[3] & 0xff);
        if ((command != LOCAL && command != PROXY) || length > LONGEST_V2) {
            throw new Malformed("PROXY header of version 2 is malformed");
        }
        byte[] body = exactly(wire, length);
        int address = (head[1] & 0xff) == TCP4 ? 4 : (head[1] & 0xff) == TCP6 ? 16 : 0;
        if (command == LOCAL || address == 0) {
            return null;
        }
        if (length < 2 * address + 4) {
            throw new Malformed("PROXY header of version 2 is too short for its addresses");
        }
        int port = (body[2 * address] & 0xff) << 8 | (body[2 * address + 1] & 0xff);
        return new InetSocketAddress(InetAddress.getByAddress(Arrays.copyOf(body, address)), port);
    }

    private static byte[] exactly(Wire wire, int count) throws IOException {
        byte[] bytes = new byte[count];
        fill(wire, bytes);
        return bytes;
    }

    private static void fill(Wire wire, byte[] bytes) throws IOException {
        for (int here = 0; here < bytes.length; ) {
            int read = wire.read(bytes, here, bytes.length - here);
            if (read < 0) {
                throw new EOFException("the peer ended its side within the PROXY header");
            }
            here += read;
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for programs that cannot choose one themselves.
 *
 * <p>They lie below those that the kernel hands out for port 0 and for clients, so that nothing else on this machine takes one between the
 * choice and the program's start; and, chosen by chance out of thousands, not what a test beside this one chooses. Where a port can be 0
 * it should be.
 */
public final class FreePort {
    private static final int FIRST = 12_000;
    private static final int LAST = 20_000; // a node of a Redis cluster takes the port above by 10,000, too
    private static final int TRIES = 100;

    private FreePort() {}

    /** A port that is free now, for TCP and UDP. */
    public static int next() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
            try (var tcp = new ServerSocket(port, 1, loopback);
                    var udp = new DatagramSocket(new InetSocketAddress(loopback, tcp.getLocalPort()))) {
                return udp.getLocalPort();
            } catch (BindException e) {
                // taken: another one
            }
        }
        throw new IOException("no port is free in " + FIRST + " to " + LAST);
    }
}

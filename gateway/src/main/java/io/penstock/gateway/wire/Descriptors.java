// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.wire;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;

/**
 * The file descriptors that the process may have, and how they are shared out, so that accepting never fails for want of one.
 *
 * @param limit of the process, soft
 */
public record Descriptors(long limit) {
    /** Jars, logs, stores, Redis, name servers, the admin listener and what a refusal takes for a moment. */
    private static final int RESERVED = 160;

    private static final System.Logger LOG = System.getLogger(Descriptors.class.getName());

    /** What the process may have now. */
    public static Descriptors ofProcess() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? new Descriptors(unix.getMaxFileDescriptorCount())
                : new Descriptors(1_024);
    }

    /**
     * Has the JDK take the descriptors with which virtual threads wait for sockets. It takes them at the first such wait, and when
     * none is left at that moment it never tries again: every later wait of the process fails (seen with JDK 25).
     */
    public static void claimForWaiting() throws InterruptedException {
        Thread.ofVirtual()
                .start(() -> {
                    try (DatagramSocket nobody = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
                        nobody.setSoTimeout(1);
                        nobody.receive(new DatagramPacket(new byte[1], 1));
                    } catch (SocketTimeoutException e) {
                        // as meant: it had to wait
                    } catch (IOException e) {
                        LOG.log(System.Logger.Level.WARNING, "no descriptor to wait with", e);
                    }
                })
                .join();
    }

    /** Downstream connections that all listeners together may have: two thirds of what is left. */
    public int forListeners() {
        return (int) Math.max(16, Math.min(1_000_000, (limit - RESERVED) * 2 / 3));
    }

    /** Upstream connections that all pools together may have: a third of what is left. */
    public int forUpstreams() {
        return (int) Math.max(8, Math.min(500_000, (limit - RESERVED) / 3));
    }
}

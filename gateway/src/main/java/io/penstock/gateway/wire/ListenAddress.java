// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.wire;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.util.Collection;
import java.util.Map;

/**
 * Tells whether an address can be listened on, also where sockets of our own stand in its way.
 *
 * <p>All of ours are opened with {@code SO_REUSEPORT}: the kernel then lets one that listens on every address stand beside one that
 * listens on a single address of the same port, and hands a connection to the single one. It would let another process of the same
 * user in as well, without a word. So an address is tried without that option before it is opened with it.
 */
public final class ListenAddress {
    /** An address of every Linux host that nobody listens on by itself: taken means that somebody listens on all. */
    private static final String NOBODYS = "127.255.255.254";

    private ListenAddress() {}

    /** Resolves a name; the first of its addresses counts. */
    public static InetSocketAddress of(String host, int port) throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getAllByName(host)[0], port);
    }

    /** The options of a socket that may be joined by others of ours. */
    public static Map<SocketOption<?>, Object> options() throws IOException {
        try (ServerSocketChannel channel = ServerSocketChannel.open()) {
            return channel.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT)
                    ? Map.of(StandardSocketOptions.SO_REUSEPORT, true)
                    : Map.of();
        }
    }

    /** Whether who listens on the first takes every connection to the second; 0.0.0.0 and {@code ::} are one socket for both families. */
    public static boolean covers(InetSocketAddress one, InetSocketAddress other) {
        return one.getPort() == other.getPort()
                && (every(one) || one.getAddress().equals(other.getAddress()));
    }

    /** Whether both are one and the same to the kernel. */
    public static boolean same(InetSocketAddress one, InetSocketAddress other) {
        return covers(one, other) && covers(other, one);
    }

    /** Whether there are connections that both would take. */
    public static boolean meet(InetSocketAddress one, InetSocketAddress other) {
        return one.getPort() != 0 && (covers(one, other) || covers(other, one));
    }

    private static boolean every(InetSocketAddress address) {
        return address.getAddress().isAnyLocalAddress();
    }

    /**
     * Binds the address as far as it is not ours already, and lets it go again.
     *
     * @param ours on which this process listens; they are not in the way
     * @throws IOException somebody else listens on it, or it is no address of this machine
     */
    public static void check(InetSocketAddress wanted, Collection<InetSocketAddress> ours) throws IOException {
        if (ours.stream().noneMatch(own -> meet(own, wanted))) {
            tryOut(wanted, Map.of());
            return;
        }
        if (askable(wanted, ours)) {
            tryOut(new InetSocketAddress(NOBODYS, wanted.getPort()), Map.of());
        }
        tryOut(wanted, options());
    }

    /** Whether nobody listens on an address that was ours, as far as sockets of ours beside it let one tell. */
    public static boolean free(InetSocketAddress address, Collection<InetSocketAddress> beside) {
        try {
            if (beside.stream().noneMatch(own -> meet(own, address))) {
                tryOut(address, Map.of());
                return true;
            }
            if (askable(address, beside)) {
                tryOut(new InetSocketAddress(NOBODYS, address.getPort()), Map.of());
                return true;
            }
            return false;
        } catch (IOException e) {
            return false; // taken; or there is no descriptor for the attempt
        }
    }

    /** A socket of ours on every address would hide all others; {@link #NOBODYS} is an address of this machine on Linux only. */
    private static boolean askable(InetSocketAddress address, Collection<InetSocketAddress> ours) {
        if (!every(address) || ours.stream().anyMatch(own -> every(own) && own.getPort() == address.getPort())) {
            return false;
        }
        try {
            tryOut(new InetSocketAddress(NOBODYS, 0), Map.of());
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void tryOut(InetSocketAddress address, Map<SocketOption<?>, Object> with) throws IOException {
        try (ServerSocketChannel probe = ServerSocketChannel.open()) {
            if (!with.isEmpty()) {
                probe.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            }
            probe.bind(address);
        }
    }
}

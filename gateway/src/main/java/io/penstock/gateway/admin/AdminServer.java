// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin;

import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.penstock.gateway.config.AdminConfig;
import io.penstock.gateway.config.read.Address;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The admin listener: a Helidon web server of its own, so that it answers while data listeners drain.
 *
 * <p>At most {@value #MAX_CONNECTIONS} connections and {@value #MAX_REQUESTS} requests at a time; each request runs on a virtual
 * thread. What says nothing is closed after a while, and at once when others want its place. A Helidon listener ends for good when
 * the process runs out of file descriptors while it accepts. A watch therefore connects every few seconds, and opens the listener
 * anew on the same port when that is refused.
 */
public final class AdminServer implements AutoCloseable {
    static final int MAX_CONNECTIONS = 128;
    static final int MAX_REQUESTS = 32;
    /** The rest is room for those who come while others are being closed. */
    private static final int MAX_WAITING = 64;

    private static final Logger LOG = System.getLogger(AdminServer.class.getName());
    private static final Duration WATCH_INTERVAL = Duration.ofSeconds(3);
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(60);
    private static final int MAX_PAYLOAD_BYTES = 64 * 1024;

    private final AdminConfig config;
    private final AdminViews views;
    private final Duration watchInterval;
    private final Thread watch;
    private final AdminConnections connections = new AdminConnections(MAX_WAITING);

    private volatile @Nullable WebServer server;
    private volatile boolean closed;
    private volatile int port = -1;

    public AdminServer(AdminConfig config, AdminViews views) {
        this(config, views, WATCH_INTERVAL);
    }

    AdminServer(AdminConfig config, AdminViews views, Duration watchInterval) {
        this.config = config;
        this.views = views;
        this.watchInterval = watchInterval;
        this.watch = Thread.ofVirtual().name("admin-watch").unstarted(this::watch);
    }

    /**
     * Binds and begins to answer.
     *
     * @throws UncheckedIOException when the address cannot be bound; the message says which and what to change
     */
    public synchronized void start() {
        port = open(config.port());
        watch.start();
    }

    /** The port that is bound; the chosen one when the configured port is 0. */
    public int port() {
        return port;
    }

    /** Stops answering; requests under way get half a second. */
    @Override
    public synchronized void close() {
        closed = true;
        watch.interrupt();
        WebServer open = server;
        if (open != null) {
            server = null;
            open.stop();
        }
    }

    private int open(int wanted) {
        InetAddress address = address();
        probe(new InetSocketAddress(address, wanted));
        WebServer fresh = WebServer.builder()
                .address(address)
                .port(wanted)
                .shutdownHook(false)
                .featuresDiscoverServices(false)
                .protocolsDiscoverServices(false)
                .addConnectionSelector(connections)
                .connectionOptions(options -> options.tcpNoDelay(true))
                .maxTcpConnections(MAX_CONNECTIONS)
                .maxConcurrentRequests(MAX_REQUESTS)
                .maxPayloadSize(MAX_PAYLOAD_BYTES)
                .idleConnectionTimeout(IDLE_TIMEOUT)
                .routing(routes(address))
                .build()
                .start();
        if (!fresh.isRunning()) {
            throw refused(new InetSocketAddress(address, wanted), new IOException("the listener did not start"));
        }
        server = fresh;
        return fresh.port();
    }

    private HttpRouting.Builder routes(InetAddress address) {
        var callers = new CallerCheck(config.address(), address.isLoopbackAddress());
        var pages = new AdminRouting(views, callers);
        return HttpRouting.builder()
                .any((request, response) -> connections.during(() -> pages.handle(request, response)));
    }

    private InetAddress address() {
        try {
            return InetAddress.getByName(config.address());
        } catch (UnknownHostException e) {
            throw new UncheckedIOException(
                    "admin.address: " + config.address() + " is not an address of this machine", e);
        }
    }

    /** Helidon logs a failed bind and goes on; binding once ourselves says why it fails. */
    private static void probe(InetSocketAddress address) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(address);
        } catch (IOException e) {
            throw refused(address, e);
        }
    }

    private static UncheckedIOException refused(InetSocketAddress address, IOException why) {
        String where = Address.text(address);
        return new UncheckedIOException(
                "admin.port: cannot listen on " + where + " (" + why.getMessage() + "); change admin.port", why);
    }

    private void watch() {
        while (!closed) {
            try {
                Thread.sleep(watchInterval);
            } catch (InterruptedException e) {
                return;
            }
            closeOverdue(System.nanoTime());
            if (!answers()) {
                openAgain();
            }
        }
    }

    /** Closes connections that get nothing done. */
    void closeOverdue(long nowNanos) {
        connections.closeOverdue(nowNanos);
    }

    /** Any failure but a refused connection says nothing about the listener. */
    private boolean answers() {
        try (var socket = new Socket()) {
            InetAddress address = address();
            InetAddress reachable = address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address;
            socket.connect(new InetSocketAddress(reachable, port), (int) watchInterval.toMillis());
            return true;
        } catch (ConnectException e) {
            return false;
        } catch (IOException | UncheckedIOException e) {
            return true;
        }
    }

    private synchronized void openAgain() {
        if (closed) {
            return;
        }
        LOG.log(Level.WARNING, "admin: nothing listens on port {0} any more; opening it again", Integer.toString(port));
        try {
            open(port);
        } catch (UncheckedIOException e) {
            LOG.log(Level.WARNING, "admin: {0}", String.valueOf(e.getMessage()));
        }
    }
}

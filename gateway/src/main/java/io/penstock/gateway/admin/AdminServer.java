// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin;

import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.penstock.gateway.config.AdminConfig;
import io.penstock.gateway.config.read.Address;
import io.penstock.gateway.wire.Change;
import io.penstock.gateway.wire.ListenAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketOption;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The admin listener: a Helidon web server of its own, so that it answers while data listeners drain.
 *
 * <p>At most {@value #MAX_CONNECTIONS} connections and {@value #MAX_REQUESTS} requests at a time; each request runs on a virtual
 * thread. What says nothing is closed after a while, and at once when others want its place. A Helidon listener ends for good when
 * the process runs out of file descriptors while it accepts. A watch therefore tries to take the address every few seconds, and opens
 * the listener anew when that succeeds.
 */
public final class AdminServer implements AutoCloseable {
    static final int MAX_CONNECTIONS = 128;
    static final int MAX_REQUESTS = 32;
    /** The rest is room for those who come while others are being closed. */
    private static final int MAX_WAITING = 64;

    private static final Logger LOG = System.getLogger(AdminServer.class.getName());
    private static final Duration WATCH_INTERVAL = Duration.ofSeconds(3);
    /** How long handshakes that have begun may take. */
    private static final Duration HANDSHAKES = Duration.ofSeconds(2);

    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(60);
    private static final int MAX_PAYLOAD_BYTES = AdminRouting.MAX_DOCUMENT_BYTES;

    private final AdminViews views;
    private final Duration watchInterval;
    private final Thread watch;
    private final AdminConnections connections = new AdminConnections(MAX_WAITING);

    /** The configured one first; then narrower ones that it covers, and those that go. */
    private volatile List<Door> doors = List.of();

    private volatile AdminConfig config;
    private volatile boolean closed;

    /** An address on which it answers, and since when it is not wanted any more; null while it is. */
    private record Door(
            InetSocketAddress address,
            WebServer server,
            @Nullable Long goingSinceNanos) {
        Door goes(@Nullable Long since) {
            return new Door(address, server, since);
        }
    }

    /**
     * A changed configuration that is ready to be put in force.
     *
     * @param address where it answers from then on
     * @param change puts it in force, or lets it go
     */
    public record Prepared(InetSocketAddress address, Change change) {}

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
        doors = List.of(open(address(config), List.of()));
        watch.start();
    }

    /** The port that is bound; the chosen one when the configured port is 0. */
    public int port() {
        List<Door> open = doors;
        return open.isEmpty() ? -1 : open.getFirst().address().getPort();
    }

    /** On which it answers, or may for a moment yet. */
    public List<InetSocketAddress> addresses() {
        return doors.stream().map(Door::address).toList();
    }

    /**
     * Opens the address of a changed configuration.
     *
     * @param ours on which other parts of this process listen
     * @throws IOException when it cannot be bound; then nothing has changed
     */
    public synchronized Prepared prepare(AdminConfig wanted, List<InetSocketAddress> ours) throws IOException {
        Door before = doors.getFirst();
        if (wanted.address().equals(config.address()) && wanted.port() == config.port()) {
            return new Prepared(before.address(), new Change(() -> {}, () -> {}));
        }
        try {
            InetSocketAddress address = address(wanted);
            Door staying = doors.stream()
                    .filter(door -> ListenAddress.same(door.address(), address))
                    .findFirst()
                    .orElse(null);
            List<InetSocketAddress> beside = new ArrayList<>(ours);
            beside.addAll(addresses());
            Door door = staying != null ? staying : open(address, beside);
            return new Prepared(door.address(), new Change(() -> settle(wanted, door), () -> {
                if (staying == null) {
                    door.server().stop();
                }
            }));
        } catch (UncheckedIOException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** The narrower one stays, since closing it would reset who waits there; others go when the handshakes that had begun have ended. */
    private synchronized void settle(AdminConfig wanted, Door door) {
        config = wanted;
        List<Door> after = new ArrayList<>();
        after.add(door.goes(null));
        for (Door other : doors) {
            if (!ListenAddress.same(other.address(), door.address())) {
                boolean stays = ListenAddress.covers(door.address(), other.address());
                after.add(other.goes(stays ? null : Long.valueOf(System.nanoTime())));
            }
        }
        doors = List.copyOf(after);
    }

    /** Stops answering; requests under way get half a second. */
    @Override
    public synchronized void close() {
        closed = true;
        watch.interrupt();
        doors.forEach(door -> door.server().stop());
        doors = List.of();
    }

    private Door open(InetSocketAddress address, List<InetSocketAddress> beside) {
        WebServer fresh = WebServer.builder()
                .address(address.getAddress())
                .port(address.getPort())
                .listenerSocketOptions(options(address, beside))
                .shutdownHook(false)
                .featuresDiscoverServices(false)
                .protocolsDiscoverServices(false)
                .addConnectionSelector(connections)
                .connectionOptions(options -> options.tcpNoDelay(true))
                .maxTcpConnections(MAX_CONNECTIONS)
                .maxConcurrentRequests(MAX_REQUESTS)
                .maxPayloadSize(MAX_PAYLOAD_BYTES)
                .idleConnectionTimeout(IDLE_TIMEOUT)
                .routing(routes(address.getAddress().isLoopbackAddress()))
                .build()
                .start();
        if (!fresh.isRunning()) {
            throw refused(address, new IOException("the listener did not start"));
        }
        return new Door(new InetSocketAddress(address.getAddress(), fresh.port()), fresh, null);
    }

    private HttpRouting.Builder routes(boolean loopback) {
        var pages = new AdminRouting(
                views, () -> new CallerCheck(config.address(), loopback), () -> new Access(config.tokens(), loopback));
        return HttpRouting.builder()
                .any((request, response) -> connections.during(() -> pages.handle(request, response)));
    }

    private static InetSocketAddress address(AdminConfig config) {
        try {
            return ListenAddress.of(config.address(), config.port());
        } catch (UnknownHostException e) {
            throw new UncheckedIOException(
                    "admin.address: " + config.address() + " is not an address of this machine", e);
        }
    }

    /** Helidon logs a failed bind and goes on; binding once ourselves says why it fails. */
    private static Map<SocketOption<?>, Object> options(InetSocketAddress address, List<InetSocketAddress> beside) {
        try {
            ListenAddress.check(address, beside);
            return ListenAddress.options();
        } catch (IOException e) {
            throw refused(address, e);
        }
    }

    private static UncheckedIOException refused(InetSocketAddress address, IOException why) {
        String where = Address.text(address);
        return new UncheckedIOException(
                "admin.address: cannot listen on " + where + " (" + why.getMessage()
                        + "); change admin.address or admin.port",
                why);
    }

    private void watch() {
        while (!closed) {
            try {
                Thread.sleep(watchInterval);
            } catch (InterruptedException e) {
                return;
            }
            long now = System.nanoTime();
            closeOverdue(now);
            closeLeft(now);
            openAgain();
        }
    }

    /** Closes connections that get nothing done. */
    void closeOverdue(long nowNanos) {
        connections.closeOverdue(nowNanos);
    }

    private synchronized void closeLeft(long now) {
        List<Door> left = doors.stream()
                .filter(door -> door.goingSinceNanos() != null && now - door.goingSinceNanos() > HANDSHAKES.toNanos())
                .toList();
        doors = doors.stream().filter(door -> !left.contains(door)).toList();
        left.forEach(door -> door.server().stop());
    }

    private synchronized void openAgain() {
        if (closed || doors.isEmpty()) {
            return;
        }
        Door dead = doors.getFirst();
        List<InetSocketAddress> beside =
                doors.stream().skip(1).map(Door::address).toList();
        if (!ListenAddress.free(dead.address(), beside)) {
            return;
        }
        LOG.log(
                Level.WARNING,
                "admin: nothing listens on port {0} any more; opening it again",
                Integer.toString(dead.address().getPort()));
        try {
            List<Door> after = new ArrayList<>(doors);
            after.set(0, open(dead.address(), beside));
            doors = List.copyOf(after);
        } catch (UncheckedIOException e) {
            LOG.log(Level.WARNING, "admin: {0}", String.valueOf(e.getMessage()));
        }
    }
}

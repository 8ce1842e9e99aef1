// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import io.penstock.gateway.config.read.Address;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The connections of the admin listener, and when one that gets nothing done has to go.
 *
 * <p>Helidon limits how many there are, and has no time limit for a connection that says nothing or stops in the middle of a
 * request: whoever opens that many would shut everybody else out. So {@link #closeOverdue} closes them after a time, and when a
 * newcomer finds few places left, the connection that has waited longest makes room at once.
 *
 * <p>Safe for use by any thread. Each connection has a thread of its own, which also runs its requests.
 */
final class AdminConnections implements ServerConnectionSelector {
    /** From accepting a connection to the end of its first request head. */
    static final Duration FIRST_HEAD = Duration.ofSeconds(10);
    /** From the end of one request to the end of the next one's head. */
    static final Duration IDLE = Duration.ofSeconds(60);
    /** One request, with its body and its answer. */
    static final Duration REQUEST = Duration.ofSeconds(60);

    private static final Logger LOG = System.getLogger(AdminConnections.class.getName());

    private final ServerConnectionSelector http1 =
            Http1ConnectionSelector.builder().config(Http1Config.create()).build();
    private final int mostWaiting;
    private final Set<Served> open = ConcurrentHashMap.newKeySet();

    /**
     * Begins with none.
     *
     * @param mostWaiting connections without a request under way that may be open before the oldest of them is closed
     */
    AdminConnections(int mostWaiting) {
        this.mostWaiting = mostWaiting;
    }

    /** Tells that the current thread's connection has a request from now on, for as long as the step takes. */
    void during(Runnable request) {
        Thread current = Thread.currentThread();
        Served connection =
                open.stream().filter(one -> one.thread == current).findFirst().orElse(null);
        if (connection == null) {
            request.run();
            return;
        }
        connection.enter(true);
        try {
            request.run();
        } finally {
            connection.enter(false);
        }
    }

    /** Closes every connection that has waited, or has been in one request, for longer than it may. */
    void closeOverdue(long nowNanos) {
        for (Served connection : open) {
            if (!connection.ended && connection.overdue(nowNanos)) {
                connection.end("nothing came of it in time");
            }
        }
    }

    /** One at a time, so that many newcomers do not all choose the same one. */
    private synchronized void makeRoom() {
        List<Served> waiting = new ArrayList<>();
        for (Served connection : open) {
            if (!connection.requesting && !connection.ended) {
                waiting.add(connection);
            }
        }
        if (waiting.size() > mostWaiting) {
            long now = System.nanoTime();
            Served longest = Collections.max(waiting, Comparator.comparingLong(one -> now - one.sinceNanos));
            longest.end("others want its place");
        }
    }

    @Override
    public int bytesToIdentifyConnection() {
        return 0;
    }

    @Override
    public Support supports(BufferData data) {
        return Support.SUPPORTED;
    }

    @Override
    public Set<String> supportedApplicationProtocols() {
        return http1.supportedApplicationProtocols();
    }

    @Override
    public ServerConnection connection(ConnectionContext context) {
        return new Served(context, http1.connection(context));
    }

    /** Helidon's own connection, watched. */
    private final class Served implements ServerConnection, InterruptableTask<@Nullable Void> {
        private final ConnectionContext context;
        private final ServerConnection connection;
        private final Thread thread = Thread.currentThread();
        /** When it began to wait, or its request to run. */
        private volatile long sinceNanos = System.nanoTime();

        private volatile boolean requesting;
        private volatile boolean ended;
        private volatile Duration patience = FIRST_HEAD;

        Served(ConnectionContext context, ServerConnection connection) {
            this.context = context;
            this.connection = connection;
        }

        @Override
        public void handle(Limit limit) throws InterruptedException {
            open.add(this);
            makeRoom();
            try {
                connection.handle(limit);
            } finally {
                open.remove(this);
            }
        }

        void enter(boolean request) {
            patience = request ? REQUEST : IDLE;
            sinceNanos = System.nanoTime();
            requesting = request;
        }

        boolean overdue(long nowNanos) {
            return nowNanos - sinceNanos > patience.toNanos();
        }

        private String peer() {
            return context.remotePeer().address() instanceof InetSocketAddress address
                    ? Address.text(address)
                    : context.remotePeer().host();
        }

        void end(String why) {
            ended = true;
            LOG.log(Level.DEBUG, "admin: connection of {0} closed: {1}", peer(), why);
            try {
                context.serverSocket().close();
            } catch (UncheckedIOException e) {
                LOG.log(Level.DEBUG, "admin: closing a connection failed", e);
            }
        }

        @Override
        public boolean canInterrupt() {
            return connection instanceof InterruptableTask<?> task && task.canInterrupt();
        }

        @Override
        public Duration idleTime() {
            return connection.idleTime();
        }

        @Override
        public void close(boolean interrupt) {
            connection.close(interrupt);
        }
    }
}

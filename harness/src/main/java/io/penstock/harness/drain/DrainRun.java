// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.drain;

import io.penstock.harness.call.Channels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * Callers of every kind on one gateway, each with its next call when its last has ended, before and while the gateway drains.
 *
 * <p>In order: {@link #start}, {@link #awaitLoad}, {@link #signalled} and the signal, {@link #awaitGone}, {@link #leave}, {@link #close},
 * {@link #report}. A call fails when it was sent and not answered as it should have been. Callers who find nobody listening any more
 * stop, and nothing has failed by that.
 */
public final class DrainRun implements AutoCloseable {

    private static final int SHARE = 8;
    private static final Duration LOOK_EVERY = Duration.ofMillis(5);
    /** So that the sockets do not take what the processors have. */
    private static final Duration BETWEEN_MESSAGES = Duration.ofMillis(5);

    private final DrainPlan plan;
    private final List<Tally> tallies = new ArrayList<>();
    private final List<Caller> all = new ArrayList<>();
    private final List<SocketCaller> sockets = new ArrayList<>();
    private final List<Thread> callerThreads = new ArrayList<>();
    private final List<Thread> socketThreads = new ArrayList<>();
    private final ConcurrentLinkedQueue<String> endings = new ConcurrentLinkedQueue<>();
    private volatile boolean stopped;
    private volatile boolean mayEnd;

    private DrainRun(DrainPlan plan) {
        this.plan = plan;
    }

    /** Starts the callers. */
    public static DrainRun start(DrainPlan plan) {
        var run = new DrainRun(plan);
        run.http1();
        run.http2();
        run.grpc();
        run.webSocket();
        return run;
    }

    private Tally tally(String kind) {
        var tally = new Tally(kind);
        tallies.add(tally);
        return tally;
    }

    private void http1() {
        var keeping = tally("HTTP/1.1");
        for (int i = 0; i < plan.callers(); i++) {
            caller(new Http1Caller(plan, keeping, i, false));
        }
        var anew = tally("HTTP/1.1, new connections");
        for (int i = 0; i < Math.max(1, plan.callers() / 4); i++) {
            caller(new Http1Caller(plan, anew, i, true));
        }
    }

    private void http2() {
        var tally = tally("HTTP/2");
        var clients = new Http2Clients(plan, tally::connected);
        for (int i = 0; i < plan.callers(); i++) {
            clients = i % SHARE == 0 ? new Http2Clients(plan, tally::connected) : clients;
            caller(new Http2Caller(plan, tally, clients, i));
        }
    }

    private void grpc() {
        var unary = tally("gRPC, unary");
        var streams = tally("gRPC, 10 messages");
        var channel = Channels.openWithRetries(plan.to());
        unary.connected();
        for (int i = 0; i < plan.callers(); i++) {
            if (i > 0 && i % SHARE == 0) {
                channel = Channels.openWithRetries(plan.to());
                unary.connected();
            }
            caller(new GrpcCaller(plan, i % 2 == 0 ? unary : streams, channel, i % 2 == 1));
        }
    }

    private void webSocket() {
        var one = tally("WebSocket");
        var two = tally("WebSocket over HTTP/2");
        var clients = new Http2Clients(plan, two::connected);
        all.add(new Sharing(clients));
        for (int i = 0; i < plan.sockets(); i++) {
            socket(new SocketCaller(one, () -> http1Socket(one), "a" + i, this::ended));
            socket(new SocketCaller(two, () -> Http2Socket.open(plan, clients), "b" + i, this::ended));
        }
    }

    private SocketCaller.Wire http1Socket(Tally tally) throws IOException {
        var socket = Http1Socket.open(plan);
        tally.connected();
        return socket;
    }

    /** Closes a connection that nobody else does. */
    private record Sharing(Http2Clients clients) implements Caller {
        @Override
        public boolean call() {
            return false;
        }

        @Override
        public void close() throws IOException {
            clients.close();
        }
    }

    private boolean ended(String how) {
        endings.add(how);
        return mayEnd;
    }

    private void caller(Caller caller) {
        all.add(caller);
        callerThreads.add(Thread.ofVirtual().name("drain-caller").start(() -> callOn(caller, Duration.ZERO)));
    }

    private void socket(SocketCaller caller) {
        all.add(caller);
        sockets.add(caller);
        socketThreads.add(Thread.ofVirtual().name("drain-socket").start(() -> callOn(caller, BETWEEN_MESSAGES)));
    }

    private void callOn(Caller caller, Duration pause) {
        try {
            while (!stopped && caller.call()) {
                LockSupport.parkNanos(pause.toNanos());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Waits until callers of every kind have had so many answers.
     *
     * @throws IOException they have not in this time
     */
    public void awaitLoad(int answers, Duration most) throws IOException, InterruptedException {
        long giveUpNanos = System.nanoTime() + most.toNanos();
        while (tallies.stream().anyMatch(tally -> tally.requests() < answers)) {
            if (System.nanoTime() - giveUpNanos > 0) {
                throw new IOException("too few calls within " + most.toSeconds() + " s: " + report());
            }
            Thread.sleep(LOOK_EVERY);
        }
    }

    /** The gateway is about to be told to end. */
    public void signalled() {
        tallies.forEach(Tally::signalled);
    }

    /** Waits until every caller has found that nobody listens any more, sockets aside; false when they have not in this time. */
    public boolean awaitGone(Duration most) throws InterruptedException {
        return joined(callerThreads, most);
    }

    /** Messages that sockets of both kinds have had echoed so far. */
    public long messages() {
        return tallies.subList(tallies.size() - 2, tallies.size()).stream()
                .mapToLong(Tally::requests)
                .sum();
    }

    /** Has every socket say goodbye, and waits for that; false when they have not in this time. */
    public boolean leave(Duration most) throws InterruptedException {
        sockets.forEach(SocketCaller::leave);
        return joined(socketThreads, most);
    }

    /** From now on the gateway may end sockets. */
    public void socketsMayEnd() {
        mayEnd = true;
    }

    /** Waits until the gateway has ended every socket: how. */
    public List<String> awaitEndings(Duration most) throws InterruptedException {
        var unused = joined(socketThreads, most);
        return List.copyOf(endings);
    }

    private static boolean joined(List<Thread> threads, Duration most) throws InterruptedException {
        long giveUpNanos = System.nanoTime() + most.toNanos();
        boolean joined = true;
        for (var thread : threads) {
            joined &= thread.join(Duration.ofNanos(Math.max(1, giveUpNanos - System.nanoTime())));
        }
        return joined;
    }

    /** What was seen so far. */
    public DrainReport report() {
        return new DrainReport(tallies.stream().map(Tally::line).toList());
    }

    @Override
    public void close() throws IOException {
        stopped = true;
        for (var caller : all) {
            caller.close();
        }
    }
}

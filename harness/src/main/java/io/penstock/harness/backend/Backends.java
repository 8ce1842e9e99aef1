// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.backend;

import io.grpc.Metadata;
import io.penstock.harness.hostile.Greeting;
import io.penstock.harness.hostile.HostileBackend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * All backends in one process, on 127.0.0.1: two of gRPC, one of HTTP and two hostile ones.
 *
 * <p>{@link #start} returns when every listener accepts; {@link #close} ends them at once and may be called twice.
 */
public final class Backends implements AutoCloseable {

    /** The response field that names the backend which answered. */
    public static final String BACKEND_FIELD = "x-backend";

    static final Metadata.Key<String> BACKEND_KEY = Metadata.Key.of(BACKEND_FIELD, Metadata.ASCII_STRING_MARSHALLER);

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private final List<Listening> listening = new ArrayList<>();

    private Backends() {}

    /**
     * The ports to listen on; 0 lets the system choose.
     *
     * @param maxStreams the MAX_CONCURRENT_STREAMS of the gRPC backends, 1 to 2³¹−1
     */
    public record Ports(int grpcA, int grpcB, int http, int hostile, int silent, int maxStreams) {

        /** Every port chosen by the system, streams without a limit: what tests want. */
        public static Ports any() {
            return new Ports(0, 0, 0, 0, 0, Integer.MAX_VALUE);
        }
    }

    /**
     * One listener that is up.
     *
     * @param option the command-line option that sets its port
     */
    public record Listening(String name, String option, int port, String serves) {}

    /** A port could not be bound; says which option would move it. */
    public static final class PortTakenException extends IOException {

        private static final long serialVersionUID = 1;

        PortTakenException(String option, int port, Throwable cause) {
            super("port " + port + " cannot be had; choose another one with " + option, cause);
        }
    }

    private interface Start<T extends AutoCloseable> {
        T on(int port) throws IOException;
    }

    private interface Port<T> {
        int of(T backend);
    }

    /**
     * Starts everything, or nothing.
     *
     * @throws PortTakenException when a port is in use; the listeners already started are closed
     */
    public static Backends start(Ports ports) throws IOException {
        var backends = new Backends();
        try {
            backends.startAll(ports);
            return backends;
        } catch (IOException | RuntimeException e) {
            backends.close();
            throw e;
        }
    }

    private void startAll(Ports ports) throws IOException {
        int streams = ports.maxStreams();
        add(
                "a",
                "--grpc-a",
                "gRPC: echo, interop, health",
                ports.grpcA(),
                p -> GrpcBackend.start("a", p, streams),
                GrpcBackend::port);
        add(
                "b",
                "--grpc-b",
                "gRPC: echo, interop, health",
                ports.grpcB(),
                p -> GrpcBackend.start("b", p, streams),
                GrpcBackend::port);
        add(
                "http",
                "--http",
                "HTTP/1.1 and HTTP/2",
                ports.http(),
                p -> HttpBackend.start("http", p),
                HttpBackend::port);
        add(
                "hostile",
                "--hostile",
                "HTTP/2 that misbehaves on command",
                ports.hostile(),
                p -> HostileBackend.start(p, Greeting.POLITE),
                HostileBackend::port);
        add(
                "silent",
                "--silent",
                "accepts and never says a word",
                ports.silent(),
                p -> HostileBackend.start(p, Greeting.SILENT),
                HostileBackend::port);
    }

    private <T extends AutoCloseable> void add(
            String name, String option, String serves, int port, Start<T> start, Port<T> bound) throws IOException {
        try {
            T backend = start.on(port);
            started.push(backend);
            listening.add(new Listening(name, option, bound.of(backend), serves));
        } catch (IOException | UncheckedIOException e) {
            // Starting a listener does no other I/O than to bind it.
            throw new PortTakenException(option, port, e);
        }
    }

    /** Everything that listens, in the order of the options. */
    public List<Listening> listening() {
        return List.copyOf(listening);
    }

    /** The port of gRPC backend A, whose {@code x-backend} is {@code a}. */
    public int grpcA() {
        return port("a");
    }

    /** The port of gRPC backend B, whose {@code x-backend} is {@code b}. */
    public int grpcB() {
        return port("b");
    }

    /** The port of the HTTP backend. */
    public int http() {
        return port("http");
    }

    /** The port of the hostile backend. */
    public int hostile() {
        return port("hostile");
    }

    /** The port of the listener that accepts and never sends a byte. */
    public int silent() {
        return port("silent");
    }

    private int port(String name) {
        return listening.stream()
                .filter(l -> l.name().equals(name))
                .findFirst()
                .orElseThrow()
                .port();
    }

    @Override
    public void close() {
        while (!started.isEmpty()) {
            try {
                started.pop().close();
            } catch (Exception e) {
                System.getLogger(Backends.class.getName()).log(System.Logger.Level.WARNING, "close failed", e);
            }
        }
    }
}

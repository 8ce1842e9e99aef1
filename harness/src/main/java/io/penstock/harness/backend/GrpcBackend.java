// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.backend;

import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerInterceptors;
import io.grpc.netty.shaded.io.grpc.netty.InternalNettyServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.testing.integration.TestServiceImpl;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A grpc-java listener in cleartext with the interop service, the echo service and the health service. */
public final class GrpcBackend implements AutoCloseable {

    private static final int MAX_MESSAGE_BYTES = 64 << 20;

    private final Server server;
    private final ScheduledExecutorService timer;

    private GrpcBackend(Server server, ScheduledExecutorService timer) {
        this.server = server;
        this.timer = timer;
    }

    static GrpcBackend start(String name, int port, int maxStreams) throws IOException {
        return start(name, new InetSocketAddress(InetAddress.getLoopbackAddress(), port), maxStreams);
    }

    /** On an address that the caller has checked. */
    public static GrpcBackend start(String name, InetSocketAddress address, int maxStreams) throws IOException {
        var timer = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("echo-timer-" + name).daemon().factory());
        var interop = ServerInterceptors.intercept(new TestServiceImpl(timer), TestServiceImpl.interceptors());
        try {
            var builder = NettyServerBuilder.forAddress(address)
                    .callExecutor(new EchoWithoutThreads(
                            interop.getServiceDescriptor().getName()))
                    .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                    .maxConcurrentCallsPerConnection(maxStreams)
                    .addService(interop)
                    .addService(EchoService.define(timer))
                    .addService(new HealthStatusManager().getHealthService())
                    .intercept(new BackendName(name));
            // Found on the class path because the interop suite needs it; would only cost time here.
            InternalNettyServerBuilder.setStatsEnabled(builder, false);
            InternalNettyServerBuilder.setTracingEnabled(builder, false);
            return new GrpcBackend(builder.build().start(), timer);
        } catch (IOException e) {
            timer.shutdownNow();
            throw e;
        }
    }

    /** Where it listens. */
    public int port() {
        return server.getPort();
    }

    @Override
    public void close() {
        server.shutdownNow();
        timer.shutdownNow();
        try {
            // So that the port is free when this returns.
            var unused = server.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The interop service may block and gets a virtual thread for each call; the echo service never does. */
    private record EchoWithoutThreads(String blocking, Executor threads) implements ServerCallExecutorSupplier {

        EchoWithoutThreads(String blocking) {
            this(blocking, task -> Thread.ofVirtual().name("interop").start(task));
        }

        @Override
        public <Q, A> Executor getExecutor(ServerCall<Q, A> call, Metadata metadata) {
            boolean blocks = blocking.equals(call.getMethodDescriptor().getServiceName());
            return blocks ? threads : Runnable::run;
        }
    }
}

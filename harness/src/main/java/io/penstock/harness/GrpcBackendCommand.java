// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness;

import io.penstock.harness.backend.GrpcBackend;
import io.penstock.harness.terminal.HostAndPort;
import io.penstock.harness.terminal.UsageException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One gRPC backend on an address of its own, for a host of the laboratory. */
@Command(
        name = "grpc-backend",
        description = "Start one gRPC backend and stay until told to stop.",
        mixinStandardHelpOptions = true)
final class GrpcBackendCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:9101",
            converter = HostAndPort.class,
            description = "where, on this machine (127.0.0.1:9101)")
    private @Nullable InetSocketAddress listen;

    @Override
    public Integer call() throws Exception {
        var out = Objects.requireNonNull(spec).commandLine().getOut();
        var address = Objects.requireNonNull(listen);
        try (var backend = GrpcBackend.start("a", address, Integer.MAX_VALUE)) {
            out.println("ready on " + address.getAddress().getHostAddress() + ":" + backend.port());
            out.flush();
            // So that a stop on request is an exit with 0 and not with 143.
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(() -> Runtime.getRuntime().halt(0)));
            new CountDownLatch(1).await();
            return 0;
        } catch (IOException e) {
            throw new UsageException(address + " cannot be had; choose another one with --listen");
        }
    }
}

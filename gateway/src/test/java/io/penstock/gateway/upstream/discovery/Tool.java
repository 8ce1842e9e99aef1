// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.discovery;

import java.io.File;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A server that is installed on this machine or brought by {@code scripts/test}, as a process. Closing ends it. */
final class Tool implements AutoCloseable {
    private final Process process;

    private Tool(Process process) {
        this.process = process;
    }

    /** Where this command is; empty when it is nowhere. */
    static Optional<Path> find(String command) {
        Stream<Path> onPath = Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .map(Path::of);
        return Stream.concat(
                        Stream.of(Path.of("..", "target", "tools", "usr", "bin")),
                        Stream.concat(onPath, Stream.of(Path.of("/usr/sbin"))))
                .map(folder -> folder.resolve(command).toAbsolutePath().normalize())
                .filter(Files::isExecutable)
                .findFirst();
    }

    static Tool start(Path log, List<String> command) throws IOException {
        return new Tool(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start());
    }

    /** A port that was free a moment ago, for TCP and UDP. */
    static int freePort() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        for (int i = 0; i < 100; i++) {
            try (ServerSocket tcp = new ServerSocket(0, 1, loopback);
                    DatagramSocket udp = new DatagramSocket(new InetSocketAddress(loopback, tcp.getLocalPort()))) {
                return udp.getLocalPort();
            } catch (java.net.BindException e) {
                // taken for UDP: another one
            }
        }
        throw new IOException("no port is free for TCP and UDP");
    }

    boolean alive() {
        return process.isAlive();
    }

    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor(5, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        try {
            process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

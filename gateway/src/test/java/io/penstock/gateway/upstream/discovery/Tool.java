// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.discovery;

import java.io.File;
import java.io.IOException;
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

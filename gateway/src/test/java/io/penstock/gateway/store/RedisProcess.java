// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import io.penstock.gateway.FreePort;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.commands.ProtocolCommand;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/** A real Redis server on a loopback port of its own. Closing ends the process. */
public final class RedisProcess implements AutoCloseable {
    private static final JedisClientConfig PLAIN =
            DefaultJedisClientConfig.builder().resp2().timeoutMillis(2000).build();

    private static final int MOST_ATTEMPTS = 5;

    private final Path folder;
    private final int port;
    private final List<String> command;
    private Process process;

    private RedisProcess(Path folder, int port, List<String> command) throws IOException {
        this.folder = folder;
        this.port = port;
        this.command = command;
        this.process = spawn();
    }

    /** Starts a server that answers, with these arguments beside port and folder. */
    public static RedisProcess start(Path parent, String... arguments) throws IOException {
        for (int attempt = 1; ; attempt++) {
            RedisProcess redis = begin(FreePort.next(), parent, "--port", arguments);
            try {
                redis.awaitReady(PLAIN);
                return redis;
            } catch (IOException e) {
                if (attempt
                        == MOST_ATTEMPTS) { // somebody else may have taken the port meanwhile, or that of its cluster's
                    // bus
                    throw e;
                }
            }
        }
    }

    public static RedisProcess at(int port, Path parent, String... arguments) throws IOException {
        RedisProcess redis = begin(port, parent, "--port", arguments);
        redis.awaitReady(PLAIN);
        return redis;
    }

    static RedisProcess begin(int port, Path parent, String portOption, String... arguments) throws IOException {
        Path folder = Files.createDirectories(parent.resolve("redis-" + port));
        List<String> command = new ArrayList<>(List.of(
                binary(parent).toString(), portOption, String.valueOf(port), "--bind", "127.0.0.1", "--save", ""));
        command.addAll(List.of("--dir", folder.toString()));
        command.addAll(Arrays.asList(arguments));
        return new RedisProcess(folder, port, command);
    }

    /** Starts a sentinel that watches this master with a quorum of one. */
    public static RedisProcess sentinel(Path parent, RedisProcess master, String... settings) throws IOException {
        int port = FreePort.next();
        Path folder = Files.createDirectories(parent.resolve("sentinel-" + port));
        Path file = folder.resolve("sentinel.conf");
        Files.writeString(file, """
                port %d
                bind 127.0.0.1
                dir %s
                sentinel monitor jobs 127.0.0.1 %d 1
                sentinel down-after-milliseconds jobs 500
                sentinel failover-timeout jobs 3000
                """.formatted(port, folder, master.port()));
        return new RedisProcess(folder, port, List.of(binary(parent).toString(), file.toString(), "--sentinel"));
    }

    public int port() {
        return port;
    }

    HostAndPort address() {
        return new HostAndPort("127.0.0.1", port);
    }

    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    /** Sends one command over a connection of its own and returns the answer. */
    public Object call(String... parts) {
        return call(PLAIN, parts);
    }

    Object call(JedisClientConfig config, String... parts) {
        try {
            return callOnce(config, parts);
        } catch (JedisConnectionException e) {
            // a sentinel that promotes a replica cuts everyone off
            return callOnce(config, parts);
        }
    }

    private Object callOnce(JedisClientConfig config, String... parts) {
        try (Connection connection = new Connection(address(), config)) {
            ProtocolCommand command = parts[0]::getBytes;
            connection.sendCommand(command, Arrays.copyOfRange(parts, 1, parts.length));
            Object reply = connection.getOne();
            return reply instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : reply;
        }
    }

    /** What time it is there, in microseconds. */
    public long micros() {
        List<?> time = (List<?>) call("TIME");
        return number(time.getFirst()) * 1_000_000 + number(time.getLast());
    }

    private static long number(Object bytes) {
        return Long.parseLong(new String((byte[]) bytes, StandardCharsets.US_ASCII));
    }

    /** How often this command was called since the server started. */
    public long calls(String command) {
        String name = "cmdstat_" + command.toLowerCase(Locale.ROOT) + ":calls=";
        return String.valueOf(call("INFO", "commandstats"))
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.substring(name.length(), line.indexOf(','))))
                .sum();
    }

    /** Stops the process without ending it: it still accepts connections and never answers. */
    public void hang() {
        signal("STOP");
    }

    public void wakeUp() {
        signal("CONT");
    }

    public void kill() {
        try {
            process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public void restart() throws IOException {
        kill();
        process = spawn();
        awaitReady(PLAIN);
    }

    @Override
    public void close() {
        kill();
    }

    /** Waits until it answers somebody without a password. */
    public void awaitReady() throws IOException {
        awaitReady(PLAIN);
    }

    void awaitReady(JedisClientConfig config) throws IOException {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (System.nanoTime() < deadline && process.isAlive()) {
            try {
                call(config, "PING");
                if (answersItself(config)) {
                    return;
                }
                pause();
            } catch (JedisException e) {
                pause();
            }
        }
        String log = Files.readString(folder.resolve("log"));
        close();
        throw new IOException("redis on port " + port + " does not answer: " + log);
    }

    /** Whether it is this process that answers, and not one that has taken the port before it. */
    private boolean answersItself(JedisClientConfig config) {
        try {
            return String.valueOf(call(config, "INFO", "server")).contains("process_id:" + process.pid() + "\r");
        } catch (JedisDataException e) {
            return true; // a user who must not ask
        }
    }

    static void pause() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Process spawn() throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
    }

    private void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                    .start()
                    .waitFor(5, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Path binary(Path parent) throws IOException {
        Path binary = parent.resolve("redis-server");
        if (Files.exists(binary)) {
            return binary;
        }
        String machine = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
        String resource = "/redis-server-7.0.15-linux-" + machine;
        try (InputStream in = RedisProcess.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException("no resource " + resource);
            }
            Files.copy(in, binary, StandardCopyOption.REPLACE_EXISTING);
        }
        if (!binary.toFile().setExecutable(true)) {
            throw new IOException("cannot make executable: " + binary);
        }
        return binary;
    }
}

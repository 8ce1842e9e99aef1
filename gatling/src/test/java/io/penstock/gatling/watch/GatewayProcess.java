// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling.watch;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A gateway that was started for one simulation, and its admin listener. {@link #close} ends it. */
public final class GatewayProcess implements AutoCloseable {

    private static final Duration READY = Duration.ofMinutes(3);
    private static final Duration SETTLED = Duration.ofSeconds(20);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final long POLL_NANOS = 50_000_000;
    private static final int DRAIN_SECONDS = 10;

    private final Process process;
    private final int adminPort;
    private final Path log;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private GatewayProcess(Process process, int adminPort, Path log) {
        this.process = process;
        this.adminPort = adminPort;
        this.log = log;
    }

    /**
     * Starts it and waits until it is ready, for three minutes at most.
     *
     * @param command with everything but the configuration
     * @param environment what the configuration refers to
     * @throws IOException when it does not get ready, with the end of what it said
     */
    public static GatewayProcess start(List<String> command, Map<String, String> environment, int adminPort, Path log)
            throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .redirectInput(Path.of("/dev/null").toFile());
        builder.environment().putAll(environment);
        var gateway = new GatewayProcess(builder.start(), adminPort, log);
        // Also when the signal that ends this JVM comes in the middle of it.
        Runtime.getRuntime().addShutdownHook(new Thread(gateway.process::destroyForcibly));
        try {
            gateway.awaitReady();
            return gateway;
        } catch (IOException | InterruptedException e) {
            gateway.close();
            throw e;
        }
    }

    private void awaitReady() throws IOException, InterruptedException {
        long end = System.nanoTime() + READY.toNanos();
        while (System.nanoTime() < end && process.isAlive()) {
            if (ready()) {
                return;
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        var said = Files.readString(log);
        throw new IOException("the gateway did not get ready:\n" + said.substring(Math.max(0, said.length() - 2000)));
    }

    private boolean ready() throws IOException, InterruptedException {
        try {
            return client.send(request("/readyz"), BodyHandlers.discarding()).statusCode() == 200;
        } catch (ConnectException e) {
            return false;
        }
    }

    private HttpRequest request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + path))
                .timeout(ANSWER)
                .build();
    }

    private String page(String path) throws IOException, InterruptedException {
        var answer = client.send(request(path), BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(path + " answered " + answer.statusCode() + ", expected 200");
        }
        return answer.body();
    }

    /** The metrics once no exchange is in flight, or as they are after 20 s. */
    public Samples settled() throws IOException, InterruptedException {
        long end = System.nanoTime() + SETTLED.toNanos();
        var now = Samples.of(page("/metrics"));
        while (now.sum("gateway_exchange_active") > 0 && System.nanoTime() < end) {
            LockSupport.parkNanos(POLL_NANOS);
            now = Samples.of(page("/metrics"));
        }
        return now;
    }

    /** What it says about its connections. */
    public Ledger ledger() throws IOException, InterruptedException {
        return Ledger.of(page("/v1/connections"));
    }

    @Override
    public void close() {
        client.close();
        process.destroy();
        try {
            if (!process.waitFor(DRAIN_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}

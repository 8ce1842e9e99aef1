// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.command;

import io.penstock.gateway.Gateway;
import io.penstock.gateway.config.ConfigReader;
import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.listener.ListenException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads the configuration file again while the gateway runs, when asked and, on request, when the file's content has changed. A file
 * that cannot be used changes nothing, and the log says why.
 *
 * <p>One virtual thread does the work, so that a signal's handler returns at once; what is asked for while it works is done once,
 * afterwards.
 */
final class Reload implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Reload.class.getName());
    /** Content is compared, not the time of change: mounted files are replaced behind links, and clocks jump. */
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private static final int MOST_BYTES = 1024 * 1024;

    private final Path file;
    private final Gateway gateway;
    private final Semaphore asked = new Semaphore(0);
    private final Thread thread;
    private volatile boolean watching;

    /** Reads the file's content as what runs now; call it after the configuration was read. */
    Reload(Path file, Gateway gateway) {
        this.file = file;
        this.gateway = gateway;
        byte[] running = content();
        this.thread = Thread.ofVirtual().name("reload").start(() -> run(running));
    }

    /** Asks for a reload. Returns at once. */
    void now() {
        asked.release();
    }

    /** From now on a changed content is a reason, too. */
    void watch() {
        watching = true;
    }

    private void run(byte @Nullable [] first) {
        byte[] seen = first;
        try {
            while (true) {
                boolean wanted = asked.tryAcquire(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
                asked.drainPermits();
                byte[] now = wanted || watching ? content() : seen;
                if (wanted || !Arrays.equals(now, seen)) {
                    seen = now;
                    reload();
                }
            }
        } catch (InterruptedException e) {
            return; // closed
        }
    }

    private void reload() {
        try {
            ConfigReader.Placed read = NamedFiles.readPlaced(file);
            gateway.apply(read.config(), read.entries());
            LOG.log(System.Logger.Level.INFO, "configuration {0} applied", file);
        } catch (ConfigException | ListenException | IOException e) {
            gateway.rejected();
            LOG.log(
                    System.Logger.Level.ERROR,
                    "configuration {0} not applied, the one before stays in force:\n{1}",
                    file,
                    e.getMessage());
        } catch (RuntimeException e) {
            gateway.rejected();
            LOG.log(System.Logger.Level.ERROR, "configuration " + file + " not applied", e);
        }
    }

    /** Null when it cannot be read now. */
    private byte @Nullable [] content() {
        try (var in = Files.newInputStream(file)) {
            return in.readNBytes(MOST_BYTES);
        } catch (IOException e) {
            return null;
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}

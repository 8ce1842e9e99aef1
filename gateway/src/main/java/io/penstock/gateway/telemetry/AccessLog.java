// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.telemetry;

import io.penstock.gateway.config.AccessLogConfig;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.ExchangeObserver;
import io.penstock.gateway.exchange.MemoryUse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes one JSON object for each exchange, in the order of their ends, and never holds traffic up.
 *
 * <p>{@link #ended} puts the exchange into a bounded ring and returns; when the ring is full, the exchange is dropped and counted.
 * The ring holds the exchange itself until its line is written: copying what a line needs would cost each exchange what only a
 * stuck output costs now. One platform thread takes what has gathered every few milliseconds, formats it and writes it at once. The
 * thread wakes by itself: putting threads wake it only each time that another half of the ring was filled. It is no virtual
 * thread, because a write to a full pipe or a hung disk would take a carrier with it.
 *
 * <p>A failing output (disk full, closed pipe) is reported once, what could not be written is counted, and every later write tries
 * again. Safe for any number of threads.
 */
public final class AccessLog implements ExchangeObserver, AutoCloseable {
    private static final Logger LOG = System.getLogger(AccessLog.class.getName());

    private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(4);
    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(64);
    private static final int BATCH_BYTES = 60 * 1024;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final boolean enabled;
    private final String outputName;
    private final LogOutput output;
    private final LogRing ring;
    private final int wakeMask;
    private final LogLine lines = new LogLine();
    private final Thread writer;

    private final LongAdder dropped = new LongAdder();
    private final LongAdder written = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final LongAdder failures = new LongAdder();

    private volatile boolean reopenAsked;
    private volatile boolean closing;
    private volatile boolean closed;
    private int batch;
    private boolean failing;

    public AccessLog(AccessLogConfig config) {
        this.enabled = !config.output().equals("none");
        this.outputName = config.output();
        this.output = new LogOutput(path(config.output()));
        this.ring = new LogRing(config.queue());
        this.wakeMask = Math.max(1, Integer.highestOneBit(config.queue()) / 2) - 1;
        this.writer = Thread.ofPlatform().name("access-log").daemon().unstarted(this::run);
    }

    /**
     * Opens the output and begins to write; what ended before waits in the queue until then.
     *
     * @throws UncheckedIOException when the output cannot be opened; the message names the configuration key
     */
    public void start() {
        if (!enabled) {
            return;
        }
        try {
            output.open();
        } catch (IOException e) {
            throw new UncheckedIOException("access-log.output: " + outputName + " cannot be opened: " + e, e);
        }
        writer.start();
    }

    /** Tells, by its key, of an output that could not be opened; makes nothing. */
    public static void check(AccessLogConfig config, BiConsumer<String, String> wrong) {
        Path file = path(config.output());
        String problem = file == null ? "" : LogOutput.problem(file);
        if (!problem.isEmpty()) {
            wrong.accept("output", config.output() + " " + problem);
        }
    }

    @Override
    public void ended(Exchange exchange) {
        if (!enabled) {
            return;
        }
        long number = closed ? -1 : ring.put(exchange);
        if (number < 0) {
            dropped.increment();
        } else if ((number & wakeMask) == wakeMask) {
            LockSupport.unpark(writer);
        }
    }

    /** Goes over to what the path names now, within the next batch; for use after the file was moved away. */
    public void reopen() {
        reopenAsked = true;
        LockSupport.unpark(writer);
    }

    /** What waits to be written. */
    public MemoryUse memory() {
        return new MemoryUse("access-log", "", MemoryUse.Unit.ENTRIES, ring.waiting(), ring.capacity(), 0);
    }

    /** Shows the counters of the log. */
    public void register(Metrics metrics) {
        metrics.counter("gateway_accesslog_written_total", "Lines written.", written::sum);
        metrics.counter(
                "gateway_accesslog_dropped_total", "Exchanges without a line: the queue was full.", dropped::sum);
        metrics.counter("gateway_accesslog_lost_total", "Lines that the output did not take.", lost::sum);
        metrics.counter("gateway_accesslog_failures_total", "Writes that failed.", failures::sum);
        metrics.gauge("gateway_accesslog_waiting", "Exchanges whose lines wait to be written.", ring::waiting);
    }

    /** Lines that the output took. */
    public long written() {
        return written.sum();
    }

    /** Exchanges that found the queue full. */
    public long dropped() {
        return dropped.sum();
    }

    /** Lines that the output did not take. */
    public long lost() {
        return lost.sum();
    }

    /** Writes what waits, for at most two seconds, and ends the writer; exchanges that end later are dropped and counted. */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(writer);
        if (enabled && writer.isAlive()) {
            try {
                writer.join(CLOSE_TIMEOUT);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        if (!closed) {
            closed = true;
            dropped.add(ring.waiting());
        }
    }

    private void run() {
        long idle = BUSY_NANOS;
        while (!closing) {
            LockSupport.parkNanos(idle);
            idle = drain() > 0 ? BUSY_NANOS : Math.min(idle * 2, IDLE_NANOS);
            if (reopenAsked) {
                openAgain();
            }
        }
        drain();
        try {
            output.close();
        } catch (IOException e) {
            failed(e, 0);
        }
    }

    private void openAgain() {
        reopenAsked = false;
        try {
            output.open();
        } catch (IOException e) {
            failed(e, 0);
        }
    }

    private int drain() {
        int taken = 0;
        for (Exchange exchange = ring.take(); exchange != null; exchange = ring.take()) {
            append(exchange);
            taken++;
            if (lines.length() >= BATCH_BYTES) {
                write();
            }
        }
        write();
        return taken;
    }

    private void append(Exchange exchange) {
        int before = lines.length();
        try {
            lines.append(exchange);
            batch++;
        } catch (RuntimeException e) {
            lines.cut(before);
            lost.increment();
            LOG.log(Level.ERROR, "access log: an exchange could not be written down", e);
        }
    }

    private void write() {
        if (lines.length() == 0) {
            return;
        }
        ByteBuffer buffer = ByteBuffer.wrap(lines.bytes(), 0, lines.length());
        try {
            output.write(buffer);
            written.add(batch);
            if (failing) {
                failing = false;
                LOG.log(Level.INFO, "access log: {0} takes lines again; {1} were lost", outputName, lost.sum());
            }
        } catch (IOException e) {
            failed(e, linesBefore(buffer.position()));
        }
        lines.clear();
        batch = 0;
    }

    private void failed(IOException failure, int taken) {
        written.add(taken);
        lost.add(batch - taken);
        failures.increment();
        if (!failing) {
            failing = true;
            LOG.log(Level.ERROR, "access log: {0} takes no lines: {1}", outputName, failure.toString());
        }
    }

    private int linesBefore(int position) {
        int ends = 0;
        for (int i = 0; i < position; i++) {
            if (lines.bytes()[i] == '\n') {
                ends++;
            }
        }
        return ends;
    }

    private static @Nullable Path path(String output) {
        return output.equals("stdout") || output.equals("none") ? null : Path.of(output);
    }
}

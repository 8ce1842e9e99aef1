// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.telemetry;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.penstock.gateway.config.AccessLogConfig;
import io.penstock.gateway.exchange.ExchangeObserver;
import io.penstock.gateway.exchange.Head;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures what metrics and access log cost for each exchange: CPU of the whole process, with the log's writer, and bytes allocated.
 *
 * <p>Rounds with and without telemetry take turns; exchanges arrive in bursts of 50 at about 50,000 a second. Not a test: {@code
 * java -cp gateway/target/classes:gateway/target/test-classes:... io.penstock.gateway.telemetry.TelemetryCost [OUTPUT]}.
 */
final class TelemetryCost {
    private static final int ROUND = 200_000;
    private static final int BURST = 50;
    private static final long BURST_NANOS = 1_000_000;

    private TelemetryCost() {}

    public static void main(String[] args) {
        var out = new PrintStream(new FileOutputStream(FileDescriptor.err), true);
        var metrics = new Metrics();
        var log = new AccessLog(new AccessLogConfig(args.length > 0 ? args[0] : "/dev/null", 8_192));
        log.start();
        ExchangeObserver both = exchange -> {
            metrics.ended(exchange);
            log.ended(exchange);
        };
        for (int round = 0; round < 5; round++) {
            double[] nothing = round(exchange -> {});
            double[] counted = round(metrics);
            double[] logged = round(log);
            double[] all = round(both);
            out.printf(
                    "round %d: metrics %.0f ns %.1f B, log %.0f ns %.1f B, both %.0f ns %.1f B for each exchange; dropped %d%n",
                    round,
                    counted[0] - nothing[0],
                    counted[1] - nothing[1],
                    logged[0] - nothing[0],
                    logged[1] - nothing[1],
                    all[0] - nothing[0],
                    all[1] - nothing[1],
                    log.dropped());
        }
        log.close();
    }

    /** CPU nanoseconds and allocated bytes of the process for each exchange. */
    private static double[] round(ExchangeObserver observer) {
        var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        var threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
        Head head = Exchanges.grpcHead();
        long cpu = system.getProcessCpuTime();
        long allocated = threads.getTotalThreadAllocatedBytes();
        long next = System.nanoTime();
        for (int i = 0; i < ROUND; i += BURST) {
            for (int j = 0; j < BURST; j++) {
                Exchanges.of(observer, head)
                        .requestId("5f0c8d2b-31a7-4e0f")
                        .route("jobs")
                        .cluster("by-jobid")
                        .target("10.0.0.7:50051")
                        .attempt(true)
                        .status(200)
                        .grpcStatus(0)
                        .bytes(12, 18)
                        .end();
            }
            next += BURST_NANOS;
            LockSupport.parkNanos(next - System.nanoTime());
        }
        LockSupport.parkNanos(100_000_000);
        return new double[] {
            (double) (system.getProcessCpuTime() - cpu) / ROUND,
            (double) (threads.getTotalThreadAllocatedBytes() - allocated) / ROUND
        };
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.telemetry;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;

/** The numbers of the process and its JVM; the management beans are loaded when the numbers are first read. */
final class ProcessMetrics {
    private ProcessMetrics() {}

    static void register(Metrics metrics) {
        metrics.counter(
                "gateway_process_cpu_seconds_total",
                "CPU time of the process.",
                rows -> rows.row(ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
                                .getProcessCpuTime()
                        / 1e9));
        metrics.gauge(
                "gateway_process_start_time_seconds",
                "When the process began, since the epoch.",
                rows -> rows.row(ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3));
        metrics.gauge("gateway_process_open_fds", "Open file descriptors.", ProcessMetrics::openDescriptors);
        metrics.gauge("gateway_process_max_fds", "The limit of open file descriptors.", ProcessMetrics::maxDescriptors);
        metrics.gauge(
                "gateway_process_threads",
                "Live platform threads; virtual threads are not among them.",
                () -> ManagementFactory.getThreadMXBean().getThreadCount());
        metrics.gauge("gateway_process_heap_used_bytes", "Heap in use, with what is not collected yet.", () -> {
            Runtime runtime = Runtime.getRuntime();
            return runtime.totalMemory() - runtime.freeMemory();
        });
        metrics.gauge(
                "gateway_process_heap_max_bytes",
                "The most that the heap may grow to.",
                () -> Runtime.getRuntime().maxMemory());
        metrics.gauge(
                "gateway_process_buffer_bytes", "Memory of byte buffers outside of the heap.", ProcessMetrics::buffers);
        metrics.counter(
                "gateway_process_gc_seconds_total", "Time spent collecting garbage.", ProcessMetrics::collectorTime);
        metrics.counter("gateway_process_gc_collections_total", "Collections of garbage.", ProcessMetrics::collections);
    }

    private static void openDescriptors(Metrics.Rows rows) {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
            rows.row(unix.getOpenFileDescriptorCount());
        }
    }

    private static void maxDescriptors(Metrics.Rows rows) {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
            rows.row(unix.getMaxFileDescriptorCount());
        }
    }

    private static void buffers(Metrics.Rows rows) {
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            rows.row(pool.getMemoryUsed(), "kind", pool.getName());
        }
    }

    private static void collectorTime(Metrics.Rows rows) {
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            rows.row(Math.max(0, collector.getCollectionTime()) / 1e3, "collector", collector.getName());
        }
    }

    private static void collections(Metrics.Rows rows) {
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            rows.row(Math.max(0, collector.getCollectionCount()), "collector", collector.getName());
        }
    }
}

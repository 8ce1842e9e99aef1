// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import io.penstock.gateway.config.GatewayConfig;
import io.penstock.gateway.config.listener.ListenerConfig;
import io.penstock.gateway.config.listener.ListenerProtocol;
import io.penstock.gateway.config.upstream.UpstreamConfig;
import io.penstock.gateway.exchange.MemoryUse;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The most bytes that may wait in this process for slow peers of one listener: every connection open that its configuration and the
 * descriptors of the process allow, every stream in use, every window full, at both sides of it. Nothing is set apart for them, and no
 * global limit but the heap holds them back.
 *
 * @param connections of the listener
 * @param streams of each connection
 * @param each bytes of a stream: unread of its request, held for another attempt, unwritten of its response, and its head
 */
public record WaitingBytes(String listener, long connections, long streams, long each) {
    /** What a thread in blocking style copies with, both ways together. */
    private static final int COPY_BYTES = 48 * 1024;

    private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB", "PiB");

    /** What can be said of a configuration: a line for each listener, and a warning when the heap cannot hold all of it. */
    public record Report(List<String> lines, Optional<String> warning) {}

    /** For a process that may have so many connections of its listeners together, and such a heap. */
    public static Report report(GatewayConfig config, int connections, long heap) {
        int share = connections / config.listeners().size();
        List<WaitingBytes> all = of(config, share);
        if (all.stream().mapToLong(WaitingBytes::all).sum() <= heap) {
            return new Report(all.stream().map(WaitingBytes::fitting).toList(), Optional.empty());
        }
        return new Report(
                all.stream().map(one -> one.filling(heap)).toList(),
                Optional.of("warning: slow peers can take more than the heap of " + text(heap)
                        + ": lower max-connections, http2.max-concurrent-streams, stream-window-bytes or replay-bytes,"
                        + " or give more with -Xmx (JAVA_OPTS)"));
    }

    /** One for each listener, of a process that may have so many connections for each. */
    public static List<WaitingBytes> of(GatewayConfig config, int share) {
        List<UpstreamConfig> upstreams = Stream.concat(
                        config.clusters().stream().map(one -> one.upstream()),
                        config.lookups().stream().map(one -> one.upstream()))
                .toList();
        long replay =
                upstreams.stream().mapToInt(one -> one.replayBytes()).max().orElse(0);
        long response = upstreams.stream()
                .mapToInt(one -> one.http2().streamWindowBytes())
                .max()
                .orElse(0);
        return config.listeners().stream()
                .map(listener -> of(listener, share, replay, response))
                .toList();
    }

    private static WaitingBytes of(ListenerConfig listener, int share, long replay, long response) {
        int connections = Math.min(share, listener.maxConnections());
        if (!listener.protocols().contains(ListenerProtocol.HTTP2)) {
            long each = listener.http1().maxHeadBytes() + replay + response + COPY_BYTES;
            return new WaitingBytes(listener.name(), connections, 1, each);
        }
        long each = listener.http2().maxHeadBytes() + listener.http2().streamWindowBytes() + replay + response;
        return new WaitingBytes(listener.name(), connections, listener.http2().maxConcurrentStreams(), each);
    }

    /** What so many exchanges, with their streams or connections, may have waiting at most. */
    public MemoryUse use(long exchanges) {
        return new MemoryUse("listener", listener, MemoryUse.Unit.BYTES, exchanges * each, all(), 0);
    }

    private long all() {
        return connections * streams * each;
    }

    private String fitting() {
        return "listener " + listener + ": at most " + text(all()) + " wait for slow peers (" + connections
                + " connections x " + streams + " streams x " + text(each) + ")";
    }

    private String filling(long heap) {
        if (all() <= heap) {
            return fitting();
        }
        return "listener " + listener + ": slow peers can fill the heap of " + text(heap) + ": " + heap / each
                + " streams of " + text(each) + " do, and " + connections + " connections x " + streams
                + " streams are allowed";
    }

    /** Three digits at most, and a unit. */
    static String text(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 999.5 && unit < UNITS.size() - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, value < 9.95 && unit > 0 ? "%.1f %s" : "%.0f %s", value, UNITS.get(unit));
    }
}

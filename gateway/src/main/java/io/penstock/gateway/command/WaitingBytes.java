// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.command;

import io.penstock.gateway.config.GatewayConfig;
import io.penstock.gateway.config.listener.ListenerConfig;
import io.penstock.gateway.config.listener.ListenerProtocol;
import io.penstock.gateway.config.upstream.UpstreamConfig;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The most bytes that may wait in this process for slow peers of one listener, by its configuration: every connection open, every stream
 * in use, every window full, at both sides of it. Nothing is set apart for them, and no global limit holds them back.
 *
 * @param connections of the listener
 * @param streams of each connection
 * @param each bytes of a stream: unread of its request, held for another attempt, unwritten of its response, and its head
 */
record WaitingBytes(String listener, long connections, long streams, long each) {
    /** What a thread in blocking style copies with, both ways together. */
    private static final int COPY_BYTES = 48 * 1024;

    private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB", "PiB");

    /** Of every listener, in their order. */
    static List<WaitingBytes> of(GatewayConfig config) {
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
                .map(listener -> of(listener, replay, response))
                .toList();
    }

    private static WaitingBytes of(ListenerConfig listener, long replay, long response) {
        if (!listener.protocols().contains(ListenerProtocol.HTTP2)) {
            long each = listener.http1().maxHeadBytes() + replay + response + COPY_BYTES;
            return new WaitingBytes(listener.name(), listener.maxConnections(), 1, each);
        }
        long each = listener.http2().maxHeadBytes() + listener.http2().streamWindowBytes() + replay + response;
        return new WaitingBytes(
                listener.name(), listener.maxConnections(), listener.http2().maxConcurrentStreams(), each);
    }

    long all() {
        return connections * streams * each;
    }

    @Override
    public String toString() {
        return "listener " + listener + ": at most " + text(all()) + " wait for slow peers (" + connections
                + " connections x " + streams + " streams x " + text(each) + ")";
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

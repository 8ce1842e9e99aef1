// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.call;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.InternalNettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.net.InetSocketAddress;

/** Opens grpc-java channels the way everything here wants them: one cleartext connection, no threads, and no retries unless asked for. */
public final class Channels {

    private static final int MAX_MESSAGE_BYTES = 64 << 20;
    private static final int WINDOW_BYTES = 1 << 20;

    private Channels() {}

    /** Opens a channel of one connection; it connects at its first call, and its listeners must not block. */
    public static ManagedChannel open(InetSocketAddress to) {
        return builder(to).disableRetry().build();
    }

    /** The same, but calls that were not processed are made again, as grpc-java does unless it is told otherwise. */
    public static ManagedChannel openWithRetries(InetSocketAddress to) {
        return builder(to).build();
    }

    private static NettyChannelBuilder builder(InetSocketAddress to) {
        var builder = NettyChannelBuilder.forAddress(to)
                .usePlaintext()
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                // A fixed window bounds what a slow reader here can hold in memory.
                .flowControlWindow(WINDOW_BYTES)
                .directExecutor();
        // Found on the class path because the interop suite needs it; would only cost time here.
        InternalNettyChannelBuilder.setStatsEnabled(builder, false);
        InternalNettyChannelBuilder.setTracingEnabled(builder, false);
        return builder;
    }
}

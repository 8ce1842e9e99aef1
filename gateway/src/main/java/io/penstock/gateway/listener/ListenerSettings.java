// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import io.penstock.gateway.config.read.Cidr;
import io.penstock.gateway.wire.EventLoops;
import java.util.List;

/**
 * What a listener gets beside its own configuration.
 *
 * @param place where it stands in the file, like {@code listeners[0]}
 * @param maxConnections what the process's descriptors allow; the configured limit may be lower
 * @param trusted networks whose callers are trusted
 * @param replayBytes request bytes that each exchange keeps for a second attempt
 * @param loops on which connections wait that need no thread
 */
public record ListenerSettings(
        String place, int maxConnections, List<Cidr> trusted, int replayBytes, EventLoops loops) {
    public ListenerSettings {
        trusted = List.copyOf(trusted);
    }

    ListenerSettings at(int index) {
        return new ListenerSettings("listeners[" + index + "]", maxConnections, trusted, replayBytes, loops);
    }
}

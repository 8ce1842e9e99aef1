// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * The file descriptors that the process may have, and how they are shared out, so that accepting never fails for want of one.
 *
 * @param limit of the process, soft
 */
record Descriptors(long limit) {
    /** Jars, logs, stores, Redis, name servers, the admin listener and what a refusal takes for a moment. */
    private static final int RESERVED = 160;

    static Descriptors ofProcess() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? new Descriptors(unix.getMaxFileDescriptorCount())
                : new Descriptors(1_024);
    }

    /** Downstream connections that all listeners together may have: two thirds of what is left. */
    int forListeners() {
        return (int) Math.max(16, Math.min(1_000_000, (limit - RESERVED) * 2 / 3));
    }

    /** Upstream connections that all pools together may have: a third of what is left. */
    int forUpstreams() {
        return (int) Math.max(8, Math.min(500_000, (limit - RESERVED) / 3));
    }
}

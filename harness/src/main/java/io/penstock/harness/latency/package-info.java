// SPDX-License-Identifier: Apache-2.0
/**
 * Latency: how long a gateway takes to pass a cancel on, to send calls where a plain {@code SET} in Redis says, and to pass the bytes of
 * bodies on.
 *
 * <p>Called by the command and by tests: {@code LatencyRun} with a {@code LatencyPlan}. Both ends of each measured way are in this
 * process, so that one clock reads both times. Depends on {@code wire} alone.
 */
@NullMarked
package io.penstock.harness.latency;

import org.jspecify.annotations.NullMarked;

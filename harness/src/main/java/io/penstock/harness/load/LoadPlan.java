// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.load;

import io.penstock.harness.call.Kind;
import io.penstock.harness.wire.Field;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * What load to make.
 *
 * @param loop when calls begin
 * @param connections channels, each with one connection, used in turn
 * @param kind a gRPC kind
 * @param count messages of each streaming direction
 * @param size bytes of each request message
 * @param jobids used in turn; may be empty
 * @param fields sent with each call
 * @param duration after the warm-up
 * @param warmup the same load before, not recorded
 * @param timeout deadline of each call, counted from its sending
 */
public record LoadPlan(
        InetSocketAddress to,
        Loop loop,
        int connections,
        Kind kind,
        int count,
        int size,
        List<String> jobids,
        List<Field> fields,
        Duration duration,
        Duration warmup,
        Duration timeout) {

    public LoadPlan {
        jobids = List.copyOf(jobids);
        fields = List.copyOf(fields);
    }

    /** When calls begin. */
    public sealed interface Loop {

        /**
         * Calls begin when a clock says so, whatever became of those before.
         *
         * @param perSecond calls that ought to begin each second
         * @param burst how many of them begin together, 1 for none
         * @param poisson whether the gaps are exponential rather than equal
         * @param seed of the gaps
         * @param maxInFlight beyond this the next call waits, and its wait counts
         * @param places calls that begin while as many are in flight already are counted apart, as crowded
         */
        record Open(double perSecond, int burst, boolean poisson, long seed, int maxInFlight, int places)
                implements Loop {

            /** Calls that begin one by one. */
            public Open(double perSecond, boolean poisson, long seed, int maxInFlight) {
                this(perSecond, 1, poisson, seed, maxInFlight, maxInFlight);
            }
        }

        /**
         * A fixed number of callers, each of which begins its next call when its last has ended.
         *
         * @param concurrency callers
         */
        record Closed(int concurrency) implements Loop {}
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.MemoryUse;
import java.time.Duration;
import java.util.List;

/**
 * What is decided in the store, so that all nodes that share it decide it together.
 *
 * <p>Every question blocks for the given time at most, and less while the store is known to be away or has not answered others for that
 * long: then it fails at once, and so it does when too many wait. Time is the store's own, never this machine's clock. Whoever asks says
 * what becomes of its request when there is no answer. Keys are strings with one byte per char. Safe for use by any thread.
 */
public sealed interface Decisions permits EmbeddedDecisions, RedisDecisions {

    /**
     * Takes tokens out of a bucket: as many as there are of {@code most}, or none when there are fewer than {@code least}.
     *
     * @param key all who ask with it and the same rate share the bucket
     * @param least 1 or more
     * @param most {@code least} or more
     * @throws GatewayException STORE_UNAVAILABLE; tokens may have been taken then
     */
    Taken take(String key, Bucket bucket, int least, int most, Duration timeout);

    /**
     * Puts tokens back that were taken and not used. Does not wait for the store, and an error is not heard of: they come back by themselves,
     * too.
     */
    void giveBack(String key, Bucket bucket, int tokens);

    /**
     * Whether this is the first time that somebody asks for the value within so long a time; from then on it is not.
     *
     * @param within 1 ms or more
     * @throws GatewayException STORE_UNAVAILABLE, also when the embedded store remembers as many as it may: never true by mistake
     */
    boolean once(String value, Duration within, Duration timeout);

    /** What is kept in this process; empty while nothing is. */
    List<MemoryUse> memory();
}

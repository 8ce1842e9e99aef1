// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.drill;

import io.penstock.harness.http.HttpTarget;
import java.time.Duration;

/**
 * A flood of strangers, and callers with a place in the middle of it.
 *
 * @param target the gateway
 * @param key that callers with a place show in {@code x-api-key}
 * @param perSecond requests of these callers that begin each second
 * @param callers their connections, from as many addresses
 * @param floodPerSecond requests of the flood that are to begin each second
 * @param addresses from which it comes, one connection each, 2 or more; one half shows a key that nobody has, the other none
 * @param warmup load of the callers before anything counts
 * @param before how long they are measured without the flood
 * @param flood how long with it
 * @param timeout of a request
 */
public record FloodPlan(
        HttpTarget target,
        String key,
        double perSecond,
        int callers,
        double floodPerSecond,
        int addresses,
        Duration warmup,
        Duration before,
        Duration flood,
        Duration timeout) {}

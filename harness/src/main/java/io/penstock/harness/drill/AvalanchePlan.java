// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.drill;

import io.penstock.harness.http.HttpTarget;
import java.time.Duration;
import java.util.List;

/**
 * An avalanche: load that does not relent while backends go bad one after the other, and come back.
 *
 * @param target the gateway in front of the backends
 * @param perSecond requests begun each second
 * @param connections of the callers, and so the most requests in flight
 * @param ports of the backends
 * @param warmup load before the first phase, while all is well
 * @param timeout of a caller
 * @param slice length of a slice of the timeline
 */
public record AvalanchePlan(
        HttpTarget target,
        double perSecond,
        int connections,
        List<Integer> ports,
        List<Phase> phases,
        Duration warmup,
        Duration timeout,
        Duration slice) {

    public AvalanchePlan {
        ports = List.copyOf(ports);
        phases = List.copyOf(phases);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.drill;

import java.time.Duration;
import java.util.List;

/**
 * A part of a drill.
 *
 * @param behaviours of the backends, in their order
 */
public record Phase(String name, Duration duration, List<Behaviour> behaviours) {

    public Phase {
        behaviours = List.copyOf(behaviours);
    }

    /** Whether at least one backend serves. */
    public boolean served() {
        return behaviours.stream().anyMatch(Behaviour::serves);
    }
}

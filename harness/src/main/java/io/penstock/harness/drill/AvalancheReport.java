// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.drill;

import java.util.List;

/**
 * What callers and backends saw of an avalanche.
 *
 * @param backends names, in the order of the arrivals
 * @param phases one sum for each
 * @param slices the whole timeline
 */
public record AvalancheReport(AvalanchePlan plan, List<String> backends, List<Slice> phases, List<Slice> slices) {

    public AvalancheReport {
        backends = List.copyOf(backends);
        phases = List.copyOf(phases);
        slices = List.copyOf(slices);
    }

    /**
     * The part of the requests that a backend answered while at least one served, 0 to 1. The phase after one in which
     * none did is left out: how long it takes to recover is a question of its own.
     */
    public double availability() {
        long requests = 0;
        long ok = 0;
        boolean unserved = false;
        for (int i = 0; i < phases.size(); i++) {
            boolean served = plan.phases().get(i).served();
            if (served && !unserved) {
                requests += phases.get(i).requests();
                ok += phases.get(i).ok();
            }
            unserved = !served;
        }
        return requests == 0 ? 0 : (double) ok / requests;
    }

    /** The highest extra load of any phase; see {@link Slice#extraLoad}. */
    public double extraLoad() {
        return phases.stream().mapToDouble(Slice::extraLoad).max().orElse(0);
    }

    /** The highest extra load of any slice: what a phase as a whole evens out. */
    public double peakExtraLoad() {
        return slices.stream().mapToDouble(Slice::extraLoad).max().orElse(0);
    }

    /** Milliseconds from the begin of the last phase to the slice from which on a backend answered all; -1 when never. */
    public long recoveryMillis() {
        long began = phases.getLast().millis();
        long good = -1;
        for (var slice : slices) {
            if (slice.millis() >= began) {
                if (slice.ok() < slice.requests()) {
                    good = -1;
                } else if (good < 0) {
                    good = slice.millis() - began;
                }
            }
        }
        return good;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling;

import io.gatling.javaapi.core.Simulation;
import io.penstock.gatling.beside.Beside;
import io.penstock.gatling.report.Finding;
import io.penstock.gatling.report.Requests;
import io.penstock.gatling.simulation.Stage;
import io.penstock.gatling.watch.Ledger;
import io.penstock.gatling.watch.Samples;
import java.util.List;
import java.util.Set;

/**
 * One simulation with what belongs to it.
 *
 * @param name of the command line and of the gateway's configuration
 * @param about a sentence for {@code --list}
 * @param others names of Gatling's requests that are no exchange of the gateway: messages, steering
 * @param judge what must be so beyond Gatling's assertions and the agreement of the counts
 */
record Scene(
        String name,
        String about,
        Class<? extends Simulation> simulation,
        Set<String> others,
        Beside beside,
        Judge judge) {

    Scene {
        others = Set.copyOf(others);
    }

    /** Looks at what is left of a run. */
    @FunctionalInterface
    interface Judge {
        Judgement of(Evidence evidence);
    }

    /** Lines of at most 80 characters, and what had to be so. */
    record Judgement(List<String> table, List<Finding> findings) {
        Judgement {
            table = List.copyOf(table);
            findings = List.copyOf(findings);
        }
    }

    /** What is left of a run. */
    record Evidence(Stage stage, List<Requests> requests, Samples metrics, Ledger ledger) {
        Evidence {
            requests = List.copyOf(requests);
        }

        /** Exchanges that ended, of a route and with one more label. */
        long ended(String route, String label, String value) {
            return metrics.sum("gateway_exchange_ended_total", "route", route, label, value);
        }
    }
}

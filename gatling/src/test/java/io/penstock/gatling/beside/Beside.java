// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling.beside;

import io.penstock.gatling.report.Finding;
import io.penstock.gatling.simulation.Stage;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Load that is made beside Gatling's. Started before it, asked for its work after it. */
@FunctionalInterface
public interface Beside {

    /** Starts it; what it needs of time goes on beside the caller. */
    Running start(Stage stage) throws IOException;

    /** Under way until it is asked. */
    @FunctionalInterface
    interface Running {
        /** Waits for its end, with a bound of its own. */
        Work finish() throws IOException, InterruptedException;
    }

    /**
     * What it did.
     *
     * @param exchanges requests by the gateway's routes
     * @param table lines of at most 80 characters
     */
    record Work(Map<String, Long> exchanges, List<String> table, List<Finding> findings) {
        public Work {
            exchanges = Map.copyOf(exchanges);
            table = List.copyOf(table);
            findings = List.copyOf(findings);
        }
    }

    /** Nothing beside Gatling. */
    static Beside nothing() {
        return stage -> () -> new Work(Map.of(), List.of(), List.of());
    }
}

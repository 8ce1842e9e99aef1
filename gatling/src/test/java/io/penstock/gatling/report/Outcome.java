// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling.report;

import java.nio.file.Path;
import java.util.List;

/**
 * How a simulation ended.
 *
 * @param gatling whether Gatling's assertions hold
 * @param assertions each of them in Gatling's words
 * @param requests what Gatling counted
 * @param counts what the gateway counted, compared with that
 * @param tables more lines to read, such as the work of those beside Gatling
 * @param findings what else had to be so
 */
public record Outcome(
        String name,
        boolean gatling,
        List<String> assertions,
        List<Requests> requests,
        List<Count> counts,
        List<String> tables,
        List<Finding> findings,
        Path page,
        long seconds) {

    /**
     * The exchanges of one route.
     *
     * @param gatling what the callers counted: Gatling and those beside it
     * @param gateway what its metrics say
     */
    public record Count(String route, long gatling, long gateway) {

        /** Whether they agree to the request. */
        public boolean agrees() {
            return gatling == gateway;
        }
    }

    public Outcome {
        assertions = List.copyOf(assertions);
        requests = List.copyOf(requests);
        counts = List.copyOf(counts);
        tables = List.copyOf(tables);
        findings = List.copyOf(findings);
    }

    /** Whether the counts agree. */
    public boolean agrees() {
        return counts.stream().allMatch(Count::agrees);
    }

    /** Whether everything is as it must be. */
    public boolean passed() {
        return gatling && agrees() && findings.stream().allMatch(Finding::holds);
    }
}

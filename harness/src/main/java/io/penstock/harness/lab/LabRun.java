// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.lab;

import java.util.List;
import java.util.Optional;

/**
 * All that one run of the laboratory noted.
 *
 * @param kernel its release
 * @param date when, in UTC
 * @param command what was typed
 * @param shortForm with a narrower port range, so that the ceiling is reached in seconds
 * @param recycleExists whether the kernel still has net.ipv4.tcp_tw_recycle
 * @param left why a subject is missing, or empty
 */
public record LabRun(
        String kernel,
        String date,
        String command,
        boolean shortForm,
        boolean recycleExists,
        String left,
        List<StageRun> runs) {

    public LabRun {
        runs = List.copyOf(runs);
    }

    /** The different subjects, in the order in which they came. */
    public List<String> subjects() {
        return runs.stream().map(run -> run.stage().subject()).distinct().toList();
    }

    /** The different stages, in order. */
    public List<String> stages() {
        return runs.stream().map(run -> run.stage().id()).distinct().toList();
    }

    /** What this subject did in this stage. */
    public Optional<StageRun> run(String stage, String subject) {
        return runs.stream()
                .filter(run ->
                        run.stage().id().equals(stage) && run.stage().subject().equals(subject))
                .findFirst();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Collects the findings of one stage. A claim that was shown holds, however busy the machine was; one that was not fails, unless the machine
 * was too busy for what the claim presumes. So nothing passes that was not shown, and nothing fails for want of processors.
 */
final class Claims {
    private final StageRun run;
    private final List<Finding> findings = new ArrayList<>();

    Claims(StageRun run) {
        this.run = run;
    }

    StageRun run() {
        return run;
    }

    void claim(String claim, String predicted, String measured, boolean shown) {
        var why = shown ? "" : Busy.why(run);
        var outcome = shown ? Outcome.HOLDS : why.isEmpty() ? Outcome.FAILS : Outcome.UNJUDGED;
        findings.add(new Finding(run.stage().subject(), run.stage().id(), claim, predicted, measured, outcome, why));
    }

    List<Finding> findings() {
        return findings;
    }

    @SuppressWarnings("AnnotateFormatMethod") // every form stands beside its call
    static String text(String form, Object... values) {
        return String.format(Locale.ROOT, form, values);
    }
}

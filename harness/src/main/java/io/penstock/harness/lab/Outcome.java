// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.lab;

import java.util.List;

/** What became of a claim. */
public enum Outcome {
    /** It was shown. */
    HOLDS("holds"),
    /** It was not shown, and the machine was too busy to blame anything else for it. */
    UNJUDGED("unjudged"),
    /** It was not shown, though it could have been. */
    FAILS("FAILS");

    private final String word;

    Outcome(String word) {
        this.word = word;
    }

    /** For people, in a table; the loudest one is in capitals. */
    public String word() {
        return word;
    }

    /** The worst of them; nothing to say holds. */
    public static Outcome of(List<Finding> findings) {
        return findings.stream().map(Finding::outcome).max(Enum::compareTo).orElse(HOLDS);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin;

import io.penstock.gateway.dynamic.Status;
import java.util.List;

/** What readiness says about documents. A node that has any of them serves them, whatever their store is like. */
public final class DynamicConditions {
    private DynamicConditions() {}

    /** One for the store, one for what is in it. */
    public static List<Condition> of(Status status) {
        boolean answers = status.problem().isEmpty() && status.lost().isEmpty();
        String served = "serves " + status.documents() + " documents at " + status.revision();
        String detail = status.lost()
                .map(lost -> "store-lost: the store is at " + lost + ", which does not follow; this node " + served)
                .or(() -> status.problem()
                        .map(problem -> problem + "; this node "
                                + (status.loaded() ? served : "has never read a document, and serves its file alone")))
                .orElse(served);
        boolean whole = status.refused().isEmpty();
        return List.of(
                new Condition("dynamic-store", answers, !status.loaded(), detail),
                new Condition(
                        "dynamic-documents",
                        whole,
                        false,
                        whole
                                ? "all are served"
                                : "not served as the store has them: "
                                        + String.join(", ", status.refused().keySet())));
    }
}

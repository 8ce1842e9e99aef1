// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.signature;

import java.util.List;
import java.util.stream.Collectors;

/** What a dictionary of a structured field has under a key (RFC 8941 §3.2). */
sealed interface Member {

    /** As a field has it (RFC 8941 §4.1). */
    String text();

    /** One value. */
    record Item(BareItem value, Parameters parameters) implements Member {
        @Override
        public String text() {
            return value.text() + parameters.text();
        }
    }

    /**
     * A list of values (RFC 8941 §3.1.1).
     *
     * @param parameters of the list
     */
    record InnerList(List<Item> items, Parameters parameters) implements Member {
        public InnerList {
            items = List.copyOf(items);
        }

        @Override
        public String text() {
            return items.stream().map(Item::text).collect(Collectors.joining(" ", "(", ")")) + parameters.text();
        }
    }
}

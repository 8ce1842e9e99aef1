// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.signature;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What follows a value or a list of a structured field after semicolons (RFC 8941 §3.1.2).
 *
 * @param values in their order
 */
record Parameters(Map<String, BareItem> values) {
    Parameters {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    @Nullable
    BareItem get(String key) {
        return values.get(key);
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    /** As a field has it (RFC 8941 §4.1.1.2). */
    String text() {
        StringBuilder text = new StringBuilder();
        values.forEach((key, value) -> {
            text.append(';').append(key);
            if (!value.equals(BareItem.TRUE)) {
                text.append('=').append(value.text());
            }
        });
        return text.toString();
    }
}

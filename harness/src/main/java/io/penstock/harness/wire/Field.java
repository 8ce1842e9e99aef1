// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.wire;

import java.util.ArrayList;
import java.util.List;

/** One header or trailer field, pseudo-header fields included. */
public record Field(String name, String value) {

    /** Makes fields from alternating names and values. */
    public static List<Field> list(String... namesAndValues) {
        var fields = new ArrayList<Field>();
        for (int i = 0; i + 1 < namesAndValues.length; i += 2) {
            fields.add(new Field(namesAndValues[i], namesAndValues[i + 1]));
        }
        return fields;
    }
}

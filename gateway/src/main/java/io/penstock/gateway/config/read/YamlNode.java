// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.read;

import java.util.List;
import java.util.Map;

/** A value of a YAML document, with the line and column where it begins, both from 1. */
public sealed interface YamlNode {
    int line();

    int column();

    /** How many values this one holds, itself included. */
    int size();

    /**
     * A text; types come later, from the key that holds it.
     *
     * @param plain whether it stands without quotes
     * @param absent whether it stands for nothing
     * @param environment the variables that it took a value from
     */
    record Scalar(String text, boolean plain, boolean absent, List<String> environment, int line, int column)
            implements YamlNode {
        @Override
        public int size() {
            return 1;
        }
    }

    /** A list. */
    record Sequence(List<YamlNode> items, int size, int line, int column) implements YamlNode {}

    /** Keys in the order of the file. */
    record Mapping(Map<String, YamlNode> entries, int size, int line, int column) implements YamlNode {}
}

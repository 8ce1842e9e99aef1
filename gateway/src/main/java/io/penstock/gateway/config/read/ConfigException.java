// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.read;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration cannot be used; holds every problem that was found, and its message has one line for each. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // what List.copyOf returns is serializable
    private final List<Problem> problems;

    public ConfigException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** One or more, in the order of the file. */
    public List<Problem> problems() {
        return problems;
    }
}

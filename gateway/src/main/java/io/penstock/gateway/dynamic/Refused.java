// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.dynamic;

import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.config.read.Problem;
import java.util.List;

/** A change that was not made. Nothing has changed then. */
public final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** What it would lead to is no configuration: the problems say where. */
        INVALID,
        /** Somebody else has changed it meanwhile. */
        STALE,
        /** There is nothing of that name. */
        UNKNOWN,
        /** Something else does not allow it. */
        CONFLICT,
        /** The store does not hold what it held before: see {@link Dynamic#status}. */
        STORE_LOST,
        /** The store does not answer. */
        STORE_AWAY
    }

    private final Reason reason;

    @SuppressWarnings("serial") // what List.copyOf returns is serializable
    private final List<Problem> problems;

    public Refused(Reason reason, String detail) {
        super(detail);
        this.reason = reason;
        this.problems = List.of();
    }

    public Refused(ConfigException invalid) {
        super(String.valueOf(invalid.getMessage()), invalid);
        this.reason = Reason.INVALID;
        this.problems = invalid.problems();
    }

    public Reason reason() {
        return reason;
    }

    /** Empty unless the reason is {@link Reason#INVALID}. */
    public List<Problem> problems() {
        return problems;
    }
}

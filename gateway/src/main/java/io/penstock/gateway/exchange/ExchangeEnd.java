// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** The end of an exchange: when it was, and what is done then, once each and the newest first. Safe for any thread. */
final class ExchangeEnd {
    private static final System.Logger LOG = System.getLogger(Exchange.class.getName());

    private static final VarHandle NANOS;
    private static final VarHandle ACTIONS;

    static {
        Lookup lookup = MethodHandles.lookup();
        NANOS = Handles.of(lookup, "nanos");
        ACTIONS = Handles.of(lookup, "actions");
    }

    private static final class Action {
        /** In the place of those that have run: the exchange has ended. */
        static final Action RAN = new Action(() -> {}, null);

        final Runnable step;
        final @Nullable Action next;

        Action(Runnable step, @Nullable Action next) {
            this.step = step;
            this.next = next;
        }
    }

    private volatile @Nullable Action actions;
    private volatile long nanos;

    /** Does this at the end; at once when it has come. */
    void add(Runnable step) {
        Action before = actions;
        while (before != Action.RAN) {
            Action found = (Action) ACTIONS.compareAndExchange(this, before, new Action(step, before));
            if (found == before) {
                return;
            }
            before = found;
        }
        step.run();
    }

    /**
     * The end is now: does what was added.
     *
     * @param route whose exchange it is, for the log
     * @return false when it has come before
     */
    boolean come(String route) {
        Action action = (Action) ACTIONS.getAndSet(this, Action.RAN);
        if (action == Action.RAN) {
            return false;
        }
        NANOS.setRelease(this, System.nanoTime());
        for (; action != null; action = action.next) {
            guarded(action.step, route);
        }
        return true;
    }

    /** One step's defect keeps neither the others from running nor the caller, a connection's reader, from going on. */
    static void guarded(Runnable step, String route) {
        try {
            step.run();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "defect at the end of an exchange of route " + route, e);
        }
    }

    boolean hasCome() {
        return actions == Action.RAN;
    }

    /** {@link System#nanoTime()} at the end; 0 before. */
    long nanos() {
        return nanos;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange;

import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.VarHandle;

/**
 * Ways to write a volatile field without a fence ({@link VarHandle#setRelease}).
 *
 * <p>Who reads the field afterwards sees the value and everything that its writer did before, as after any volatile write. What the writer
 * itself reads next does not wait for it: that wait is what an exchange would pay for dozens of times. So it is not for a field that is
 * written before another one is read to find out whether somebody else was faster.
 */
public final class Handles {
    private Handles() {}

    /** The way to a volatile field of the class that looks it up. */
    public static VarHandle of(Lookup lookup, String field) {
        try {
            return lookup.unreflectVarHandle(lookup.lookupClass().getDeclaredField(field));
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(lookup.lookupClass() + " has no field " + field, e);
        }
    }
}

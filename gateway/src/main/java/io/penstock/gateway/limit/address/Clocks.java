// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.limit.address;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The two times that there are.
 *
 * @param wall what people mean by a date; it may jump
 * @param nanos as {@link System#nanoTime()}: it passes evenly, and says nothing of dates
 */
record Clocks(InstantSource wall, LongSupplier nanos) {
    static Clocks ofSystem() {
        return new Clocks(InstantSource.system(), System::nanoTime);
    }
}

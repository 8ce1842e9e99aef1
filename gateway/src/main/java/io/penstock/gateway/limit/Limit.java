// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.limit;

import io.penstock.gateway.store.Taken;
import org.jspecify.annotations.Nullable;

/** How one layer is asked. */
sealed interface Limit permits LocalLimit, SharedLimit {

    Layer layer();

    /** Asks where that takes no time; null when it would. */
    @Nullable
    Asked ready(String key);

    /** Asks; blocks until this {@link System#nanoTime()} at most. */
    Asked ask(String key, long deadline);

    /** What {@link #ready} would say, without taking anything; null when the store would have to be asked. */
    @Nullable
    Taken look(String key);
}

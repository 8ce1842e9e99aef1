// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.limit;

import io.penstock.gateway.store.Taken;

/**
 * What one layer says of a request.
 *
 * @param taken tokens, if there were enough
 * @param undo puts them back where they came from
 */
record Asked(Layer layer, String key, Taken taken, Runnable undo) {
    static Asked refused(Layer layer, String key, Taken taken) {
        return new Asked(layer, key, taken, () -> {});
    }

    boolean granted() {
        return taken.granted();
    }
}

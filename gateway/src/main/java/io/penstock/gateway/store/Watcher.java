// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

/** Hears of changes in a store. Called by the store's threads: must return at once. */
public interface Watcher {

    /** The value of this key changed, appeared or went away. */
    void changed(String key);

    /** Any key may have changed: what was read before has to be read again. */
    void allChanged();
}

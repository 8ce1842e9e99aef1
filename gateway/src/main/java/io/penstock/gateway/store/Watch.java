// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

/** A {@link Watcher} that is being told; closing ends that. */
public interface Watch extends AutoCloseable {
    @Override
    void close();
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.drain;

import java.io.IOException;

/** One who calls again and again, on a thread of its own. */
interface Caller extends AutoCloseable {

    /**
     * Makes one call to its end and counts it.
     *
     * @return false when the gateway takes no more, and nothing was lost by it
     * @throws IOException something is wrong that is no matter of one call
     */
    boolean call() throws IOException, InterruptedException;

    @Override
    void close() throws IOException;
}

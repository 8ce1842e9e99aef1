// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.dial;

import java.util.concurrent.Semaphore;

/** How many upstream connections the process may have at once, so that descriptors remain for those who call us. */
public final class ConnectionBudget {
    private final Semaphore left;

    public ConnectionBudget(int most) {
        this.left = new Semaphore(most);
    }

    public boolean take() {
        return left.tryAcquire();
    }

    void give() {
        left.release();
    }
}

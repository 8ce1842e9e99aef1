// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream;

import java.util.concurrent.Semaphore;

/** How many upstream connections the process may have at once, so that descriptors remain for those who call us. */
final class ConnectionBudget {
    private final Semaphore left;

    ConnectionBudget(int most) {
        this.left = new Semaphore(most);
    }

    boolean take() {
        return left.tryAcquire();
    }

    void give() {
        left.release();
    }
}

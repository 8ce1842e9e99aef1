// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.balance;

/** Which places of a balancer must not be picked: those that this exchange has tried already. */
@FunctionalInterface
public interface Excluded {
    /** For the first attempt. */
    Excluded NONE = place -> false;

    boolean has(int place);
}

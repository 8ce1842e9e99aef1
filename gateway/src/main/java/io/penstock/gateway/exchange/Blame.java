// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange;

/** Who is to blame for an exchange that failed: whose operator should look first. */
public enum Blame {
    /** The side that called us. */
    DOWNSTREAM,
    /** This gateway: its configuration, its limits or its code. */
    GATEWAY,
    /** The side that we call, or the store that names it. */
    UPSTREAM
}

// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.health;

/** How an attempt ended, for outlier detection. */
public enum Result {
    SUCCESS,
    FAILURE,
    /** A failure before there was a connection. */
    CONNECT_FAILURE
}

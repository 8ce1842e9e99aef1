// SPDX-License-Identifier: Apache-2.0
/**
 * Which of several equals gets the next attempt: the load of endpoints, what is measured of them, and the balancers. Called by the
 * cluster; knows only the configuration.
 */
@NullMarked
package io.penstock.gateway.upstream.balance;

import org.jspecify.annotations.NullMarked;

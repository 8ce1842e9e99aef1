// SPDX-License-Identifier: Apache-2.0
/**
 * Copies an exchange between the downstream's half and an attempt's half, on a virtual thread: every pair of protocols that is not the
 * frame relay. Called by the pools; knows the floor only.
 */
@NullMarked
package io.penstock.gateway.upstream.forward;

import org.jspecify.annotations.NullMarked;

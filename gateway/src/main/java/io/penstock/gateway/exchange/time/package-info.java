// SPDX-License-Identifier: Apache-2.0
/**
 * Clocks of an exchange: its deadlines, the field that hands them on, and the date of its response. Part of the floor: knows only
 * {@code exchange}.
 */
@NullMarked
package io.penstock.gateway.exchange.time;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/**
 * The two sides of an exchange in blocking style: what a thread copies from and to, and what decorators of bodies stand before. Part of the
 * floor: knows only {@code exchange}.
 */
@NullMarked
package io.penstock.gateway.exchange.half;

import org.jspecify.annotations.NullMarked;

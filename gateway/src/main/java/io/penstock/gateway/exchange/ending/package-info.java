// SPDX-License-Identifier: Apache-2.0
/**
 * How exchanges, attempts and connections end, and what the downstream sees of it. Part of the floor: knows only {@code exchange}.
 */
@NullMarked
package io.penstock.gateway.exchange.ending;

import org.jspecify.annotations.NullMarked;

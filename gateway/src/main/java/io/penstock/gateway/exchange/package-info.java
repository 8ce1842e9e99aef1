// SPDX-License-Identifier: Apache-2.0
/**
 * What travels: an exchange with its heads, trailers, deadline and cause. The floor of the house: this room knows no other room,
 * and every other room may call it.
 */
@NullMarked
package io.penstock.gateway.exchange;

import org.jspecify.annotations.NullMarked;

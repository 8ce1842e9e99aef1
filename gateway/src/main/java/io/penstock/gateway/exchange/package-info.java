// SPDX-License-Identifier: Apache-2.0
/**
 * What travels: an exchange with its heads, trailers, deadline and cause. The floor of the house: this room knows no other room,
 * and every other room may call it.
 *
 * <p>{@code side} has who an exchange is served by and sent to, {@code half} both of them in blocking style, {@code ending} how exchanges and
 * connections end, {@code time} their deadlines.
 */
@NullMarked
package io.penstock.gateway.exchange;

import org.jspecify.annotations.NullMarked;

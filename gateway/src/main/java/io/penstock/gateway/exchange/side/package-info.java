// SPDX-License-Identifier: Apache-2.0
/**
 * Who an exchange has to do with, as interfaces: its downstream and that one's connection, its upstream and who follows an attempt there.
 * Part of the floor: knows only {@code exchange} and its rooms.
 */
@NullMarked
package io.penstock.gateway.exchange.side;

import org.jspecify.annotations.NullMarked;

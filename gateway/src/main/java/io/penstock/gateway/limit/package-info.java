// SPDX-License-Identifier: Apache-2.0
/**
 * How often callers may come, by key, here and together with other nodes; and from which addresses.
 *
 * <p>Knows the floor and {@code store}. The filters of these names are what it serves.
 */
@NullMarked
package io.penstock.gateway.limit;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/**
 * From which addresses requests are taken: networks of the configuration, of a store, and those that are blocked because of what they did.
 *
 * <p>{@link io.penstock.gateway.limit.address.AddressList} is what a filter asks. Knows the floor and {@code store}.
 */
@NullMarked
package io.penstock.gateway.limit.address;

import org.jspecify.annotations.NullMarked;

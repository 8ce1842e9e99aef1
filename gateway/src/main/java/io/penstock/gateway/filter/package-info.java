// SPDX-License-Identifier: Apache-2.0
/** The policies that requests and responses pass, one small class each. Depends on the floor, and on
 * {@code store} for what nodes decide together. */
@NullMarked
package io.penstock.gateway.filter;

import org.jspecify.annotations.NullMarked;

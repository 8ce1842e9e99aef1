// SPDX-License-Identifier: Apache-2.0
/** One small class for each policy that is applied to an exchange. Knows the floor alone. */
@NullMarked
package io.penstock.gateway.filter;

import org.jspecify.annotations.NullMarked;

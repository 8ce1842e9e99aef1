// SPDX-License-Identifier: Apache-2.0
/** The chapter {@code lookups}: targets that are read from a store for each request, and which of them are allowed. */
@NullMarked
package io.penstock.gateway.config.lookup;

import org.jspecify.annotations.NullMarked;

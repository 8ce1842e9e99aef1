// SPDX-License-Identifier: Apache-2.0
/** What a route matches, and which of two matches goes first. A part of the chapter {@code routes}. */
@NullMarked
package io.penstock.gateway.config.match;

import org.jspecify.annotations.NullMarked;
